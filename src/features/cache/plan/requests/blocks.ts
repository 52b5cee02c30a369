// How the blocks of a layout fall into the parts of a request.
import type { Block, Layout } from '../layout.ts';

export interface Part {
  readonly block: Block;
  /** Position in the plan's order, to which breakpoints refer. */
  readonly at: number;
}

/** Blocks of one role that follow one another. */
export interface Turn {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly parts: readonly Part[];
}

/** Blocks of a place that say something, in order; what goes to the tail is among the messages. */
export function partsOf({ blocks }: Layout, place: 'tools' | 'system' | 'messages'): readonly Part[] {
  const parts = blocks.map((block, at) => ({ block, at }));
  return parts.filter(({ block }) => placeOf(block) === place && block.segment.text.trim() !== '');
}

/**
 * The messages: texts of no turn are the user's. Where `tail` is apart, what is new every time is a message of its own,
 * so that the one before it ends as it will end in the next request.
 */
export function turnsOf(layout: Layout, { tail }: { readonly tail: 'joined' | 'apart' }): readonly Turn[] {
  const turns: { role: Turn['role']; parts: Part[]; isTail: boolean }[] = [];
  for (const part of partsOf(layout, 'messages')) {
    const role = part.block.segment.role ?? 'user';
    const isTail = part.block.zone === 'tail' && tail === 'apart';
    const last = turns.at(-1);
    if (last && last.role === role && last.isTail === isTail) last.parts.push(part);
    else turns.push({ role, parts: [part], isTail });
  }
  return turns;
}

/** What a call was given: always an object, whatever was recorded. */
export function inputOf({ segment }: Block): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(segment.text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { input: segment.text };
}

/** The texts of blocks as one. */
export function joined(parts: readonly Part[]): string {
  return parts.map(({ block }) => block.segment.text).join('\n\n');
}

function placeOf({ segment, zone }: Block): 'tools' | 'system' | 'messages' {
  return zone === 'tail' ? 'messages' : segment.place;
}
