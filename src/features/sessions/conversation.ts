// What a session has in front of its model: the blocks of its messages, and how its requests came.
import type { Read } from '../../store/record-type.ts';
import { type RequestRow, requestsOfSession, type SaidRow, saidInSession } from './conversation-queries.ts';
import { compactedAt } from './turn-queries.ts';
import { findSession } from './wire.ts';

export interface Said {
  readonly role: 'user' | 'assistant' | 'tool';
  readonly text: string;
  readonly block?: 'call' | 'result';
  /** Ties a call and its result; the same whenever it is asked for. */
  readonly call?: string;
  readonly tool?: string;
}

export interface Conversation {
  readonly session_id: string;
  /** Since its last compaction, beginning with what a person said; one text at a time is held. */
  readonly said: Iterable<Said>;
  /** Seconds between its requests. */
  readonly pauses_s: readonly number[];
  /** Tokens of its first request; null where the agent tells none. */
  readonly first_tokens: number | null;
  /** Of its last request. */
  readonly model: string | null;
}

/** A session by its id or an unambiguous beginning. Throws session/not-found, session/ambiguous. */
export function conversationOf(
  read: Read,
  asked: string,
  { leastTrust, limit }: { readonly leastTrust: number; readonly limit: number },
): Conversation {
  const { session_id } = findSession(read, asked);
  const requests = read.all(requestsOfSession, { session_id });
  const pauses = requests.slice(1).map(({ at }, n) => Math.max(0, at - (requests[n]?.at ?? at)) / 1000);
  return {
    ...{ session_id, said: saidBy(read, session_id, { least_trust: leastTrust, limit }), pauses_s: pauses },
    ...{ first_tokens: requests[0]?.tokens ?? null, model: lastModel(requests) },
  };
}

/** What an agent says in the name of a model, as `<synthetic>`, is of none. */
function lastModel(requests: readonly RequestRow[]): string | null {
  return requests.findLast(({ model }) => model !== null && !model.startsWith('<'))?.model ?? null;
}

function* saidBy(
  read: Read,
  session_id: string,
  limits: { readonly least_trust: number; readonly limit: number },
): Generator<Said> {
  let isBegun = false;
  const since = read.one(compactedAt, { session_id })?.at ?? 0;
  for (const row of read.all(saidInSession, { session_id, since, ...limits })) {
    isBegun ||= row.part === 'message' && row.role !== 'assistant';
    if (isBegun) yield* row.part === 'call' ? callSaid(read, row) : [messageSaid(read, row)];
  }
}

function messageSaid(read: Read, { rec, role }: SaidRow): Said {
  return { role: role === 'assistant' ? 'assistant' : 'user', text: read.text(read.fields(rec), 'content') };
}

/** Every call has its result, else no provider takes it: one that never came says so. */
function callSaid(read: Read, { ent, rec, result_rec, tool }: SaidRow): readonly Said[] {
  const fields = read.fields(rec);
  const { command } = fields;
  const input = typeof command === 'string' ? JSON.stringify({ command }) : read.text(fields, 'input');
  const output = result_rec === null ? '' : read.text(read.fields(result_rec), 'output');
  const call = `call_${ent.replaceAll('-', '').slice(-24)}`;
  return [
    { role: 'assistant', block: 'call', call, tool: tool ?? '', text: input === '' ? '{}' : input },
    { role: 'tool', block: 'result', call, text: output === '' ? '(nothing was recorded)' : output },
  ];
}
