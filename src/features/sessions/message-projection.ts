import type { Origin } from '../../core/record.ts';
import { trustOfSaid } from '../../core/trust.ts';
import { on, type Params, type Projecting, projection, query } from '../../store/record-type.ts';
import { type MessageAdd, messageAdd, messageMark, type Usage } from './records.ts';

/** A message is live unless it, or the prompt it answers, is marked as rewound in the same session. */
function liveBy(id: string, parent: string, session: string): string {
  return `(not exists (select 1 from message_marks k
     where k.id in (${id}, ${parent}) and k.live = 0 and k.session_id = ${session}))`;
}

const insert = query<Params, unknown>(
  `insert into messages (id, rec, session_id, run_id, parent_id, native_id, role, kind, content_blob, bytes, agent,
     model, request_id, live, at, hlc, origin, trust)
   values (:id, :rec, :session_id, :run_id, :parent_id, :native_id, :role, :kind, :content_blob, :bytes, :agent,
     :model, :request_id, ${liveBy(':id', ':parent_id', ':session_id')}, :at,
     :hlc, :origin, :trust)
   on conflict (id) do nothing`,
);
const kept = query<{ id: string }, { rec: number; session_id: string; request_id: string | null }>(
  'select rec, session_id, request_id from messages where id = :id',
);
const replace = query<Params, unknown>(
  `update messages set rec = :rec, run_id = :run_id, parent_id = :parent_id, role = :role, kind = :kind,
     content_blob = :content_blob, bytes = :bytes, model = :model, request_id = :request_id,
     at = :at, hlc = :hlc, origin = :origin, trust = :trust
   where id = :id`,
);
const idOfRecord = query<{ n: number }, { id: string | null }>('select id from records where n = :n');
const said = query<{ id: string; session_id: string; at: number; speech: number }, unknown>(
  `update sessions set last_activity = max(last_activity, :at),
     message_count = message_count + case :speech when 1 then (select live from messages where id = :id) else 0 end
   where session_id = :session_id`,
);
const spent = query<Params, unknown>(
  `update sessions set tok_fresh = tok_fresh + :fresh, tok_cache_read = tok_cache_read + :cache_read,
     tok_cache_write = tok_cache_write + :cache_write, tok_out = tok_out + :output
   where session_id = :session_id`,
);
interface Counted {
  readonly id: string;
  readonly session_id: string;
  readonly tok_fresh: number;
  readonly tok_cache_read: number;
  readonly tok_cache_write: number;
  readonly tok_out: number;
}
const countedRow = query<{ request_id: string }, Counted>(
  `select id, session_id, tok_fresh, tok_cache_read, tok_cache_write, tok_out from messages
   where request_id = :request_id and tok_out is not null`,
);
const uncount = query<{ id: string }, unknown>(
  `update messages set tok_fresh = null, tok_cache_read = null, tok_cache_write = null, tok_write_1h = null,
     tok_out = null where id = :id`,
);
const remove = query<{ ids: string }, unknown>('delete from messages where id in (select value from json_each(:ids))');
const requestsOf = query<{ ids: string }, { request_id: string }>(
  `select distinct request_id from messages where id in (select value from json_each(:ids)) and tok_out is not null`,
);
const ofRequest = query<{ request_id: string }, { id: string; rec: number; session_id: string }>(
  'select id, rec, session_id from messages where request_id = :request_id',
);
const count = query<Params, unknown>(
  `update messages set tok_fresh = :fresh, tok_cache_read = :cache_read, tok_cache_write = :cache_write,
     tok_write_1h = :write_1h, tok_out = :output where id = :id`,
);
const keepMark = query<{ session_id: string; id: string; live: number; hlc: string }, unknown>(
  `insert into message_marks (id, session_id, live, hlc) values (:id, :session_id, :live, :hlc)
   on conflict (id, session_id) do update set live = excluded.live, hlc = excluded.hlc where excluded.hlc > hlc`,
);
const applyMark = query<{ session_id: string; id: string }, unknown>(
  `update messages set live = ${liveBy('messages.id', 'messages.parent_id', ':session_id')}
   where session_id = :session_id and (id = :id or parent_id = :id)`,
);
const recount = query<{ session_id: string }, unknown>(
  `update sessions set message_count = (select count(*) from messages m where m.session_id = :session_id
     and m.bytes > 0 and m.live = 1 and m.kind in ('prompt', 'text')) where session_id = :session_id`,
);

export const messageRows = projection({
  name: 'messages',
  version: 1,
  in: 'project',
  group: 'sessions',
  tables: { messages: { entity: 'id', local: ['rec', 'hlc'] }, message_marks: { entity: 'id', local: ['hlc'] } },
  erase: eraseMessages,
  handlers: [
    on(messageAdd, (tx, record) => {
      const { fields, ent } = record;
      if (tx.run(insert, row(tx, record)) === 0) {
        renew(tx, record);
        return;
      }
      const { session_id, at, usage } = fields;
      if (usage && winsOver(tx, usage, ent)) {
        tx.run(count, { id: ent, write_1h: usage.write_1h, ...counters(usage) });
        tx.run(spent, { session_id, ...counters(usage) });
      }
      tx.run(said, { id: ent, session_id, at, speech: isSpeech(fields) ? 1 : 0 });
    }),
    on(messageMark, (tx, { ent, hlc, fields: { session_id, live } }) => {
      tx.run(keepMark, { session_id, id: ent, live, hlc });
      tx.run(applyMark, { session_id, id: ent });
      tx.run(recount, { session_id });
    }),
  ],
});

/** A request whose counted row goes is counted by the next best that is left, as if the other had never been. */
function eraseMessages(tx: Projecting, ents: readonly string[]): void {
  const ids = JSON.stringify(ents);
  const requests = tx.all(requestsOf, { ids });
  tx.run(remove, { ids });
  for (const { request_id } of requests) countRequest(tx, request_id);
}

/** Of all rows of a request the best is counted, and no other. */
function countRequest(tx: Projecting, request_id: string): void {
  const before = tx.one(countedRow, { request_id });
  if (before) takeOut(tx, before);
  const rows = tx.all(ofRequest, { request_id }).map((row) => {
    // a row with a request has the usage of one
    return { ...row, usage: tx.fields(row.rec)['usage'] as Usage };
  });
  const best = rows.toSorted((a, b) => b.usage.output - a.usage.output || (a.id < b.id ? -1 : 1))[0];
  if (!best) return;
  tx.run(count, { id: best.id, write_1h: best.usage.write_1h, ...counters(best.usage) });
  tx.run(spent, { session_id: best.session_id, ...counters(best.usage) });
}

function takeOut(tx: Projecting, before: Counted): void {
  tx.run(uncount, { id: before.id });
  tx.run(spent, {
    session_id: before.session_id,
    ...{ fresh: -before.tok_fresh, cache_read: -before.tok_cache_read },
    ...{ cache_write: -before.tok_cache_write, output: -before.tok_out },
  });
}

/** A message that was written again: the text with the greatest revision is the one it has, whichever came first. */
function renew(tx: Projecting, record: Row): void {
  const { ent, fields } = record;
  const before = tx.one(kept, { id: ent });
  if (before?.session_id !== fields.session_id || !isNewer(tx, record, before.rec)) return;
  // a row that goes to another request must not be counted in its old one
  const counted = before.request_id === null ? undefined : tx.one(countedRow, { request_id: before.request_id });
  if (counted?.id === ent) takeOut(tx, counted);
  tx.run(replace, row(tx, record));
  for (const request of new Set([before.request_id, fields.usage?.request_id])) if (request) countRequest(tx, request);
  const { session_id, at } = fields;
  tx.run(applyMark, { session_id, id: ent });
  tx.run(recount, { session_id });
  tx.run(said, { id: ent, session_id, at, speech: 0 });
}

function isNewer(tx: Projecting, { id, fields: { revision = 0 } }: Row, before: number): boolean {
  // a number where it was written at all
  const known = (tx.fields(before)['revision'] ?? 0) as number;
  return known === revision ? id < (tx.one(idOfRecord, { n: before })?.id ?? '') : revision > known;
}

interface Row {
  readonly n: number;
  readonly id: string;
  readonly ent: string;
  readonly hlc: string;
  readonly fields: MessageAdd;
  readonly origin: Origin;
}

function row(tx: Projecting, { n, ent, hlc, fields, origin }: Row): Params {
  return {
    ...{ id: ent, rec: n, session_id: fields.session_id, run_id: fields.run_id, parent_id: fields.parent_id },
    ...{ native_id: fields.native_id, role: fields.role, kind: fields.kind, agent: fields.agent, model: fields.model },
    content_blob: fields.content_blob ? Buffer.from(fields.content_blob, 'hex') : null,
    bytes: fields.content_bytes ?? Buffer.byteLength(fields.content ?? ''),
    request_id: fields.usage?.request_id,
    ...{ at: fields.at, hlc, origin, trust: trustOfSaid(origin, () => tx.text({ ...fields }, 'content')) },
  };
}

function counters({ fresh, cache_read, cache_write, output }: Usage) {
  return { fresh, cache_read, cache_write, output };
}

function isSpeech(fields: MessageAdd): boolean {
  const bytes = fields.content_bytes ?? fields.content?.length ?? 0;
  return bytes > 0 && (fields.kind === 'prompt' || fields.kind === 'text');
}

/**
 * One row per model request carries its tokens: the one with the greatest output, then the smallest id. Agents repeat
 * the usage of a request on several lines, early ones with a snapshot of the output so far.
 */
function winsOver(tx: Projecting, usage: Usage, id: string): boolean {
  const before = tx.one(countedRow, { request_id: usage.request_id });
  if (!before) return true;
  if (before.tok_out > usage.output || (before.tok_out === usage.output && before.id <= id)) return false;
  takeOut(tx, before);
  return true;
}
