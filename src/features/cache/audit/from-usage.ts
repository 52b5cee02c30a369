// Prompts as usage shows them: what each request added to the one before it, and where the history became another one.
import { type Break, lifetimeIn } from './breaks.ts';
import { type Conversation, keptOf, type ModelRequest, promptOf } from './request.ts';
import { lifetimeOf, type ProviderRules } from './rules.ts';
import { noPieces, type Piece, pieceAfter, type SimulatedRequest, type Warm } from './simulate.ts';

export interface Rebuilt {
  readonly requests: readonly SimulatedRequest[];
  /** What the first request of a model found there, by other conversations. */
  readonly warm: readonly Warm[];
}

interface Wanted {
  readonly rulesOf: (model: string) => ProviderRules;
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
  /** The pieces of the present prompt that end there. */
  heads: readonly Piece[];
  /** Where prompts ended, by their tokens: what is told to be read of an older one goes on from there. */
  readonly ends: Map<number, Piece>;
  tip: Piece;
  at: number;
}

/** Besides the end of the prompt and that of the prompt before it, so many entries fit. */
const mostHeads = 2;

/** Prompts that would explain the usage of a conversation. */
export function fromUsage(conversation: Conversation, { rulesOf, told = [] }: Wanted): Rebuilt {
  const { requests, compactions } = conversation;
  const hours = requests.some(({ write1h }) => write1h > 0);
  const lineages = new Map<string, Lineage>();
  const warm: Warm[] = [];
  const broken = new Set(told.filter(({ cause }) => cause !== 'expired').map(({ n }) => n));
  const simulated = requests.map((request, n): SimulatedRequest => {
    const { at, model, read } = request;
    const rules = rulesOf(model);
    const marked = rules.mode === 'automatic' ? promptOf(request) : keptOf(request);
    const known = lineages.get(model);
    const lineage = known ?? {
      borders: bordersOf(requests, n, broken),
      heads: [],
      ends: new Map(),
      tip: noPieces(),
      at,
    };
    lineages.set(model, lineage);
    if (known) {
      const isCompacted = compactions.some((moment) => moment > known.at && moment <= at);
      if (broken.has(n) && known.ends.has(read)) known.tip = known.ends.get(read) ?? known.tip;
      cut(known, broken.has(n) ? read : isCompacted ? (known.heads.at(-1)?.end ?? 0) : marked);
    }
    const previous = lineage.tip;
    grow(lineage, `${n}`, marked);
    lineage.ends.set(lineage.tip.end, lineage.tip);
    lineage.at = at;
    const first = known ? undefined : lineage.heads.find(({ end }) => end === read);
    if (first) warm.push({ piece: first, model });
    const lifetime = hours && '1h' in rules.lifetimes ? '1h' : rules.lifetime;
    const marks = [...new Set([...lineage.heads, previous, lineage.tip])].map((piece) => ({ piece, lifetime }));
    return { at, model, prompt: lineage.tip, marks, tail: Math.max(0, promptOf(request) - lineage.tip.end) };
  });
  return { requests: simulated, warm };
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
    piece = pieceAfter(piece.before, `${piece.id} up to ${tokens}`, { tokens: tokens - piece.before.end });
  }
  lineage.tip = piece;
  lineage.heads = lineage.heads.filter(({ end }) => end <= piece.end);
}

/** Adds what is new, with a border where one is known. */
function grow(lineage: Lineage, id: string, to: number): void {
  for (const border of lineage.borders.filter((each) => each > lineage.tip.end && each <= to)) {
    lineage.tip = pieceAfter(lineage.tip, id, { tokens: border - lineage.tip.end, blocks: 0 });
    lineage.heads = [...lineage.heads, lineage.tip];
  }
  if (to > lineage.tip.end) lineage.tip = pieceAfter(lineage.tip, id, { tokens: to - lineage.tip.end });
}

/** The lifetime of entries in a conversation, in milliseconds. */
export function lifeOf(rules: ProviderRules, requests: readonly ModelRequest[]): number {
  return lifetimeIn(
    rules,
    requests.some(({ write1h }) => write1h > 0) && lifetimeOf(rules, '1h') < Number.POSITIVE_INFINITY,
  );
}
