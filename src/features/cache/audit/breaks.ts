// Where the cache broke, and why: by usage alone, and more exactly where messages or prompts are known.
import { causeInSegments, type SegmentCause } from './causes.ts';
import { type Conversation, keptOf, type ModelRequest, promptOf } from './request.ts';
import { type CacheRules, lifetimeOf, valueFor } from './rules.ts';

export const plainCauses = ['prefix changed', 'history shorter', 'expired'] as const;
export type PlainCause = (typeof plainCauses)[number];
export type ExactCause = SegmentCause | 'compaction' | 'model switch' | 'below minimum' | 'look-back';

export interface Break {
  /** Which request it is, from 0. */
  readonly n: number;
  /** By usage alone. */
  readonly cause: PlainCause;
  /** More exactly, where it can be told. */
  readonly because: ExactCause | null;
  /** Tokens that stood in the cache. */
  readonly before: number;
  /** Tokens that could have been read and were not. */
  readonly lost: number;
  /** Since the request before it of the same model. */
  readonly gap: number;
}

/** A request that read little or nothing for a reason that is no fault of its prefix. */
export interface Miss {
  readonly n: number;
  readonly because: 'model switch' | 'below minimum';
  readonly tokens: number;
}

export interface Faults {
  readonly breaks: readonly Break[];
  readonly misses: readonly Miss[];
}

/** The same break again and again: something is rendered anew for every request. */
export interface Restless {
  /** The first request of it, from 0. */
  readonly n: number;
  readonly requests: number;
  /** Tokens up to which nothing changes. */
  readonly read: number;
}

const leastRestless = 3;
/** A count of tokens that differs by this much is the same place. */
const samePlace = 64;

/** The longest run of requests, one after the other, whose prompts all changed at the same place. */
export function restlessIn(requests: readonly ModelRequest[], breaks: readonly Break[]): Restless | null {
  const runs: Restless[] = [];
  for (const { n, cause } of breaks) {
    if (cause !== 'prefix changed') continue;
    const read = requests[n]?.read ?? 0;
    const run = runs.at(-1);
    const goesOn = run && n === run.n + run.requests && Math.abs(read - run.read) <= samePlace;
    if (goesOn) runs[runs.length - 1] = { ...run, requests: run.requests + 1 };
    else runs.push({ n, requests: 1, read });
  }
  const [longest] = runs.sort((a, b) => b.requests - a.requests || a.n - b.n);
  return longest && longest.requests >= leastRestless ? longest : null;
}

type Rules = (model: string) => CacheRules;

/** Every request that read less than the one before it of the same model had left in the cache. */
export function faultsOf(conversation: Conversation, rulesOf: Rules): Faults {
  const { requests } = conversation;
  const hours = requests.some(({ write1h }) => write1h > 0);
  const last = new Map<string, number>();
  const breaks: Break[] = [];
  const misses: Miss[] = [];
  requests.forEach((request, n) => {
    const known = last.get(request.model);
    const before = known === undefined ? undefined : requests[known];
    const rules = rulesOf(request.model);
    const miss = missOf(conversation, n, { rules, isFirst: before === undefined });
    if (miss) misses.push(miss);
    if (before && request.read < keptOf(before)) {
      breaks.push(breakOf(conversation, { n, request, before, rules, lifetime: lifetimeIn(rules, hours) }));
    }
    last.set(request.model, n);
  });
  return { breaks, misses };
}

/** A conversation that ever wrote entries of an hour is taken to write no others. */
export function lifetimeIn(rules: CacheRules, hours: boolean): number {
  return hours && '1h' in rules.lifetimes ? lifetimeOf(rules, '1h') : lifetimeOf(rules);
}

function missOf(
  { requests }: Conversation,
  n: number,
  { rules, isFirst }: { rules: CacheRules; isFirst: boolean },
): Miss | undefined {
  const request = requests[n];
  if (!request) return undefined;
  const tokens = promptOf(request) - request.read;
  if (isFirst && n > 0) return { n, because: 'model switch', tokens };
  const isShort = keptOf(request) === 0 && tokens < (valueFor(rules.minTokens, request.model) ?? 0);
  return isShort ? { n, because: 'below minimum', tokens } : undefined;
}

interface Broken {
  readonly n: number;
  readonly request: ModelRequest;
  readonly before: ModelRequest;
  readonly rules: CacheRules;
  readonly lifetime: number;
}

function breakOf(conversation: Conversation, broken: Broken): Break {
  const { n, request, before, rules, lifetime } = broken;
  const gap = request.at - before.at;
  // where nothing is counted as written, all of a prompt may stand in the cache afterwards
  const kept = rules.mode === 'automatic' ? promptOf(request) : keptOf(request);
  const cause = gap > lifetime ? 'expired' : kept < keptOf(before) ? 'history shorter' : 'prefix changed';
  return {
    ...{ n, cause, before: keptOf(before), gap },
    because: cause === 'expired' ? null : exactly(conversation, broken),
    lost: Math.max(0, Math.min(keptOf(before), promptOf(request)) - request.read),
  };
}

function exactly({ compactions, prompts }: Conversation, { request, before, rules }: Broken): ExactCause | null {
  const least = valueFor(rules.minTokens, request.model) ?? 0;
  if (keptOf(request) === 0 && promptOf(request) < least) return 'below minimum';
  if (compactions.some((at) => at > before.at && at <= request.at)) return 'compaction';
  const own = before.segments && request.segments && ([before.segments, request.segments] as const);
  const [was, is] = own ?? prompts?.(before.at, request.at) ?? [];
  if (!was || !is) return null;
  const cause = causeInSegments(was, is);
  if (cause) return cause;
  const added = is.length - was.length;
  return rules.lookback !== null && added >= rules.lookback ? 'look-back' : null;
}
