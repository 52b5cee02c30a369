import { on, type Params, type Projecting, projection, query } from '../../store/record-type.ts';
import { type CommitAdd, commitAdd, editAdd, type ToolAdd, toolAdd } from './records.ts';

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
/**
 * An edit belongs to the first commit after it that holds its path. Two weeks later it is no longer the same work.
 * Times of commits are whole seconds, cut off: from and until are a second's worth of milliseconds earlier.
 */
const commitAfter = query<{ path: string; from: number; until: number }, { sha: string }>(
  `select sha from commit_files where path = :path and committed_at > :from and committed_at <= :until
   order by committed_at, sha limit 1`,
);
const commitFile = query<{ path: string; committed_at: number; sha: string }, unknown>(
  'insert into commit_files (path, committed_at, sha) values (:path, :committed_at, :sha) on conflict do nothing',
);
const commit = query<Params, unknown>(
  `insert into commits (sha, ent, rec, parents, branch, author, email, authored_at, committed_at, added, removed, files)
   values (:sha, :ent, :rec, :parents, :branch, :author, :email, :authored_at, :committed_at, :added, :removed, :files)
   on conflict (sha) do nothing`,
);
const claimable = `path = :path and at < :until and at >= :from
  and (commit_sha is null or exists (select 1 from commits c where c.sha = edits.commit_sha
    and (c.committed_at > :at or (c.committed_at = :at and c.sha > :sha))))`;
type Claim = {
  readonly sha: string;
  readonly path: string;
  readonly at: number;
  readonly from: number;
  readonly until: number;
};
const claimedFrom = query<Claim, { session_id: string | null }>(
  `select distinct session_id from edits where ${claimable}`,
);
const claimEdits = query<Claim, unknown>(`update edits set commit_sha = :sha where ${claimable}`);
const countCommits = query<{ session_id: string }, unknown>(
  `update sessions set commit_count =
     (select count(distinct e.commit_sha) from edits e where e.session_id = :session_id)
   where session_id = :session_id`,
);

const sameWorkMs = 14 * 86_400_000;
const secondMs = 1_000;

export const workRows = projection({
  name: 'work',
  version: 1,
  in: 'project',
  group: 'sessions',
  tables: {
    tool_calls: { entity: 'id', local: ['rec', 'result_rec'] },
    edits: { entity: 'id' },
    commits: { local: ['rec'] },
    commit_files: {},
  },
  handlers: [
    on(toolAdd, (tx, { n, ent, fields }) => {
      if (fields.part === 'call') tx.run(call, callRow(ent, n, fields));
      else tx.run(result, resultRow(ent, n, fields));
      const counts = fields.part === 'call' && !fields.hosted ? 1 : 0;
      tx.run(worked, { session_id: fields.session_id, at: fields.at, tools: counts, edits: 0 });
    }),
    on(editAdd, (tx, { ent, fields }) => {
      const { session_id, run_id, tool_call_id, path, old_path, kind, added, removed, agent, source, at } = fields;
      const commit_sha = tx.one(commitAfter, { path, from: at - secondMs, until: at - secondMs + sameWorkMs })?.sha;
      const row = { id: ent, session_id, run_id, tool_call_id, path, old_path, kind, added, removed, agent, source };
      if (tx.run(edit, { ...row, commit_sha, at }) === 0) return;
      tx.run(worked, { session_id, at, tools: 0, edits: 1 });
      if (commit_sha) tx.run(countCommits, { session_id });
    }),
    on(commitAdd, (tx, { n, ent, fields }) => addCommit(tx, { n, ent, fields })),
  ],
});

function addCommit(tx: Projecting, { n, ent, fields }: { n: number; ent: string; fields: CommitAdd }): void {
  const { sha, branch, author, email, authored_at, committed_at, files } = fields;
  const lines = (at: 1 | 2) => files.reduce((sum, file) => sum + Math.max(0, file[at]), 0);
  const added = tx.run(commit, {
    ...{ sha, ent, rec: n, branch, author, email, authored_at, committed_at, added: lines(1), removed: lines(2) },
    ...{ parents: JSON.stringify(fields.parents), files: JSON.stringify(files) },
  });
  if (added === 0) return;
  const until = committed_at + secondMs;
  const touched = new Set<string>();
  for (const [path] of files) {
    tx.run(commitFile, { path, committed_at, sha });
    const claim = { sha, path, at: committed_at, from: until - sameWorkMs, until };
    const owners = tx.all(claimedFrom, claim);
    if (owners.length > 0) tx.run(claimEdits, claim);
    for (const { session_id } of owners) if (session_id !== null) touched.add(session_id);
  }
  for (const session_id of touched) tx.run(countCommits, { session_id });
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
