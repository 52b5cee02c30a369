// A provider's prompt cache, by its rules: lifetimes, minimum, breakpoints, look-back. Prompts are paths of a tree, so that
// equal beginnings are the same nodes.
import { type CacheRules, lifetimeOf, valueFor } from './rules.ts';

/** A piece of a prompt after everything before it. */
export interface Piece {
  readonly before: Piece | undefined;
  readonly id: string;
  readonly tokens: number;
  /** Tokens up to its end. */
  readonly end: number;
  /** Content blocks up to its end. */
  readonly blocks: number;
  readonly after: Map<string, Piece>;
  /** It is the first part of this piece, which is a part of none. */
  readonly partOf: Piece | undefined;
  /** What is the first part of this piece. */
  readonly parts: Piece[];
}

/** A request as the provider sees it. */
export interface SimulatedRequest {
  readonly at: number;
  readonly model: string;
  /** The whole prompt but its tail. */
  readonly prompt: Piece;
  /** Where entries end, and how long they live. */
  readonly marks: readonly { readonly piece: Piece; readonly lifetime: string }[];
  /** Tokens after the last mark. */
  readonly tail: number;
}

export interface Served {
  readonly read: number;
  /** Written tokens by lifetime. */
  readonly written: Readonly<Record<string, number>>;
  readonly uncached: number;
}

interface Content {
  readonly tokens: number;
  readonly blocks?: number;
  readonly partOf?: Piece;
}

/** The piece with this content after another; the same one for the same content. */
export function pieceAfter(before: Piece, id: string, { tokens, blocks = 1, partOf }: Content): Piece {
  const known = before.after.get(id);
  if (known) return known;
  const whole = partOf?.partOf ?? partOf;
  const end = { end: before.end + tokens, blocks: before.blocks + blocks };
  const piece: Piece = { before, id, tokens, ...end, after: new Map(), partOf: whole, parts: [] };
  before.after.set(id, piece);
  whole?.parts.push(piece);
  return piece;
}

/** The beginning of all prompts. */
export function noPieces(): Piece {
  const none = { before: undefined, partOf: undefined, tokens: 0, end: 0, blocks: 0 };
  return { ...none, id: '', after: new Map(), parts: [] };
}

/** What is already in the cache before the first request, and stays until something is known of its life. */
export interface Warm {
  readonly piece: Piece;
  readonly model: string;
}

interface Entry {
  readonly until: number;
  readonly lifetime: number;
}
type Entries = Map<Piece, Entry>;

const forEver = Number.POSITIVE_INFINITY;

/** What each of these requests, oldest first, would have read and written. */
export function simulate(
  requests: readonly SimulatedRequest[],
  rulesOf: (model: string) => CacheRules,
  warm: readonly Warm[] = [],
): readonly Served[] {
  const caches = new Map<string, Entries>();
  const cacheOf = (model: string) => {
    const entries: Entries = caches.get(model) ?? new Map();
    caches.set(model, entries);
    return entries;
  };
  for (const { piece, model } of warm) {
    cacheOf(model).set(piece, { until: forEver, lifetime: lifetimeOf(rulesOf(model)) });
  }
  return requests.map((request) => {
    const rules = rulesOf(request.model);
    const entries = cacheOf(request.model);
    return rules.mode === 'automatic' ? serveWhole(entries, rules, request) : serveMarked(entries, rules, request);
  });
}

/** The longest prefix that is known is read, in steps; everything stays known. */
function serveWhole(entries: Entries, rules: CacheRules, { at, model, prompt, tail }: SimulatedRequest): Served {
  const least = valueFor(rules.minTokens, model) ?? 0;
  let known = 0;
  for (const piece of pathTo(prompt)) {
    const part = knownOf(entries, piece, at);
    known += part;
    if (part < piece.tokens) break;
  }
  const read = known < least ? 0 : Math.floor(known / rules.stepTokens) * rules.stepTokens;
  const entry = { until: at + lifetimeOf(rules), lifetime: lifetimeOf(rules) };
  for (const piece of pathOf(prompt)) entries.set(piece, entry);
  return { read, written: {}, uncached: prompt.end + tail - read };
}

/** From each mark entries are looked for backwards; what lies between the longest found and the marks is written. */
function serveMarked(entries: Entries, rules: CacheRules, request: SimulatedRequest): Served {
  const { at, model, prompt, tail } = request;
  const least = valueFor(rules.minTokens, model) ?? 0;
  const marks = request.marks
    .filter(({ piece }) => piece.end >= least && piece.tokens > 0)
    .toSorted((a, b) => a.piece.end - b.piece.end)
    .slice(-(rules.maxBreakpoints ?? request.marks.length));
  const found = marks.map(({ piece }) => hitBefore(entries, piece, { at, lookback: rules.lookback ?? forEver }));
  const read = Math.max(0, ...found);
  renew(entries, prompt, { at, read });
  const written: Record<string, number> = {};
  let done = read;
  for (const { piece, lifetime } of marks) {
    const ms = lifetimeOf(rules, lifetime);
    entries.set(piece, { until: at + ms, lifetime: ms });
    if (piece.end <= done) continue;
    written[lifetime] = (written[lifetime] ?? 0) + piece.end - done;
    done = piece.end;
  }
  return { read, written, uncached: prompt.end + tail - done };
}

/** Tokens of the entry nearest before a mark; 0 when none is alive within the look-back. */
function hitBefore(entries: Entries, mark: Piece, { at, lookback }: { at: number; lookback: number }): number {
  for (const piece of pathOf(mark)) {
    if (mark.blocks - piece.blocks >= lookback) return 0;
    if (isAlive(entries, piece, at)) return piece.end;
  }
  return 0;
}

/** A read prolongs every entry it goes through. */
function renew(entries: Entries, prompt: Piece, { at, read }: { at: number; read: number }): void {
  for (const piece of pathOf(prompt)) {
    const entry = piece.end <= read ? entries.get(piece) : undefined;
    if (entry && isAlive(entries, piece, at)) entries.set(piece, { ...entry, until: at + entry.lifetime });
  }
}

function isAlive(entries: Entries, piece: Piece, at: number): boolean {
  return (entries.get(piece)?.until ?? Number.NEGATIVE_INFINITY) >= at;
}

/** Tokens of a piece that are there: where prefixes of any length are read, every part of the same content counts. */
function knownOf(entries: Entries, piece: Piece, at: number): number {
  const whole = piece.partOf ?? piece;
  const alive = [whole, ...whole.parts].filter((each) => isAlive(entries, each, at));
  return Math.max(0, ...alive.map(({ tokens }) => Math.min(tokens, piece.tokens)));
}

/** From the first piece to the last. */
export function pathTo(last: Piece): readonly Piece[] {
  return [...pathOf(last)].reverse();
}

/** From the last piece to the first. */
function* pathOf(last: Piece): Generator<Piece> {
  for (let piece = last; piece.before !== undefined; piece = piece.before) yield piece;
}
