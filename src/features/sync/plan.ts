// What follows from the names on a remote alone: how far each log reaches, what is missing, what to ask for.
import type { HeadsName, PackName } from './names.ts';
import { parseName } from './names.ts';
import type { Listed } from './remote.ts';

export interface ListedPack extends PackName {
  /** As long as its name says, as far as the listing tells. */
  readonly isWhole: boolean;
}

export interface Listing {
  readonly packs: readonly ListedPack[];
  readonly heads: readonly HeadsName[];
  /** Greatest version of the keyring that lies there; 0 for none. */
  readonly keyring: number;
}

/** Sorts out a listing; names that are not of this workspace, or no names of ours, are left alone. */
export function readListing(objects: readonly Listed[], ws: string): Listing {
  const packs = new Map<string, ListedPack>();
  const heads = new Map<string, HeadsName>();
  let keyring = 0;
  for (const { name, sizeBytes } of objects) {
    const read = parseName(name);
    if (read?.ws !== ws) continue;
    if (read.is === 'pack') packs.set(name, { ...read, isWhole: sizeBytes === null || sizeBytes === read.len });
    else if (read.is === 'heads') heads.set(name, read);
    else if (read.is === 'keyring') keyring = Math.max(keyring, read.version);
  }
  return { packs: [...packs.values()], heads: [...heads.values()], keyring };
}

export interface LogPlan {
  /** Packs that lead on from what is held, in order. */
  readonly next: readonly ListedPack[];
  /** Others that were never looked at: another cut of what is held, or another history. */
  readonly unseen: readonly ListedPack[];
  /** The contiguous maximum over all packs, from 1 on. */
  readonly reach: number;
  /** Ranges between them that no whole pack holds. */
  readonly holes: readonly (readonly [first: number, last: number])[];
}

/**
 * What to ask for of one log. have: up to where it is held without a gap. seen: names that were looked at, or are not to be.
 * Among packs that lead on, the one reaching furthest is taken, then the highest revision.
 */
export function planLog(packs: readonly ListedPack[], have: number, seen: ReadonlySet<string>): LogPlan {
  const whole = packs.filter((pack) => pack.isWhole && !pack.texts);
  const usable = newestOf(whole.filter(({ name }) => !seen.has(name)));
  const next = cover(usable, have);
  const taken = new Set(next.map(({ name }) => name));
  const unseen = usable.filter(({ name }) => !taken.has(name)).sort((a, b) => a.from - b.from || a.to - b.to);
  const reach = cover(whole, 0).at(-1)?.to ?? 0;
  return { next, unseen, reach, holes: holesIn(whole) };
}

/** Those that no other with a greater revision stands for. */
export function newestOf(packs: readonly ListedPack[]): readonly ListedPack[] {
  const again = packs.filter(({ rev }) => rev > 0);
  if (again.length === 0) return packs;
  const stands = (one: ListedPack, other: ListedPack) =>
    one.rev > other.rev && one.texts === other.texts && one.from <= other.from && one.to >= other.to;
  return packs.filter((each) => !again.some((one) => stands(one, each)));
}

/** The packs that lead on without a gap from a position. */
export function cover(packs: readonly ListedPack[], have: number): ListedPack[] {
  const sorted = [...packs].sort((a, b) => a.from - b.from);
  const chain: ListedPack[] = [];
  let [end, at] = [have, 0];
  for (;;) {
    let best: ListedPack | undefined;
    for (; at < sorted.length; at += 1) {
      const pack = sorted[at];
      if (!pack || pack.from > end + 1) break;
      if (pack.to > end && (!best || pack.to > best.to || (pack.to === best.to && pack.rev > best.rev))) best = pack;
    }
    if (!best) return chain;
    chain.push(best);
    end = best.to;
  }
}

function holesIn(packs: readonly ListedPack[]): [number, number][] {
  const holes: [number, number][] = [];
  let end = 0;
  for (const { from, to } of [...packs].sort((a, b) => a.from - b.from)) {
    if (from > end + 1) holes.push([end + 1, from - 1]);
    end = Math.max(end, to);
  }
  return holes;
}

/** The newest announcements of each device: several of one number when a copy of it announces as well. */
export function newestHeads(heads: readonly HeadsName[]): ReadonlyMap<string, readonly HeadsName[]> {
  const newest = new Map<string, HeadsName[]>();
  for (const each of heads) {
    const known = newest.get(each.dev);
    const most = known?.[0]?.n ?? -1;
    if (each.n > most) newest.set(each.dev, [each]);
    else if (each.n === most) known?.push(each);
  }
  return newest;
}
