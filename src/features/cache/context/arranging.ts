// The candidates of a context in their order and within its budget. Where only texts changed, only those are looked at:
// what a context is made of is hundreds of objects, and going through all of them costs as much as reading a file.
import { sha256Hex } from '../../../core/ids.ts';
import type { Reply } from '../../../core/operation.ts';
import type { loadingContract } from '../contract-loading.ts';
import type { Segment } from '../segment.ts';
import { fit, type Shares, spentOf, type Wanted } from './budget.ts';
import type { Candidate } from './candidate.ts';

type Said = Reply<(typeof loadingContract)['cache.load']>;

export interface Room {
  readonly budget: number;
  readonly shares: Shares;
}

export interface Arranged {
  readonly all: readonly Candidate[];
  readonly order: readonly Candidate[];
  readonly segments: readonly Segment[];
  readonly said: Pick<Said, 'tokens' | 'hash' | 'left_out' | 'budget'>;
}

interface Kept extends Arranged {
  readonly key: string;
  readonly hashes: readonly string[];
  readonly wanted: Wanted;
  /** Of all, where each stands in the order; undefined where something is left out. */
  readonly places: readonly number[] | undefined;
}

const keptContexts = 50;

/** What was arranged last, by project. */
export class Arranging {
  readonly #last = new Map<string, Kept>();

  /** of: whose context. The same candidates as the time before give the very same answer. Throws limit/too-large. */
  arranged(of: string, all: readonly Candidate[], room: Room): Arranged {
    const key = [room.budget, ...Object.values(room.shares)].join(' ');
    const before = this.#last.get(of);
    const known = before?.key === key ? before : undefined;
    const changed = known && changedIn(known.all, all);
    if (known && changed?.length === 0) return known;
    const made = (known && changed && renewed(known, { all, changed }, room)) ?? { ...arrange(all, room), key };
    if (this.#last.size >= keptContexts) this.#last.clear();
    this.#last.set(of, made);
    return made;
  }

  /** Nothing that was put together stays in memory. */
  clear(): void {
    this.#last.clear();
  }
}

function arrange(all: readonly Candidate[], { budget, shares }: Room): Omit<Kept, 'key'> {
  const { taken, left, spent, wanted } = fit(all, budget, shares);
  const order = inOrder(all.filter((each) => taken.has(each)));
  const hashes = order.map((each) => each.hash);
  const tokens = order.reduce((sum, each) => sum + each.tokens, 0);
  const left_out = left.map(({ slot, kind, tokens }) => ({ slot, kind, tokens, why: 'the budget is spent' }));
  const at = new Map(order.map((each, i) => [each, i]));
  return {
    ...{ all, order, hashes, wanted, segments: order.map(segmentOf) },
    places: left.length === 0 ? all.map((each) => at.get(each) ?? 0) : undefined,
    said: { tokens, hash: hashOf(hashes), left_out, budget: spent },
  };
}

/** Where two lists differ; undefined where one is longer. */
function changedIn(before: readonly Candidate[], now: readonly Candidate[]): readonly number[] | undefined {
  if (before.length !== now.length) return undefined;
  const changed: number[] = [];
  for (let i = 0; i < now.length; i += 1) if (before[i] !== now[i]) changed.push(i);
  return changed;
}

interface Change {
  readonly all: readonly Candidate[];
  readonly changed: readonly number[];
}

/** The same with other texts in some places; undefined where order or choice may be others. */
function renewed(before: Kept, { all, changed }: Change, { budget, shares }: Room): Kept | undefined {
  if (!before.places) return undefined;
  const [order, segments, hashes] = [[...before.order], [...before.segments], [...before.hashes]];
  const wanted = { ...before.wanted };
  let { tokens } = before.said;
  for (const i of changed) {
    const [was, is, at] = [before.all[i], all[i], before.places[i]];
    if (!was || !is || at === undefined || was.slot !== is.slot || compared(was, is) !== 0) return undefined;
    wanted[is.kind] += is.tokens - was.tokens;
    tokens += is.tokens - was.tokens;
    order[at] = is;
    segments[at] = segmentOf(is);
    hashes[at] = is.hash;
  }
  if (tokens > budget) return undefined;
  const said = { tokens, hash: hashOf(hashes), left_out: [], budget: spentOf(wanted, wanted, { budget, shares }) };
  return { ...before, all, order, segments, hashes, wanted, said };
}

/** Of the hashes, since the texts may be megabytes. */
function hashOf(hashes: readonly string[]): string {
  return sha256Hex(hashes.join('\n'));
}

const places = { tools: 0, system: 1, messages: 2 } as const;
const kinds = { system: 0, template: 1, documentation: 2, dynamic: 3 } as const;

/**
 * By place, then what changes least first, then by name: never by score or size, so that a document that grows moves
 * nothing before it. What stands in the messages keeps the order of its template, pieces of one text keep theirs.
 */
function inOrder(candidates: readonly Candidate[]): readonly Candidate[] {
  const said = candidates.filter(({ place }) => place === 'messages');
  const fixed = candidates.filter(({ place }) => place !== 'messages');
  // sorting is stable, so that pieces stay as they came
  return [...fixed.sort(compared), ...said];
}

function compared(a: Candidate, b: Candidate): number {
  const apart = places[a.place] - places[b.place] || kinds[a.kind] - kinds[b.kind] || a.change - b.change;
  return apart || (a.base < b.base ? -1 : a.base > b.base ? 1 : 0);
}

function segmentOf({ slot, kind, place, role, text, tokens, change }: Candidate): Segment {
  return { slot, kind, place, ...(role === undefined ? {} : { role }), text, tokens, change };
}
