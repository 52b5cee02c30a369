// What the audit of prompt caches is told of sessions and transcripts, which belong to other features.
import { PrsistError } from '../core/errors.ts';
import type { Prices } from '../core/prices.ts';
import type { Providers } from '../core/provider-rules.ts';
import type { Redactor } from '../core/redact.ts';
import { rulesIn } from '../features/cache/audit/known-rules.ts';
import type { AuditNeeds, AuditWanted, RecordedConversation } from '../features/cache/audit/needs.ts';
import { type UsageInFile, usageIn } from '../features/capture/usage-in.ts';
import type { Context } from '../features/feature.ts';
import { sessionById } from '../features/sessions/queries.ts';
import { usedConversations } from '../features/sessions/requests.ts';
import { promptsOf, type ToldTo } from './recorded-prompts.ts';

interface Given {
  readonly prices: Prices;
  readonly providers: () => Providers;
  readonly redactor: Redactor;
  readonly toldTo: ToldTo;
  readonly breathe: () => Promise<void>;
}

/** Model requests of sessions and of files, for the audit. */
export function auditNeeds({ prices, providers, redactor, toldTo, breathe }: Given): AuditNeeds {
  return {
    ...{ prices, rulesOf: rulesIn(providers), breathe, conversations: recorded(toldTo) },
    async *inFiles(paths, { agent, children }) {
      for await (const found of usageIn(paths)) {
        const isWanted = (agent === undefined || found.agent === agent) && (children || !found.isSubagent);
        if (isWanted) yield ofFile(found, (text) => redactor.text(text).text);
      }
    },
  };
}

function recorded(toldTo: ToldTo) {
  return (context: Context, wanted: AuditWanted) => recordedBy(toldTo, context, wanted);
}

function* recordedBy(toldTo: ToldTo, { read }: Context, wanted: AuditWanted): Generator<RecordedConversation> {
  const { session_id } = wanted;
  if (session_id !== undefined && read.project.one(sessionById, { session_id }) === undefined) {
    throw new PrsistError('session/not-found', `no session ${session_id}`, { field: 'session_id' });
  }
  for (const session of usedConversations(read.project, wanted)) {
    yield { ...session, path: null, prompts: promptsOf(read.project, session.session_id, toldTo) };
  }
}

/** Names of a file are not its own: they are cleaned as everything is that comes out of one. */
function ofFile({ path, agent, session, requests, compactions }: UsageInFile, clean: (text: string) => string) {
  return {
    ...{ session_id: null, path, agent, title: clean(session), compactions },
    requests: requests.map(({ at, model, fresh, cacheRead, cacheWrite, cacheWrite1h, output }) => ({
      ...{ at, model: model === undefined ? null : clean(model), fresh, output },
      ...{ cache_read: cacheRead, cache_write: cacheWrite, write_1h: cacheWrite1h },
    })),
  };
}
