import { PrsistError } from '../../../core/errors.ts';
import type { Parsed, Reply } from '../../../core/operation.ts';
import { priceName } from '../../../core/prices.ts';
import type { Context } from '../../feature.ts';
import type { auditContract } from '../contract-audit.ts';
import { contradictionsIn } from './contradictions.ts';
import type { Tariff } from './cost.ts';
import { inputUsd } from './cost.ts';
import type { AuditNeeds, AuditWanted, RecordedConversation, RecordedRequest } from './needs.ts';
import type { ModelRequest } from './request.ts';
import { auditSession, type SessionAudit } from './session-audit.ts';
import { pooledReply, sessionReply } from './wire.ts';

type Audit = (typeof auditContract)['cache.audit'];

/** One conversation as it was and as it was judged. */
export interface Audited {
  readonly of: RecordedConversation;
  readonly requests: readonly ModelRequest[];
  readonly audit: SessionAudit;
  /** Input in US dollars; null where a price is not known. */
  readonly usd: number | null;
}

/** Replays what requests read and wrote, and says what broke the cache. */
export function audit(needs: AuditNeeds) {
  return async (context: Context, input: Parsed<Audit>): Promise<Reply<Audit>> => {
    const tariff: Tariff = needs;
    if (input.paths && (input.session_id !== undefined || input.since !== undefined)) {
      throw new PrsistError('input/invalid', 'paths go without session_id and since', { field: 'paths' });
    }
    const audited: Audited[] = [];
    for await (const of of wantedOf(needs, context, input)) {
      const requests = of.requests.map(asRequest).filter(hasInput);
      if (requests.length === 0) continue;
      const audit = auditSession({ requests, compactions: of.compactions, prompts: of.prompts }, tariff, context.now);
      audited.push({ of, requests, audit, usd: inputUsd(tariff, requests) });
      await needs.breathe();
    }
    const isOne = input.session_id !== undefined || audited.length === 1;
    return {
      sessions: audited.map((each) => sessionReply(each, tariff, { picture: isOne })),
      pooled: pooledReply(audited),
      contradictions: contradictionsIn(
        audited.map(({ requests }) => requests),
        needs.rulesOf,
      ).map((each) => ({ ...each })),
      prices_as_of: needs.prices.as_of,
    };
  };
}

function wantedOf(needs: AuditNeeds, context: Context, input: Parsed<Audit>) {
  const { agent, session_id, children } = input;
  const since = input.since === undefined ? 0 : Date.parse(input.since);
  const wanted: AuditWanted = { since, agent, session_id, children };
  return input.paths ? needs.inFiles(input.paths, wanted) : needs.conversations(context, wanted);
}

/** A recorded request in the classes of the audit. */
export function asRequest(row: RecordedRequest): ModelRequest {
  const write1h = Math.min(row.write_1h, row.cache_write);
  return {
    ...{ at: row.at, model: priceName(row.model ?? 'unknown'), output: row.output },
    ...{ read: row.cache_read, write: row.cache_write - write1h, write1h, uncached: row.fresh },
  };
}

/** Whether it was sent anything at all. */
export function hasInput({ read, write, write1h, uncached }: ModelRequest): boolean {
  return read + write + write1h + uncached > 0;
}
