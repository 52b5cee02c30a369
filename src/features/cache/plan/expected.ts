// What a plan is expected to read, write and cost.
import type { ModelRules } from '../../../core/provider-rules.ts';
import { secondsOf, valueFor } from '../../../core/provider-rules.ts';
import type { Breakpoint, CachePlan, ExpectedCost, PlannedSegment } from './cache-plan.ts';
import type { Layout } from './layout.ts';
import { expiryChance } from './pauses.ts';

export interface Expecting {
  readonly layout: Layout;
  readonly chosen: ModelRules;
  /** Where entries end; absent: the provider keeps any beginning it has seen, in steps. */
  readonly breakpoints?: readonly Breakpoint[] | undefined;
  /** Positions up to which the request before this one has left an entry that this one finds. */
  readonly entries?: readonly number[] | undefined;
  readonly ttl: string | null;
  readonly pauses: readonly number[];
}

export interface Expected {
  readonly segments: readonly PlannedSegment[];
  readonly hits: CachePlan['hits'];
  readonly cost: ExpectedCost | null;
}

/** Tokens read, written and sent uncached by a request like this one that follows another, and their price. */
export function expected({ layout, chosen, breakpoints, entries, ttl, pauses }: Expecting): Expected {
  const seconds = ttl === null ? undefined : secondsOf(ttl, chosen.rules.ttl);
  const alive = seconds === undefined ? 1 : 1 - expiryChance(seconds, pauses);
  const cachedEnd = breakpoints ? (breakpoints.at(-1)?.at ?? -1) : cacheableEnd(layout, chosen);
  const covering = coverage(layout, entries);
  const segments = layout.blocks.map(({ segment, index, zone }, at): PlannedSegment => {
    const isCached = at <= cachedEnd;
    const read = isCached ? segment.tokens * (covering[at] ?? 0) * alive : 0;
    const { slot, kind, place, role = null, tokens, change } = segment;
    const [written, uncached] = isCached ? [tokens - read, 0] : [0, tokens];
    return { index, slot, kind, place, role, zone, tokens, change, read, written, uncached };
  });
  const sum = (name: 'read' | 'written' | 'uncached') => segments.reduce((all, each) => all + each[name], 0);
  const step = breakpoints ? 0 : lostToSteps(chosen, sum('read'));
  const [read, written, uncached] = [sum('read') - step, sum('written') + step, sum('uncached')];
  const total = layout.blocks.at(-1)?.upto ?? 0;
  return {
    segments,
    hits: { read, written, uncached, share: total === 0 ? 0 : read / total },
    cost: costOf({ chosen, breakpoints: breakpoints ?? [], ttl, segments, read, written, uncached }),
  };
}

/** Per block: how probable it is that the entry it would be read from is still right. */
function coverage({ blocks, previousEnd }: Layout, entries: readonly number[] | undefined): readonly number[] {
  let next = 0;
  return blocks.map(({ intact }, at) => {
    // nothing behind the end of the last request has been seen
    if (at > previousEnd) return 0;
    if (!entries) return intact;
    while (next < entries.length && (entries[next] ?? 0) < at) next += 1;
    const end = entries[next];
    return end === undefined ? 0 : (blocks[end]?.intact ?? 0);
  });
}

function cacheableEnd({ blocks, historyEnd }: Layout, { rules, known }: ModelRules): number {
  const least = valueFor(rules.min_tokens, known) ?? 0;
  return (blocks[historyEnd]?.upto ?? 0) >= least ? historyEnd : -1;
}

/** Half a step on average is read in vain. */
function lostToSteps({ rules }: ModelRules, read: number): number {
  return Math.min(read, (rules.step_tokens?.v ?? 0) / 2);
}

interface Priced {
  readonly chosen: ModelRules;
  readonly breakpoints: readonly Breakpoint[];
  readonly ttl: string | null;
  readonly segments: readonly PlannedSegment[];
  readonly read: number;
  readonly written: number;
  readonly uncached: number;
}

function costOf({ chosen, breakpoints, ttl, segments, read, written, uncached }: Priced): ExpectedCost | null {
  const price = { read: valueFor(chosen.rules.read, chosen.known), write: writePrice(chosen, ttl) };
  if (price.read === null || price.write === null) return null;
  const total = segments.reduce((sum, { tokens }) => sum + tokens, 0);
  const rates = writeRates({ chosen, breakpoints, ttl, segments });
  const writing = (tokensOf: (each: PlannedSegment) => number) =>
    segments.reduce((sum, each, at) => sum + tokensOf(each) * (rates[at] ?? 1), 0);
  const stepped = written - segments.reduce((sum, each) => sum + each.written, 0);
  const cost = {
    first: writing((each) => each.read + each.written) + uncached,
    following: read * price.read + writing((each) => each.written) + stepped * price.write + uncached,
    without_cache: total,
  };
  const dollars = (tokens: number) => (tokens * (chosen.usd ?? 0)) / 1_000_000;
  return {
    ...{ unit: 'tokens of uncached input', ...cost },
    usd:
      chosen.usd === null
        ? null
        : {
            ...{ first: dollars(cost.first), following: dollars(cost.following) },
            without_cache: dollars(cost.without_cache),
          },
  };
}

/** Per segment: lifetimes may differ, and what is written costs what the breakpoint behind it asks for. */
function writeRates({
  chosen,
  breakpoints,
  ttl,
  segments,
}: Pick<Priced, 'chosen' | 'breakpoints' | 'ttl' | 'segments'>) {
  const usual = writePrice(chosen, ttl) ?? 1;
  const ends = breakpoints.map((each) => ({ at: each.at, rate: writePrice(chosen, each.ttl) ?? usual }));
  let next = 0;
  return segments.map((_, at) => {
    while (next < ends.length && (ends[next]?.at ?? 0) < at) next += 1;
    return ends[next]?.rate ?? usual;
  });
}

/** Times the price of uncached input; null where it is not known. */
export function writePrice({ rules }: ModelRules, ttl: string | null): number | null {
  const value = rules.write?.v ?? null;
  if (value === null || typeof value === 'number') return value;
  const named = ttl === null ? undefined : value[ttl];
  return named ?? Math.max(...Object.values(value));
}
