// What happened in a repository becomes records. Told twice, or by hook and reflog both, it is one fact.
import type { CapturedGit, CapturedMaking, CapturedReset, CapturedSwitch } from '../../core/captured.ts';
import { uuidV8 } from '../../core/ids.ts';
import type { Write } from '../../store/record-type.ts';
import { commitCommand } from './commit-output.ts';
import { callsBetween, presentOf, rewritesFrom, sessionsAt } from './commit-queries.ts';
import { takeInCommits } from './commits.ts';
import { sessionEntity } from './join.ts';
import { type CommitRewrite, commitLink, commitRewrite, commitShare, sessionPut } from './records.ts';

const minuteMs = 60_000;
/** A session that has been quiet for longer is not what a commit or a checkout is part of. */
const quietMs = 30 * minuteMs;
/** A shell call that commits begins so long before its commit at most: hooks of the repository may take their time. */
const committingMs = 10 * minuteMs;

/** Writes what happened in a repository; returns how many commits were new. */
export function takeInGit(tx: Write, user: string, git: CapturedGit): number {
  const added = takeInCommits(tx, user, git.commits ?? []);
  for (const each of git.rewrites ?? []) if (each.from !== each.to) rewrite(tx, user, each);
  for (const each of git.resets ?? []) reset(tx, user, each);
  for (const each of git.makings ?? []) link(tx, user, each);
  for (const each of git.switches ?? []) note(tx, user, each);
  for (const { sha, remote, at } of git.shares ?? []) {
    const id = uuidV8(['git', 'share', sha, remote]);
    if (tx.known(id)) continue;
    tx.append(commitShare, { id, ent: id, fields: { sha, remote, at }, actor: { user }, origin: 'import' });
  }
  return added;
}

/** One rewrite is one record whoever tells of it; a reset may bring the same one about again. */
function rewrite(tx: Write, user: string, fields: CommitRewrite): void {
  const { from, to, by, at } = fields;
  const id = uuidV8(['git', 'rewrite', from, to, ...(by === 'reset' ? [String(at)] : [])]);
  if (tx.known(id)) return;
  tx.append(commitRewrite, { id, ent: id, fields: { from, to, by, at }, actor: { user }, origin: 'import' });
}

/** A rewrite that was undone: what came back is itself again, and what became of it is gone. */
function reset(tx: Write, user: string, { abandoned, revived, at }: CapturedReset): void {
  const known = (shas: readonly string[]) => tx.all(rewritesFrom, { shas: JSON.stringify(shas) });
  for (const sha of new Set(known(revived).map(({ from_sha }) => from_sha))) {
    if (tx.one(presentOf, { sha })?.present !== sha) rewrite(tx, user, { from: sha, to: sha, by: 'reset', at });
  }
  const back = new Set(revived);
  for (const { from_sha: from, to_sha: to } of known(abandoned)) {
    if (back.has(to) && tx.one(presentOf, { sha: from })?.present !== to)
      rewrite(tx, user, { from, to, by: 'reset', at });
  }
}

/**
 * A commit made by a process that an agent started is its session's: the only one of that agent in the work tree then, or
 * the only one of them that was in a shell call that commits. Where neither says which, it is nobody's: time alone is no
 * reason.
 */
function link(tx: Write, user: string, { sha, agent, worktree, at }: CapturedMaking): void {
  const around = tx.all(sessionsAt, { agent, worktree, at, quiet: quietMs }).map(({ session_id }) => session_id);
  const committing = around.length > 1 ? around.filter((session_id) => isCommitting(tx, session_id, at)) : around;
  const [session_id, another] = committing;
  if (session_id === undefined || another !== undefined) return;
  const id = uuidV8(['git', 'inside', sha, session_id]);
  if (tx.known(id)) return;
  const confidence = around.length === 1 ? 0.9 : 0.8;
  const fields = { sha, session_id, how: 'inside' as const, confidence, at };
  tx.append(commitLink, { id, ent: id, fields, actor: { user, agent, session: session_id }, origin: 'import' });
}

function isCommitting(tx: Write, session_id: string, at: number): boolean {
  const calls = tx.all(callsBetween, { session_id, from: at - committingMs, until: at + 1000 });
  return calls.some(({ rec }) => commitCommand.test(String(tx.fields(rec)['command'] ?? '')));
}

/** The sessions under way in a work tree went on to another branch with it. */
function note(tx: Write, user: string, { worktree, branch, at }: CapturedSwitch): void {
  for (const { session_id } of tx.all(sessionsAt, { agent: null, worktree, at, quiet: quietMs })) {
    const id = uuidV8(['git', 'switch', session_id, branch, String(at)]);
    if (tx.known(id)) continue;
    const fields = { session_id, metadata: { branches: { [branch]: at } } };
    tx.append(sessionPut, {
      ...{ id, ent: sessionEntity(session_id), fields },
      actor: { user, session: session_id },
      origin: 'import',
    });
  }
}
