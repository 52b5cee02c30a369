// When it costs less to read an entry once more before it expires than to write it anew after a long pause.
import { type ModelRules, secondsOf, valueFor } from '../../../core/provider-rules.ts';
import type { Breakpoint, CachePlan, ExpectedCost, KeepAlive } from './cache-plan.ts';
import { writePrice } from './expected.ts';
import { expiryChance } from './pauses.ts';

export interface Kept {
  readonly chosen: ModelRules;
  readonly breakpoints: readonly Breakpoint[] | undefined;
  readonly ttl: string | null;
  readonly hits: CachePlan['hits'];
  readonly cost: ExpectedCost | null;
  readonly pauses: readonly number[];
}

/** An entry is read again when so much of its life is over: an answer takes a while to begin. */
const early = 0.9;
/** More save next to nothing on recorded sessions, and each is paid also after the last request of a session. */
const most = 2;
/** Recorded sessions: so many requests of 24,015 were the last of theirs, after which each keep-alive is in vain. */
const lastOfSession = 355 / 24_015;
/** What saves less than this part of a request is within what the pauses are off by. */
const leastGain = 0.01;

/**
 * How often to read an entry that nobody reads, and how many times in one pause; `most` is 0 where it does not pay. null
 * where a lifetime, a price, or whether a read prolongs an entry is not known. Advice: nothing is ever sent.
 */
export function keepAliveOf({ chosen, breakpoints, ttl, hits, cost, pauses }: Kept): KeepAlive | null {
  const { rules, known } = chosen;
  const [shortest] = lifetimesOf(breakpoints, ttl).toSorted((a, b) => secondsIn(a, chosen) - secondsIn(b, chosen));
  const [read, write] = [valueFor(rules.read, known), writePrice(chosen, shortest ?? null)];
  const kept = hits.read + hits.written;
  if (rules.renewed_by_read?.v !== true || shortest === undefined || read === null || write === null) return null;
  const life = secondsIn(shortest, chosen);
  if (cost === null || kept === 0 || !Number.isFinite(life)) return null;
  const every = Math.floor(life * early);
  const gains = gainsOf({ every, life, read, write, pauses });
  const saves = gains.reduce((sum, gain) => sum + gain, 0) * kept;
  const each = read * kept;
  return saves < leastGain * cost.following
    ? { every_s: every, most: 0, saves: 0, each }
    : { every_s: every, most: gains.length, saves, each };
}

function lifetimesOf(breakpoints: readonly Breakpoint[] | undefined, ttl: string | null): readonly string[] {
  const named = (breakpoints ?? []).flatMap((each) => (each.ttl === null ? [] : [each.ttl]));
  return named.length > 0 || ttl === null ? named : [ttl];
}

function secondsIn(ttl: string, { rules }: ModelRules): number {
  return secondsOf(ttl, rules.ttl) ?? Number.POSITIVE_INFINITY;
}

interface Priced {
  readonly every: number;
  readonly life: number;
  readonly read: number;
  readonly write: number;
  readonly pauses: readonly number[];
}

/** What each of them saves in the mean, for a token kept and a request; those that cost more than that are left out. */
function gainsOf({ every, life, read, write, pauses }: Priced): readonly number[] {
  const silent = (seconds: number) => expiryChance(seconds, pauses) * (1 - lastOfSession);
  const gains: number[] = [];
  for (let nth = 1; nth <= most; nth += 1) {
    const sent = nth * every;
    // up to where it would have lived without this one
    const saved = silent(sent - every + life) - silent(sent + life);
    const gain = saved * (write - read) - (silent(sent) + lastOfSession) * read;
    if (gain <= 0) break;
    gains.push(gain);
  }
  return gains;
}
