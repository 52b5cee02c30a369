// Own small packs that lie side by side become one: a year of exchanges leaves some hundred objects, not ten thousand.
import { limits } from '../../core/limits.ts';
import type { HeldChain } from '../../store/branches.ts';
import type { Store } from '../../store/store.ts';
import { type Again, cutAgain, ownChains } from './cut.ts';
import { dropForgotten, lastSealedAgain, type PackRow, plainOf } from './queries.ts';
import type { Run } from './run.ts';

const [hourMs, dayMs] = [3_600_000, 24 * 3_600_000];
/** From then on a pack is joined to large ones, packed as tightly as it goes: nobody waits for it any more. */
const oldAfterMs = 7 * dayMs;
/** Packs for which others have stood so long are forgotten. */
const forgottenAfterMs = 90 * dayMs;
const fewest = 16;
/** Plain bytes from which on a pack of old records is not joined to others any more. */
const fullBytes = (3 / 4) * limits.packOldBytes;

/** A range of packs that are to become one. */
type Joined = Again & { readonly rev: number };

/** A pack of records with the texts beside it. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly rev: number;
  /** When it was sealed. */
  readonly at: number;
  /** On a remote, alone and with its texts. */
  readonly bytes: number;
  readonly all: number;
  /** Before it was compressed; looked up when it is asked for. */
  readonly plain: () => number;
  readonly names: readonly string[];
}

/** Whether small packs are to be joined now: at most once an hour, unless somebody asks for it. */
export function isToRepack(run: Run, store: Store): boolean {
  const { clock, tidy } = run.parts;
  const last = store.read.one(lastSealedAgain, {})?.at ?? 0;
  const isRested = Math.abs(clock() - last) >= hourMs; // a clock that was set back keeps nobody waiting
  return (tidy === true || isRested) && joinable(run, store).length > 0;
}

/** Joins own small packs; what they stood for stays a day on the remotes, for whoever has just listed them. */
export async function repack(run: Run, store: Store): Promise<void> {
  if (!isToRepack(run, store)) return;
  for (const range of joinable(run, store)) {
    run.goOn();
    run.tell({ doing: 'packing', done: range.from, of: range.to, bytes: 0 });
    await cutAgain(run, store, range);
    run.parts.failpoint('repack.done');
    await run.parts.breathe();
  }
  const before = run.parts.clock() - forgottenAfterMs;
  await store.write((tx) => tx.run(dropForgotten, { before }));
}

function joinable(run: Run, store: Store): readonly Joined[] {
  const rows = run.packs(store).filter(({ delete_after }) => delete_after === null);
  const ofLog = Map.groupBy(rows, ({ log_n }) => log_n);
  // where a log went on in two ways a range alone does not say which one a pack holds
  const whole = ownChains(run, store).filter(({ state, parent }) => state !== 'forked' && parent === undefined);
  return whole.flatMap((chain) => {
    const own = ofLog.get(chain.log_n) ?? [];
    return own.length < 2 ? [] : joinableIn(run, chain, piecesOf(store, own));
  });
}

function joinableIn(run: Run, { log_n }: HeldChain, pieces: readonly Piece[]): readonly Joined[] {
  const { clock, tidy } = run.parts;
  const now = clock();
  // asked to, it joins whatever lies side by side
  const enough = tidy === true ? 2 : fewest;
  const isOld = ({ at }: Piece) => now - at >= oldAfterMs;
  const old = sideBySide(pieces, (each) => isOld(each) && isRoomy(each), {
    bytes: limits.packOldBytes,
    records: Number.POSITIVE_INFINITY,
  }).filter((group) => group.length >= enough || plainIn(group) >= fullBytes);
  const smalls = pieces.filter((each) => !isOld(each) && each.all < limits.packSmallBytes).length;
  const small = sideBySide(pieces, (each) => smalls >= enough && !isOld(each) && each.all < limits.packSmallBytes, {
    bytes: limits.packBytes,
    records: limits.packRecords,
  }).filter((group) => group.length >= enough);
  return [
    ...old.map((group) => ({ ...joined(log_n, group, now), dense: true })),
    ...small.map((group) => joined(log_n, group, now)),
  ];
}

/** Joined to others it would not be one that was joined just now. */
function isRoomy({ bytes, plain }: Piece): boolean {
  return bytes < fullBytes / 3 && plain() < fullBytes;
}

function joined(log_n: number, group: readonly Piece[], now: number): Joined {
  const rev = Math.max(...group.map((each) => each.rev)) + 1;
  const [from, to] = [Math.min(...group.map((each) => each.from)), Math.max(...group.map((each) => each.to))];
  const replaces = { names: group.flatMap(({ names }) => names), deleteAfter: now + dayMs };
  return { log_n, from, to, rev, replaces };
}

interface Most {
  readonly bytes: number;
  readonly records: number;
}

/** Runs of pieces without a gap between them, each within the bounds. */
function sideBySide(pieces: readonly Piece[], isMeant: (piece: Piece) => boolean, most: Most): readonly Piece[][] {
  const groups: Piece[][] = [];
  let last: Piece | undefined;
  for (const piece of pieces) {
    const group = groups.at(-1);
    const goesOn = group !== undefined && group.length > 0 && last?.to === piece.from - 1;
    if (!isMeant(piece)) groups.push([]);
    else if (goesOn && fits([...group, piece], most)) group.push(piece);
    else groups.push([piece]);
    last = piece;
  }
  return groups.filter((group) => group.length > 1);
}

function fits(group: readonly Piece[], most: Most): boolean {
  const records = group.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const all = group.reduce((sum, each) => sum + each.all, 0);
  return records <= most.records && all <= limits.syncBatchBytes && plainIn(group) <= most.bytes;
}

function plainIn(group: readonly Piece[]): number {
  return group.reduce((sum, { plain }) => sum + plain(), 0);
}

/** What lies in a log, in order; of ranges that overlap nothing is said. */
function piecesOf(store: Store, rows: readonly PackRow[]): readonly Piece[] {
  const ranges = [...Map.groupBy(rows, ({ seq_from, seq_to }) => `${seq_from}-${seq_to}`).values()];
  const pieces = ranges.flatMap((ofRange): Piece[] => {
    const records = ofRange.find(({ name }) => name.endsWith('.pk'));
    if (!records) return [];
    const { log_n, seq_from: from, seq_to: to } = records;
    return [
      {
        ...{ from, to, rev: Math.max(...ofRange.map(({ rev }) => rev)), at: Math.max(...ofRange.map(({ at }) => at)) },
        ...{ bytes: records.bytes, all: ofRange.reduce((sum, each) => sum + each.bytes, 0) },
        ...{ names: ofRange.map(({ name }) => name), plain: once(() => plainBytes(store, { log_n, from, to })) },
      },
    ];
  });
  return pieces.sort((a, b) => a.from - b.from || a.to - b.to);
}

function plainBytes(
  store: Store,
  range: { readonly log_n: number; readonly from: number; readonly to: number },
): number {
  return store.read.one(plainOf, range)?.bytes ?? 0;
}

function once(ask: () => number): () => number {
  let known: number | undefined;
  return () => {
    known ??= ask();
    return known;
  };
}
