// Prompts as usage shows them: what each request added to the one before it, and where the history became another one.
import { type Break, lifetimeIn } from './breaks.ts';
import { type Conversation, keptOf, type ModelRequest, promptOf } from './request.ts';
import type { CacheRules } from './rules.ts';
import { noPieces, type Piece, pieceAfter, type SimulatedRequest, type Warm } from './simulate.ts';

export interface Rebuilt {
  readonly requests: readonly SimulatedRequest[];
  /** What the first request of a model found there, by other conversations. */
  readonly warm: readonly Warm[];
}

interface Wanted {
  readonly rulesOf: (model: string) => CacheRules;
  /**
   * Breaks that are told: there the prompt goes on from what was read with another content. Without them a prompt only
   * grows, but for compactions.
   */
  readonly told?: readonly Break[];
}

/** Prompts of one model, each from the one before it. */
interface Lineage {
  /** Tokens after which tools or system end, where usage shows it. */
  readonly borders: readonly number[];
  /** Where prompts ended, by their tokens: what is told to be read of an older one goes on from there. */
  readonly ends: Map<number, Piece>;
  tip: Piece;
  at: number;
}

/** Besides the end of the prompt and that of the prompt before it, so many entries fit. */
const mostHeads = 2;

/** Prompts that would explain the usage of a conversation. */
export function fromUsage(conversation: Conversation, { rulesOf, told }: Wanted): Rebuilt {
  const { requests } = conversation;
  const hours = requests.some(({ write1h }) => write1h > 0);
  const broken = new Set((told ?? []).filter(({ cause }) => cause !== 'expired').map(({ n }) => n));
  const lineages = new Map<string, Lineage>();
  const warm: Warm[] = [];
  const simulated = requests.map((request, n): SimulatedRequest => {
    const { at, model, read } = request;
    const rules = rulesOf(model);
    const known = lineages.get(model);
    if (known && told) goBack(known, read, broken.has(n));
    if (known) cut(known, staysOf(conversation, { request, known, isBroken: broken.has(n), rules }));
    const lineage = known ?? { borders: bordersOf(requests, n, broken), ends: new Map(), tip: noPieces(), at };
    lineages.set(model, lineage);
    const previous = lineage.tip;
    grow(lineage, `${n}`, markedOf(rules, request));
    lineage.ends.set(lineage.tip.end, lineage.tip);
    lineage.at = at;
    const heads = headsOf(lineage);
    if (!known) warm.push(...heads.filter(({ end }) => end === read).map((piece) => ({ piece, model })));
    const lifetime = hours && '1h' in rules.lifetimes ? '1h' : rules.lifetime;
    const marks = [...new Set([...heads, previous, lineage.tip])].map((piece) => ({ piece, lifetime }));
    return { at, model, prompt: lineage.tip, marks, tail: Math.max(0, promptOf(request) - lineage.tip.end) };
  });
  return { requests: simulated, warm };
}

/** Where entries can end: after what was read or written; where nothing is counted as written, anywhere. */
function markedOf(rules: CacheRules, request: ModelRequest): number {
  return rules.mode === 'automatic' ? promptOf(request) : keptOf(request);
}

/** A request that read more than there was, or a break that read just so much, goes on from an older prompt. */
function goBack(known: Lineage, read: number, isBroken: boolean): void {
  if (isBroken || read > known.tip.end) known.tip = known.ends.get(read) ?? known.tip;
}

interface Going {
  readonly request: ModelRequest;
  readonly known: Lineage;
  readonly isBroken: boolean;
  readonly rules: CacheRules;
}

/** Tokens of the prompt before that this one begins with. */
function staysOf({ compactions }: Conversation, { request, known, isBroken, rules }: Going): number {
  if (isBroken) return request.read;
  const isCompacted = compactions.some((moment) => moment > known.at && moment <= request.at);
  return isCompacted ? (headsOf(known).at(-1)?.end ?? 0) : markedOf(rules, request);
}

/** The pieces of the present prompt after which tools or system end, the first first. */
function headsOf({ tip, borders }: Lineage): readonly Piece[] {
  const heads: Piece[] = [];
  for (let piece = tip; piece.before; piece = piece.before) if (borders.includes(piece.end)) heads.unshift(piece);
  return heads;
}

/** What the first request read was put there by others, and what told breaks left of it ends where something ends, too. */
function bordersOf(requests: readonly ModelRequest[], first: number, broken: ReadonlySet<number>): readonly number[] {
  const { model } = requests[first] as ModelRequest; // its own place
  const size = promptOf(requests[first] as ModelRequest); // as above
  const left = requests
    .filter((request, n) => request.model === model && (n === first || broken.has(n)))
    .map(({ read }) => read)
    .filter((read) => read > 0 && read <= size);
  return [...new Set(left)].slice(0, mostHeads).sort((a, b) => a - b);
}

/** Leaves the first tokens of a prompt. */
function cut(lineage: Lineage, tokens: number): void {
  let piece = lineage.tip;
  while (piece.before && piece.before.end >= tokens) piece = piece.before;
  if (piece.end > tokens && piece.before) {
    piece = pieceAfter(piece.before, `${piece.id} up to ${tokens}`, {
      tokens: tokens - piece.before.end,
      partOf: piece,
    });
  }
  lineage.tip = piece;
}

/** Adds what is new, with a border where one is known. */
function grow(lineage: Lineage, id: string, to: number): void {
  for (const border of lineage.borders.filter((each) => each > lineage.tip.end && each <= to)) {
    lineage.tip = pieceAfter(lineage.tip, id, { tokens: border - lineage.tip.end, blocks: 0 });
  }
  if (to > lineage.tip.end) lineage.tip = pieceAfter(lineage.tip, id, { tokens: to - lineage.tip.end });
}

/** The lifetime of entries in a conversation, in milliseconds. */
export function lifeOf(rules: CacheRules, requests: readonly ModelRequest[]): number {
  return lifetimeIn(
    rules,
    requests.some(({ write1h }) => write1h > 0),
  );
}
