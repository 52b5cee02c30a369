// An audit as it is answered.
import type { Reply } from '../../../core/operation.ts';
import type { auditContract } from '../contract-audit.ts';
import type { Audited } from './audit.ts';
import { type Tariff, usdPerUnit } from './cost.ts';
import { inputOf, type Outcome, shareOf, sumOf } from './outcome.ts';
import { pool } from './session-audit.ts';

type Answer = Reply<(typeof auditContract)['cache.audit']>;
type Session = Answer['sessions'][number];

/** One conversation; with every request when it is the only one. */
export function sessionReply(
  { of, requests, audit, usd }: Audited,
  tariff: Tariff,
  { picture }: { picture: boolean },
): Session {
  const at = (n: number) => iso(requests[n]?.at ?? 0);
  const { recorded } = audit;
  return {
    ...{ session_id: of.session_id, path: of.path, agent: of.agent, title: of.title },
    models: [...new Set(requests.map(({ model }) => model))],
    ...{ from: at(0), until: at(requests.length - 1), requests: requests.length },
    ...{ ...outcomeReply(recorded), usd, saved: 1 - shareOf(recorded.units, inputOf(recorded)), waste: audit.waste },
    breaks: audit.breaks.map((each) => {
      const { n, cause, because, before, lost, gap, units } = each;
      const model = requests[n]?.model ?? '';
      const unit = usdPerUnit(tariff, model);
      const read = requests[n]?.read ?? 0;
      return {
        ...{ request: n + 1, at: at(n), model, cause, because, where: whereOf(each, read), read, before, lost },
        ...{ gap_seconds: gap / 1000, cost: units, usd: unit === null ? null : units * unit },
      };
    }),
    causes: causesOf([audit]),
    misses: audit.misses.map(({ n, because, tokens }) => ({ request: n + 1, at: at(n), because, tokens })),
    restless: restlessReply(audit.restless),
    simulator: { error: audit.error, told_error: audit.toldError },
    prsist: audit.prsist && outcomeReply(audit.prsist),
    ...(picture ? { picture: requests.map(pictured) } : {}),
  };
}

function restlessReply(restless: Audited['audit']['restless']) {
  return restless && { request: restless.n + 1, requests: restless.requests, read: restless.read };
}

function pictured({ at, model, read, write, write1h, uncached }: Audited['requests'][number]) {
  return { at: iso(at), model, read, write: write + write1h, uncached };
}

/** The first entry of a prompt ends after tools and system: where less was read, one of them changed. */
function whereOf({ cause }: Audited['audit']['breaks'][number], read: number): 'tools or system' | 'history' | null {
  if (cause === 'expired') return null;
  return read === 0 ? 'tools or system' : 'history';
}

/** All of them together. */
export function pooledReply(audited: readonly Audited[]): Answer['pooled'] {
  const audits = audited.map(({ audit, requests }) => ({ ...audit, count: requests.length }));
  const { breaksPer100, median, error, ...pooled } = pool(audits);
  const units = audits.reduce((sum, { recorded }) => sum + recorded.units, 0);
  const planned = whole(audits.map(({ prsist }) => prsist));
  const usd = whole(audited.map((each) => each.usd));
  return {
    ...{ ...pooled, median_share: median, breaks_per_100: breaksPer100, simulator_error: error },
    breaks: audits.reduce((sum, { breaks }) => sum + breaks.length, 0),
    waste: audits.reduce((sum, { waste }) => sum + waste, 0),
    ...{ cost: units, saved: pooled.tokens === 0 ? 0 : 1 - units / pooled.tokens },
    usd: usd && usd.reduce((sum, each) => sum + each, 0),
    causes: causesOf(audits),
    prsist: planned && outcomeReply(sumOf(planned)),
  };
}

/** The list where none of it is missing. */
function whole<T>(list: readonly (T | null)[]): readonly T[] | null {
  const there = list.filter((each) => each !== null);
  return there.length === list.length ? there : null;
}

function causesOf(audits: readonly Pick<Audited['audit'], 'breaks'>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { cause } of audits.flatMap(({ breaks }) => breaks)) counts[cause] = (counts[cause] ?? 0) + 1;
  return counts;
}

function outcomeReply({ read, write, write1h, uncached, share, units }: Outcome) {
  return { read, write_5m: write, write_1h: write1h, uncached, share, cost: units };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
