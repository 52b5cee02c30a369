// Conversations with one fault each, made from a seed: what a provider counts of them comes from the simulator, their
// prompts are known segment by segment.
import { type Faults, faultsOf } from '../../../src/features/cache/audit/breaks.ts';
import { asServed } from '../../../src/features/cache/audit/outcome.ts';
import type { ModelRequest } from '../../../src/features/cache/audit/request.ts';
import { lifetimeOf } from '../../../src/features/cache/audit/rules.ts';
import {
  noPieces,
  type Piece,
  pieceAfter,
  type SimulatedRequest,
  simulate,
} from '../../../src/features/cache/audit/simulate.ts';
import type { Segment } from '../../../src/features/cache/segment.ts';
import { type Random, seeded } from './random.ts';
import { rulesOf } from './rules.ts';

/** What is injected, and what the audit should call it: with the segments known, and from usage alone. */
export const faults = {
  timestamp: ['time in the prefix', 'prefix changed'],
  'tool order': ['tool order', 'prefix changed'],
  'history edit': ['history edited', 'prefix changed'],
  'model switch': ['model switch', 'model switch'],
  expiry: ['expired', 'expired'],
  minimum: ['below minimum', 'below minimum'],
  'look-back': ['look-back', 'prefix changed'],
} as const;
export type Fault = keyof typeof faults;

interface Made {
  readonly requests: readonly ModelRequest[];
  /** The request in which the fault lies; -1 without one. */
  readonly at: number;
}

interface Prompt {
  readonly segments: readonly Segment[];
  readonly model: string;
  readonly at: number;
  /** Where the client lets entries end: numbers of segments, from 1. */
  readonly marks: readonly number[];
}

const models = ['claude-opus-4-5', 'claude-haiku-4-5', 'claude-sonnet-4-5', 'claude-opus-4-7'] as const;

/** A conversation of its seed; without a fault when none is named. */
export function conversationWith(fault: Fault | undefined, seed: number): Made {
  const random = seeded(seed);
  const count = random.between(12, 40);
  const at = fault === undefined ? -1 : random.between(4, count - 3);
  const model = random.pick(models);
  const lifetime = random.pick(['5m', '1h']);
  const head = headOf(random);
  const body: Segment[] = [];
  const prompts: Prompt[] = [];
  let clock = Date.UTC(2026, 2, 4, 9);
  let before = 0;
  for (let n = 0; n < count; n += 1) {
    const isFault = n === at;
    const many = isFault && fault === 'look-back' ? random.between(20, 45) : random.between(2, 6);
    for (let k = 0; k < many; k += 1) body.push(turn(random, body.length));
    const pause = random.between(3, 120) * 1000;
    clock +=
      isFault && fault === 'expiry' ? lifetimeOf(rulesOf(model), lifetime) + random.between(20, 4000) * 1000 : pause;
    const base: Prompt = { segments: [...head, ...body], model, at: clock, marks: [] };
    const prompt = n >= at && at >= 0 ? faulty(base, { fault, random: seeded(seed + 1), isFault }) : base;
    const end = prompt.segments.length;
    // a client that marks only the end is overrun by a long turn; the others mark the end of the prompt before, too
    const anchors = fault === 'look-back' || before > end ? [] : [before];
    prompts.push({ ...prompt, marks: [head.length - 1, head.length, ...anchors, end].filter((mark) => mark > 0) });
    before = end;
  }
  return { at, requests: served(prompts, lifetime) };
}

function headOf(random: Random): readonly Segment[] {
  const tools = Array.from({ length: random.between(8, 25) }, (_, n) => ({
    name: `tool_${n}`,
    description: random.words(20),
  }));
  const said = random.words(60);
  const text = `You are an agent. Today is 2026-03-04 09:00:00. ${said}`;
  return [
    {
      slot: 'tools',
      kind: 'system',
      place: 'tools',
      text: JSON.stringify(tools),
      tokens: random.between(5000, 12000),
      change: 0,
    },
    { slot: 'rules', kind: 'system', place: 'system', text, tokens: random.between(1500, 5000), change: 0 },
    { slot: 'snapshot', kind: 'documentation', place: 'system', text: random.words(80), tokens: 2000, change: 0 },
  ];
}

function turn(random: Random, n: number): Segment {
  const role = random.pick(['user', 'assistant', 'tool'] as const);
  const tokens = random.between(40, 2500);
  return { slot: `turn:${n}`, kind: 'dynamic', place: 'messages', role, text: random.words(12), tokens, change: 0 };
}

interface Injected {
  readonly fault: Fault | undefined;
  /** The same for every request from the fault on, so that what changed stays as it is. */
  readonly random: Random;
  /** It is the request in which the fault begins. */
  readonly isFault: boolean;
}

function faulty(prompt: Prompt, { fault, random, isFault }: Injected): Prompt {
  const { segments } = prompt;
  if (fault === 'timestamp') {
    const minutes = String(random.between(1, 59)).padStart(2, '0');
    return { ...prompt, segments: changed(segments, 1, (text) => text.replace('09:00:00', `09:${minutes}:17`)) };
  }
  if (fault === 'tool order') {
    return { ...prompt, segments: changed(segments, 0, (text) => JSON.stringify(rotated(JSON.parse(text), random))) };
  }
  if (fault === 'history edit') {
    return { ...prompt, segments: changed(segments, random.between(3, 9), (text) => `${text} (shortened)`) };
  }
  if (fault === 'model switch')
    return { ...prompt, model: models.find((each) => each !== prompt.model) ?? prompt.model };
  // a side question without tools and history, shorter than every minimum
  if (fault === 'minimum' && isFault)
    return { ...prompt, segments: [{ ...turn(random, 0), slot: 'question', tokens: 400 }] };
  return prompt;
}

function changed(segments: readonly Segment[], at: number, change: (text: string) => string): readonly Segment[] {
  return segments.map((segment, n) => (n === at ? { ...segment, text: change(segment.text) } : segment));
}

function rotated(list: readonly unknown[], random: Random): readonly unknown[] {
  const by = random.between(1, list.length - 1);
  return [...list.slice(by), ...list.slice(0, by)];
}

/** What the provider would count of these prompts. */
function served(prompts: readonly Prompt[], lifetime: string): readonly ModelRequest[] {
  const root = noPieces();
  const asked = prompts.map(({ segments, model, at, marks }): SimulatedRequest => {
    const pieces: Piece[] = [];
    for (const { text, tokens } of segments) pieces.push(pieceAfter(pieces.at(-1) ?? root, text, { tokens }));
    const ends = [...new Set(marks)].flatMap((mark) => pieces[mark - 1] ?? []);
    return { at, model, prompt: pieces.at(-1) ?? root, marks: ends.map((piece) => ({ piece, lifetime })), tail: 3 };
  });
  const bare = prompts.map(({ at, model, segments }) => {
    return { at, model, segments, read: 0, write: 0, write1h: 0, uncached: 0, output: 0 };
  });
  return asServed(bare, simulate(asked, rulesOf));
}

/** The first thing the audit finds in a conversation, and in which request; undefined when it finds nothing. */
export function firstFinding({ requests }: Made, known: 'segments' | 'usage'): { n: number; name: string } | undefined {
  const seen = known === 'segments' ? requests : requests.map(({ segments: _, ...usage }) => usage);
  const found: Faults = faultsOf({ requests: seen, compactions: [] }, rulesOf);
  const all = [
    ...found.misses.map(({ n, because }) => ({ n, name: because as string })),
    ...found.breaks.map(({ n, because, cause }) => ({ n, name: because ?? cause })),
  ];
  return all.sort((a, b) => a.n - b.n)[0];
}

export interface Rate {
  readonly fault: Fault | 'none';
  readonly made: number;
  readonly named: number;
  /** From usage alone, in the words that usage allows. */
  readonly byUsage: number;
}

/** How many of so many faults of each kind are found in their request and named correctly. */
export function rates(each: number, seed: number): readonly Rate[] {
  const names = Object.keys(faults) as Fault[]; // its own keys
  return [...names, undefined].map((fault, kind) => {
    const made = Array.from({ length: each }, (_, n) => conversationWith(fault, seed + 10_000 * kind + 7 * n));
    const [exact, plain] = fault ? faults[fault] : [undefined, undefined];
    const isRight = (one: Made, known: 'segments' | 'usage', name: string | undefined) => {
      const found = firstFinding(one, known);
      return fault === undefined ? found === undefined : found?.n === one.at && found.name === name;
    };
    return {
      ...{ fault: fault ?? 'none', made: made.length },
      named: made.filter((one) => isRight(one, 'segments', exact)).length,
      byUsage: made.filter((one) => isRight(one, 'usage', plain)).length,
    };
  });
}
