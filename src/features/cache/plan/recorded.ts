// Segments of what is recorded: what an agent starts with, and what was said in a session since its last compaction.
import { estimateTokens } from '../../../core/tokens.ts';
import type { Segment } from '../segment.ts';

export interface Start {
  /** The text the agent is told by prsist; '' when it is told nothing. */
  readonly brief: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

export interface Recorded {
  readonly session_id: string;
  readonly said: Iterable<
    Pick<Segment, 'text' | 'call' | 'tool'> & { role: NonNullable<Segment['role']>; block?: 'call' | 'result' }
  >;
  readonly pauses_s: readonly number[];
  /** Of its first request, as its provider counted. */
  readonly first_tokens: number | null;
  /** Of its last request. */
  readonly model: string | null;
}

/** How probable a change is at the next request, until it is learned: rules of an agent hardly, files now and then. */
const change = { rules: 0.0005, file: 0.002, snapshot: 0.02 };
const blocksAtOnce = 50;

/** What stands before anything is said. The brief stays as it is for the life of a session. */
export function startSegments({ brief, files }: Start): readonly Segment[] {
  const documents = files.map(({ name, text }) => {
    return segmentOf({ slot: `doc:${name}`, kind: 'documentation', place: 'system', text, change: change.file });
  });
  if (brief === '') return documents;
  const told = { slot: 'snapshot', kind: 'documentation', place: 'system', text: brief } as const;
  return [...documents, segmentOf({ ...told, change: change.snapshot, frozen: true })];
}

/**
 * The same with what was said. What its first request had beside all that is known are the agent's own tools and rules:
 * they are recorded nowhere, and stand first, as tokens without a text.
 */
export async function sessionSegments(
  { said, first_tokens }: Recorded,
  before: readonly Segment[],
  breathe: () => Promise<void>,
): Promise<readonly Segment[]> {
  const turns: Segment[] = [];
  for (const { role, text, block, call, tool } of said) {
    const slot = `turn:${turns.length + 1}`;
    turns.push(segmentOf({ slot, kind: 'dynamic', place: 'messages', role, text, block, call, tool, change: 0 }));
    if (turns.length % blocksAtOnce === 0) await breathe();
  }
  const known = [...before, ...turns.slice(0, 1)].reduce((sum, { tokens }) => sum + tokens, 0);
  const own = Math.max(0, (first_tokens ?? 0) - known);
  const agent = {
    slot: 'agent',
    kind: 'system',
    place: 'system',
    text: '',
    tokens: own,
    change: change.rules,
  } as const;
  return [...(own === 0 ? [] : [agent]), ...before, ...turns];
}

function segmentOf(segment: Omit<Segment, 'tokens'>): Segment {
  return { ...segment, tokens: estimateTokens(segment.text) };
}
