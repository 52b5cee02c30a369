// One request of a session beside the one before it of the same model: what it read, and where its prompt became another one.
import { PrsistError } from '../../core/errors.ts';
import type { Reply } from '../../core/operation.ts';
import type { Context } from '../feature.ts';
import { asRequest, hasInput } from './audit/audit.ts';
import { faultsOf } from './audit/breaks.ts';
import type { AuditNeeds, RecordedConversation } from './audit/needs.ts';
import type { Conversation, ModelRequest } from './audit/request.ts';
import type { blocksContract } from './contract-blocks.ts';
import { firstDifference } from './difference.ts';
import type { Segment } from './segment.ts';
import type { TextsOf } from './segments.ts';

type Explained = NonNullable<Reply<(typeof blocksContract)['cache.explain']>['request']>;

export interface Asked {
  readonly session_id: string;
  /** Its number, as the audit counts them, or the provider's own id. */
  readonly request: string;
}

export type RequestNeeds = Pick<AuditNeeds, 'conversations' | 'rulesOf'> & { readonly texts: TextsOf };

/** Throws input/invalid for a request that the session has not. */
export function explainedRequest(needs: RequestNeeds, context: Context, { session_id, request }: Asked): Explained {
  const wanted = { since: 0, agent: undefined, session_id, children: true };
  const [recorded] = needs.conversations(context, wanted);
  const made = (recorded?.requests ?? []).map((row) => ({ ...asRequest(row), id: row.request_id ?? null }));
  const requests = made.filter(hasInput);
  const n = requests.findIndex(({ id }, i) => id === request || String(i + 1) === request);
  const own = requests[n];
  if (!recorded || !own) throw unknown(session_id, request, requests.length);
  const conversation = { requests, compactions: recorded.compactions, prompts: recorded.prompts };
  const { read, write, write1h, uncached, model, at, id } = own;
  return {
    ...{ request: n + 1, id, at: new Date(at).toISOString(), model, read, written: write + write1h, uncached },
    ...{ ...foundAt(conversation, n, needs), ...partedAt(recorded, { requests, n }, { needs, context }) },
  };
}

function foundAt(conversation: Conversation, n: number, { rulesOf }: RequestNeeds) {
  const { breaks, misses } = faultsOf(conversation, rulesOf);
  const found = breaks.find((each) => each.n === n);
  const miss = misses.find((each) => each.n === n);
  return { cause: found?.cause ?? null, because: found?.because ?? miss?.because ?? null, lost: found?.lost ?? 0 };
}

interface Place {
  readonly requests: readonly ModelRequest[];
  readonly n: number;
}

interface Asking {
  readonly needs: RequestNeeds;
  readonly context: Context;
}

function partedAt({ prompts }: RecordedConversation, { requests, n }: Place, { needs, context }: Asking) {
  const own = requests[n];
  const before = requests.slice(0, n).findLast(({ model }) => model === own?.model);
  const [was, is] = (own && prompts?.(before?.at ?? own.at, own.at)) ?? [[], []];
  const from = before ? was : [];
  const at = from.findIndex((segment, i) => is[i]?.text !== segment.text);
  const kept = at < 0 ? from.length : at;
  const difference = at < 0 ? null : differenceOf(from[at], is[at], { needs, context });
  return { pieces: is.length, kept_pieces: kept, difference: difference && { piece: at + 1, ...difference } };
}

function differenceOf(was: Segment | undefined, is: Segment | undefined, { needs, context }: Asking) {
  const [before, now] = [was, is].map((segment) => textOf(segment, needs, context));
  const found = firstDifference(now ?? '', before ?? '');
  const isForAll = context.caller.agent === undefined;
  return {
    ...{ slot: slotOf(is ?? was), role: is?.role ?? null, line: found?.line ?? 1 },
    ...{ was: isForAll ? (found?.theirs ?? null) : null, is: isForAll ? (found?.ours ?? null) : null },
  };
}

/** A turn goes by its place: its slot is the id of a record. */
function slotOf(segment: Segment | undefined): string {
  return segment?.place === 'messages' ? (segment.slot.split(':')[0] ?? '') : (segment?.slot ?? '');
}

/** Turns stand in their records. */
function textOf(segment: Segment | undefined, { texts }: RequestNeeds, { read }: Context): string {
  if (!segment || segment.place !== 'messages') return segment?.text ?? '';
  const [part = '', ent = ''] = segment.text.split(':');
  return texts(read.project, ent)[part === 'output' ? 1 : 0] ?? '';
}

function unknown(session_id: string, request: string, count: number): PrsistError {
  return new PrsistError('input/invalid', `session ${session_id} has no request ${request}: it has ${count}`, {
    ...{ field: 'request', hint: 'prsist cache audit <session> --json | jq .sessions[0].breaks' },
  });
}
