// One conversation, audited: what was read, what broke, what it cost, and what another order would have given.
import { type Break, faultsOf, type Miss, type Restless, restlessIn } from './breaks.ts';
import { ratesOf, type Tariff } from './cost.ts';
import { fromUsage, lifeOf, type Rebuilt } from './from-usage.ts';
import { asServed, inputOf, type Outcome, outcomeOf, shareOf } from './outcome.ts';
import type { Conversation, ModelRequest } from './request.ts';
import { simulate } from './simulate.ts';
import { wasteOf } from './waste.ts';

export interface SessionAudit {
  readonly recorded: Outcome;
  readonly breaks: readonly (Break & { readonly units: number })[];
  readonly misses: readonly Miss[];
  readonly restless: Restless | null;
  /** Tokens written and never read. */
  readonly waste: number;
  /** Difference of the cached share in points when the simulator knows nothing of breaks, and when it is told where prompts changed. */
  readonly error: number;
  readonly toldError: number;
  /** With entries of an hour and a beginning that stays as it is; null where the simulator is too far off to say. */
  readonly prsist: Outcome | null;
}

/** A simulator this far off says nothing of what would have been, in points. */
export const mostError = 2;

/** Audits one conversation. now: what the last request wrote may be read until it expires. */
export function auditSession(conversation: Conversation, tariff: Tariff, now: number): SessionAudit {
  const { requests } = conversation;
  const { rulesOf } = tariff;
  const recorded = outcomeOf(tariff, requests);
  const { breaks, misses } = faultsOf(conversation, rulesOf);
  const off = (rebuilt: Rebuilt) => 100 * Math.abs(replay(rebuilt, requests, tariff).share - recorded.share);
  const told = fromUsage(conversation, { rulesOf, told: breaks });
  const toldError = off(told);
  return {
    ...{ recorded, misses, toldError, error: off(fromUsage(conversation, { rulesOf })) },
    breaks: breaks.map((each) => ({ ...each, units: costOf(each, requests, tariff) })),
    restless: restlessIn(requests, breaks),
    waste: wasteOf(requests, ({ at, model }) => at + lifeOf(rulesOf(model), requests) >= now),
    prsist: toldError > mostError ? null : asPlanned(conversation, breaks, tariff),
  };
}

/** What a simulation of these prompts comes to. */
export function replay(rebuilt: Rebuilt, requests: readonly ModelRequest[], tariff: Tariff): Outcome {
  return outcomeOf(tariff, asServed(requests, simulate(rebuilt.requests, tariff.rulesOf, rebuilt.warm)));
}

/** More than it would have cost had it been read. */
function costOf({ n, lost }: Break, requests: readonly ModelRequest[], tariff: Tariff): number {
  const request = requests[n];
  if (!request) return 0;
  const rates = ratesOf(tariff, request.model);
  const written = request.write + request.write1h;
  const paid = written === 0 ? 1 : (request.write * rates.write + request.write1h * rates.write1h) / written;
  return lost * (paid - rates.read);
}

/** Entries live an hour where the provider offers it, and what stands first never changes. */
function asPlanned(conversation: Conversation, breaks: readonly Break[], tariff: Tariff): Outcome {
  const stay = breaks.filter(({ n }) => (conversation.requests[n]?.read ?? 0) > 0);
  const rebuilt = fromUsage(conversation, { rulesOf: tariff.rulesOf, told: stay });
  const requests = rebuilt.requests.map((request) => ({
    ...request,
    marks: request.marks.map(({ piece, lifetime }) => ({
      piece,
      lifetime: '1h' in tariff.rulesOf(request.model).lifetimes ? '1h' : lifetime,
    })),
  }));
  return replay({ ...rebuilt, requests }, conversation.requests, tariff);
}

/** The middle of the ascending values; of an even number the greater of both. */
export function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

export interface Pooled {
  readonly sessions: number;
  readonly requests: number;
  readonly tokens: number;
  readonly share: number;
  readonly median: number;
  readonly breaksPer100: number;
  readonly error: number;
}

/** All of them together: pooled by tokens, and the session in the middle. */
export function pool(audits: readonly (SessionAudit & { readonly count: number })[]): Pooled {
  const sum = (of: (audit: SessionAudit & { readonly count: number }) => number) =>
    audits.reduce((total, each) => total + of(each), 0);
  const requests = sum(({ count }) => count);
  const tokens = sum(({ recorded }) => inputOf(recorded));
  return {
    ...{ sessions: audits.length, requests, tokens },
    share: shareOf(
      sum(({ recorded }) => recorded.read),
      tokens,
    ),
    median: middle(audits.map(({ recorded }) => recorded.share)),
    breaksPer100:
      100 *
      shareOf(
        sum(({ breaks }) => breaks.length),
        requests,
      ),
    error: shareOf(
      sum(({ error }) => error),
      audits.length,
    ),
  };
}
