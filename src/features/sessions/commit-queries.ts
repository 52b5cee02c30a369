// Which commits are whose, under the shas they have now.
import { query } from '../../store/record-type.ts';

type BySession = { readonly session_id: string };

/** What a sha is now, as an expression: the end of its rewrites, or itself. */
export function presentSha(sha: string): string {
  return `ifnull((select w.present from commit_rewrites w where w.from_sha = ${sha} limit 1), ${sha})`;
}

/** Every sha that rewrites lead, over others, to or from a sha: a table for a query. */
export const family = `family (sha) as (
     select :sha
     union select w.from_sha from family join commit_rewrites w on w.to_sha = family.sha
     union select w.to_sha from family join commit_rewrites w on w.from_sha = family.sha)`;

/** What ties commits to sessions, one row for each reason; of: which sessions. */
function ties(of: string): string {
  return `select e.session_id, e.commit_sha as sha, 'lines' as how, null as confidence,
       sum(ifnull(e.added, 0) + ifnull(e.removed, 0)) as lines
     from edits e where e.session_id ${of} and e.commit_sha is not null group by e.session_id, e.commit_sha
   union all select l.session_id, l.sha, l.how, l.confidence, null from commit_links l where l.session_id ${of}
   union all select m.session_id, m.sha, 'command', 0.99, null from commit_mentions m
     where m.session_id ${of} and m.sha is not null`;
}

/**
 * Commits of sessions by their present shas. What a commit says is read from its present form where that is known; its
 * time is that at which the session made it: a rebase long after changes nothing about it.
 */
function presentCommits(of: string): string {
  return `select t.sha, max(ifnull(p.rec, o.rec)) as rec, max(ifnull(o.committed_at, p.committed_at)) as committed_at
   from (select ${presentSha('own.sha')} as sha, own.sha as made_as from (${ties(of)}) own) t
   left join commits o on o.sha = t.made_as left join commits p on p.sha = t.sha
   where o.sha is not null or p.sha is not null group by t.sha`;
}

export interface SessionCommit {
  /** What it is now. */
  readonly sha: string;
  readonly rec: number;
  readonly committed_at: number;
}
export const commitsOfSession = query<BySession, SessionCommit>(
  `select sha, rec, committed_at from (${presentCommits('= :session_id')}) order by committed_at, sha`,
);
/** Of a session and of the agents it started. */
export const commitsOfFamily = query<{ session_id: string; since: number }, SessionCommit>(
  `select sha, rec, committed_at from (${presentCommits(
    'in (select :session_id union select c.session_id from sessions c where c.parent_session_id = :session_id)',
  )}) where committed_at >= :since order by committed_at, sha`,
);
export const countCommits = query<BySession, unknown>(
  `update sessions set commit_count = (select count(*) from (${presentCommits('= :session_id')}))
   where session_id = :session_id`,
);

export interface Tie {
  readonly session_id: string;
  /** The sha it was made under. */
  readonly sha: string;
  readonly how: 'lines' | 'inside' | 'command';
  /** null: by its share. */
  readonly confidence: number | null;
  /** Lines the session's edits changed, and those the commit changed. */
  readonly lines: number | null;
  readonly of_lines: number | null;
}
/** Why commits are a session's. */
export const tiesOfSession = query<BySession, Tie & { present: string }>(
  `select tie.session_id, tie.sha, tie.how, tie.confidence, tie.lines, c.added + c.removed as of_lines,
     ${presentSha('tie.sha')} as present
   from (${ties('= :session_id')}) tie left join commits c on c.sha = tie.sha order by tie.sha, tie.how`,
);
const sessionsOf = `select e.session_id from edits e where e.commit_sha in (select value from json_each(:shas))
     and e.session_id is not null
   union select l.session_id from commit_links l where l.sha in (select value from json_each(:shas))
   union select m.session_id from commit_mentions m where m.sha in (select value from json_each(:shas))`;
export const sessionsOfShas = query<{ shas: string }, { session_id: string }>(sessionsOf);
/** Why commits of some shas are sessions'. */
export const tiesOfShas = query<{ shas: string }, Tie>(
  `select tie.session_id, tie.sha, tie.how, tie.confidence, tie.lines, c.added + c.removed as of_lines
   from (${ties(`in (${sessionsOf})`)}) tie left join commits c on c.sha = tie.sha
   where tie.sha in (select value from json_each(:shas)) order by tie.session_id, tie.sha, tie.how`,
);

/** What a sha is now; undefined: itself. */
export const presentOf = query<{ sha: string }, { present: string }>(
  'select present from commit_rewrites where from_sha = :sha limit 1',
);
/** What it was called before it was called so. */
export const formerShas = query<{ sha: string }, { sha: string }>(
  `select distinct from_sha as sha from commit_rewrites where present = :sha and from_sha <> :sha order by 1`,
);
export const familyOfSha = query<{ sha: string }, { sha: string }>(`with recursive ${family} select sha from family`);
export const commitBySha = query<{ sha: string }, { sha: string; ent: string; rec: number; committed_at: number }>(
  'select sha, ent, rec, committed_at from commits where sha = :sha',
);
export const knownShas = query<{ shas: string }, { sha: string }>(
  'select sha from commits where sha in (select value from json_each(:shas))',
);
/** Other commits by the same author at the same moment: copies of one, as cherry-pick makes them. */
export const copiesOf = query<{ sha: string }, { sha: string; rec: number }>(
  `select o.sha, o.rec from commits c join commits o on o.authored_at = c.authored_at and o.author = c.author
     and o.email = c.email and o.sha <> c.sha
   where c.sha = :sha order by o.committed_at, o.sha limit 20`,
);
export const rewritesFrom = query<{ shas: string }, { from_sha: string; to_sha: string }>(
  `select distinct from_sha, to_sha from commit_rewrites where from_sha in (select value from json_each(:shas))
     and to_sha <> from_sha order by 1, 2`,
);
export const sharedAt = query<{ sha: string }, { at: number | null }>(
  'select min(at) as at from commit_shares where sha = :sha',
);

/** Sessions of an agent that were under way in a work tree at a moment, last active first. */
export const sessionsAt = query<
  { agent: string | null; worktree: string; at: number; quiet: number },
  { session_id: string }
>(
  `select s.session_id from sessions s where (s.worktree is null or s.worktree = :worktree)
     and s.started_at <= :at and s.last_activity >= :at - :quiet and (s.ended_at is null or s.ended_at >= :at)
     and (:agent is null or exists (select 1 from session_runs r where r.session_id = s.session_id and r.agent = :agent))
   order by s.last_activity desc, s.session_id limit 20`,
);
/** When a session last called a shell in some time, and with what: whether it committed stands in the record. */
export const callsBetween = query<{ session_id: string; from: number; until: number }, { rec: number }>(
  `select rec from tool_calls where session_id = :session_id and at between :from and :until
   order by at desc, id desc limit 50`,
);
