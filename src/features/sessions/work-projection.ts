import { on, type Params, type Projecting, projection, query } from '../../store/record-type.ts';
import { commitAfterEdit, countCommitsOf } from './commit-projection.ts';
import { markOf } from './queries.ts';
import { editAdd, messageMark, type ToolAdd, toolAdd } from './records.ts';

const call = query<Params, unknown>(
  `insert into tool_calls (id, rec, session_id, run_id, tool, hosted, input_blob, files, at)
   values (:id, :rec, :session_id, :run_id, :tool, :hosted, :input_blob, :files, :at)
   on conflict (id) do update set rec = excluded.rec, tool = excluded.tool, hosted = excluded.hosted,
     input_blob = excluded.input_blob, files = excluded.files, at = excluded.at, run_id = excluded.run_id`,
);
const result = query<Params, unknown>(
  `insert into tool_calls (id, rec, result_rec, session_id, run_id, tool, output_blob, exit_code, is_error, duration_ms, at)
   values (:id, :rec, :rec, :session_id, :run_id, '', :output_blob, :exit_code, :is_error, :duration_ms, :at)
   on conflict (id) do update set result_rec = excluded.result_rec, output_blob = excluded.output_blob,
     exit_code = excluded.exit_code, is_error = excluded.is_error, duration_ms = excluded.duration_ms`,
);
const worked = query<{ session_id: string; at: number; tools: number; edits: number }, unknown>(
  `update sessions set tool_count = tool_count + :tools, edit_count = edit_count + :edits,
     last_activity = max(last_activity, :at) where session_id = :session_id`,
);
const edit = query<Params, unknown>(
  `insert into edits (id, session_id, run_id, tool_call_id, path, old_path, kind, added, removed, agent, source,
     commit_sha, at)
   values (:id, :session_id, :run_id, :tool_call_id, :path, :old_path, :kind, :added, :removed, :agent, :source,
     :commit_sha, :at)
   on conflict (id) do nothing`,
);
type InSession = { readonly id: string; readonly session_id: string };
const dropCall = query<InSession, unknown>('delete from tool_calls where id = :id and session_id = :session_id');
const dropEdit = query<InSession, unknown>('delete from edits where id = :id and session_id = :session_id');
const recount = query<{ session_id: string }, unknown>(
  `update sessions set
     tool_count = (select count(*) from tool_calls t where t.session_id = :session_id and t.tool <> '' and t.hosted = 0),
     edit_count = (select count(*) from edits e where e.session_id = :session_id)
   where session_id = :session_id`,
);

export const workRows = projection({
  name: 'work',
  version: 1,
  in: 'project',
  group: 'sessions',
  tables: {
    tool_calls: { entity: 'id', local: ['rec', 'result_rec'] },
    edits: { entity: 'id' },
  },
  handlers: [
    on(messageMark, (tx, { ent, fields: { session_id, live } }) => {
      if (live === 1) return;
      const gone = { id: ent, session_id };
      if (tx.run(dropCall, gone) + tx.run(dropEdit, gone) === 0) return;
      tx.run(recount, { session_id });
      countCommitsOf(tx, session_id);
    }),
    on(toolAdd, (tx, { n, ent, fields }) => {
      if (isTakenOut(tx, ent, fields.session_id)) return;
      if (fields.part === 'call') tx.run(call, callRow(ent, n, fields));
      else tx.run(result, resultRow(ent, n, fields));
      const counts = fields.part === 'call' && !fields.hosted ? 1 : 0;
      tx.run(worked, { session_id: fields.session_id, at: fields.at, tools: counts, edits: 0 });
    }),
    on(editAdd, (tx, { ent, fields }) => {
      if (isTakenOut(tx, ent, fields.session_id)) return;
      const { session_id, run_id, tool_call_id, path, old_path, kind, added, removed, agent, source, at } = fields;
      const commit_sha = commitAfterEdit(tx, path, at);
      const row = { id: ent, session_id, run_id, tool_call_id, path, old_path, kind, added, removed, agent, source };
      if (tx.run(edit, { ...row, commit_sha, at }) === 0) return;
      tx.run(worked, { session_id, at, tools: 0, edits: 1 });
      if (commit_sha) countCommitsOf(tx, session_id);
    }),
  ],
});

/** A mark may come before what it marks. */
function isTakenOut(tx: Projecting, id: string, session_id: string): boolean {
  return tx.one(markOf, { id, session_id })?.live === 0;
}

function callRow(id: string, rec: number, fields: ToolAdd): Params {
  return {
    ...{ id, rec, session_id: fields.session_id, run_id: fields.run_id, tool: fields.tool ?? '', at: fields.at },
    ...{ hosted: fields.hosted ? 1 : 0, input_blob: hex(fields.input_blob) },
    files: JSON.stringify(fields.files ?? []),
  };
}

function resultRow(id: string, rec: number, fields: ToolAdd): Params {
  return {
    ...{ id, rec, session_id: fields.session_id, run_id: fields.run_id, at: fields.at },
    ...{ output_blob: hex(fields.output_blob), exit_code: fields.exit_code, is_error: fields.is_error ? 1 : 0 },
    duration_ms: fields.duration_ms,
  };
}

function hex(hash: string | undefined): Uint8Array | null {
  return hash ? Buffer.from(hash, 'hex') : null;
}
