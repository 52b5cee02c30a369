// Commits, what they became, and the edits and commands that tie them to sessions.
import { on, type Params, type Projecting, projection, query } from '../../store/record-type.ts';
import { type Edge, presentShas } from './commit-family.ts';
import { namedShas } from './commit-output.ts';
import { countCommits, family, sessionsOfShas } from './commit-queries.ts';
import { foundTool } from './queries.ts';
import { type CommitAdd, commitAdd, commitLink, commitRewrite, commitShare, type ToolAdd, toolAdd } from './records.ts';

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
  `insert into commits (sha, ent, rec, parents, branch, author, email, authored_at, committed_at, added, removed, files,
     rewritten_to)
   values (:sha, :ent, :rec, :parents, :branch, :author, :email, :authored_at, :committed_at, :added, :removed, :files,
     (select nullif(w.present, :sha) from commit_rewrites w where w.from_sha = :sha limit 1))
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
const claimEdits = query<Claim, unknown>(`update edits set commit_sha = :sha where ${claimable}`);
const sameWorkMs = 14 * 86_400_000;
const secondMs = 1_000;

const rewrite = query<Params, unknown>(
  `insert into commit_rewrites (ent, from_sha, to_sha, by, at, present) values (:ent, :from, :to, :by, :at, :to)
   on conflict (ent) do nothing`,
);
/** Every rewrite that leads, over others, to or from a sha. */
const familyEdges = query<{ sha: string }, Edge & { present: string }>(
  `with recursive ${family} select w.from_sha as "from", w.to_sha as "to", w.at, w.present
   from family join commit_rewrites w on w.from_sha = family.sha`,
);
const setPresent = query<{ sha: string; present: string }, unknown>(
  'update commit_rewrites set present = :present where from_sha = :sha',
);
const setRewritten = query<{ sha: string; present: string }, unknown>(
  'update commits set rewritten_to = nullif(:present, :sha) where sha = :sha',
);
const link = query<Params, unknown>(
  `insert into commit_links (ent, sha, session_id, how, confidence, at)
   values (:ent, :sha, :session_id, :how, :confidence, :at) on conflict (ent) do nothing`,
);
const share = query<Params, unknown>(
  'insert into commit_shares (ent, sha, remote, at) values (:ent, :sha, :remote, :at) on conflict (ent) do nothing',
);
const mention = query<Params, unknown>(
  `insert into commit_mentions (id, prefix, session_id, sha) values (:id, :prefix, :session_id,
     (select min(sha) from (
       select sha from commits where sha >= :prefix and sha < :end
       union select from_sha from commit_rewrites where from_sha >= :prefix and from_sha < :end
       union select to_sha from commit_rewrites where to_sha >= :prefix and to_sha < :end)))
   on conflict (id, prefix) do nothing`,
);
/** The smallest of several shas that a prefix may mean: which one does not depend on which came first. */
const resolveMentions = query<{ sha: string; prefixes: string }, unknown>(
  `update commit_mentions set sha = :sha where prefix in (select value from json_each(:prefixes))
     and (sha is null or sha > :sha)`,
);

export const commitRows = projection({
  name: 'commits',
  version: 1,
  in: 'project',
  group: 'sessions',
  tables: {
    commits: { local: ['rec'] },
    commit_files: {},
    commit_rewrites: {},
    commit_links: {},
    commit_mentions: { entity: 'id' },
    commit_shares: {},
  },
  handlers: [
    on(commitAdd, (tx, { n, ent, fields }) => addCommit(tx, { n, ent, fields })),
    on(commitRewrite, (tx, { ent, fields: { from, to, by, at } }) => {
      if (tx.run(rewrite, { ent, from, to, by, at }) === 0) return;
      for (const sha of [from, to]) noteSha(tx, sha);
      recount(tx, renewFamily(tx, from));
    }),
    on(commitLink, (tx, { ent, fields: { sha, session_id, how, confidence, at } }) => {
      tx.run(link, { ent, sha, session_id, how, confidence, at });
      countCommitsOf(tx, session_id);
    }),
    on(commitShare, (tx, { ent, fields: { sha, remote, at } }) => {
      tx.run(share, { ent, sha, remote, at });
    }),
    on(toolAdd, (tx, { ent, fields }) => noteMentions(tx, ent, fields)),
  ],
});

/** The commit that holds an edit; undefined while none does. */
export function commitAfterEdit(tx: Projecting, path: string, at: number): string | undefined {
  return tx.one(commitAfter, { path, from: at - secondMs, until: at - secondMs + sameWorkMs })?.sha;
}

/** Counts the commits of a session anew. */
export function countCommitsOf(tx: Projecting, session_id: string): void {
  tx.run(countCommits, { session_id });
}

const recordOfSha = query<{ sha: string }, { rec: number }>('select rec from commits where sha = :sha');
const dropCommit = query<{ sha: string }, unknown>('delete from commits where sha = :sha');

/** What a stranger says of a commit makes way for what a repository here says of it. */
function dropStrangers(tx: Projecting, { sha, quarantined }: CommitAdd): void {
  const before = quarantined ? undefined : tx.one(recordOfSha, { sha });
  if (before && tx.fields(before.rec)['quarantined'] === true) tx.run(dropCommit, { sha });
}

function addCommit(tx: Projecting, { n, ent, fields }: { n: number; ent: string; fields: CommitAdd }): void {
  dropStrangers(tx, fields);
  const { sha, branch, author, email, authored_at, committed_at, files } = fields;
  const lines = (at: 1 | 2) => files.reduce((sum, file) => sum + Math.max(0, file[at]), 0);
  const added = tx.run(commit, {
    ...{ sha, ent, rec: n, branch, author, email, authored_at, committed_at, added: lines(1), removed: lines(2) },
    ...{ parents: JSON.stringify(fields.parents), files: JSON.stringify(files) },
  });
  // a stranger's commit claims no edits of ours, and is what no command here has made
  if (added === 0 || fields.quarantined) return;
  const until = committed_at + secondMs;
  for (const [path] of files) {
    tx.run(commitFile, { path, committed_at, sha });
    const claim = { sha, path, at: committed_at, from: until - sameWorkMs, until };
    tx.run(claimEdits, claim);
  }
  noteSha(tx, sha);
  recount(tx, familyOf(tx.all(familyEdges, { sha }), sha));
}

/** Who is tied to any of these shas counts anew. */
function recount(tx: Projecting, shas: readonly string[]): void {
  for (const { session_id } of tx.all(sessionsOfShas, { shas: JSON.stringify(shas) })) countCommitsOf(tx, session_id);
}

/** Works out what every sha around one is now; returns them all. */
function renewFamily(tx: Projecting, sha: string): readonly string[] {
  const edges = tx.all(familyEdges, { sha });
  const before = new Map(edges.map(({ from, present }) => [from, present]));
  for (const [from, present] of presentShas(edges)) {
    // a new edge says where it leads, not yet what its sha is: its rows are set whatever they say
    if (from !== sha && before.get(from) === present) continue;
    tx.run(setPresent, { sha: from, present });
    tx.run(setRewritten, { sha: from, present });
  }
  return familyOf(edges, sha);
}

function familyOf(edges: readonly Edge[], sha: string): readonly string[] {
  return [...new Set([sha, ...edges.flatMap(({ from, to }) => [from, to])])];
}

const shortest = 7;

/** A sha is known now: outputs of commands may have named it before. */
function noteSha(tx: Projecting, sha: string): void {
  const prefixes = Array.from({ length: sha.length - shortest + 1 }, (_, n) => sha.slice(0, shortest + n));
  tx.run(resolveMentions, { sha, prefixes: JSON.stringify(prefixes) });
}

/** A call and its result come as two records, in any order: whichever is second sees both. */
function noteMentions(tx: Projecting, id: string, { session_id }: ToolAdd): void {
  const row = tx.one(foundTool, { id });
  if (!row || row.result_rec === null || row.result_rec === row.rec) return;
  const { command } = tx.fields(row.rec);
  if (typeof command !== 'string') return;
  const shas = namedShas(command, () => tx.text(tx.fields(row.result_rec ?? 0), 'output'));
  for (const prefix of shas) tx.run(mention, { id, prefix, session_id, end: `${prefix}g` });
  if (shas.length > 0) countCommitsOf(tx, session_id);
}
