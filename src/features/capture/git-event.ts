import type {
  CapturedCommit,
  CapturedGit,
  CapturedMaking,
  CapturedRewrite,
  CapturedShare,
} from '../../core/captured.ts';
import { PrsistError } from '../../core/errors.ts';
import type { SpoolEvent } from '../../core/spool-event.ts';
import { readCommits } from '../../platform/git.ts';
import { commitsBetween } from '../../platform/git-rewrites.ts';
import { workTreeOf } from '../../platform/repository.ts';
import { once } from '../../store/idempotency.ts';
import { cleanCommits } from './commits.ts';
import { readOn } from './follow.ts';
import { keepGit } from './keep-git.ts';
import type { CaptureParts, Target } from './needs.ts';
import { followReflogs } from './reflog.ts';

interface GitEvent {
  readonly event: SpoolEvent;
  /** When the hook ran, in milliseconds. */
  readonly at: number;
  readonly key: Parameters<typeof once>[1];
}

const atHead = 20;
const mostPairs = 5000;
const mostPushed = 200;
const shaForm = /^[0-9a-f]{40,64}$/;

/**
 * Takes in what a git hook told of. What it says is a hint: the reflog and the repository are read; but only the hook
 * knows which commits a rewrite made of which, from inside which agent git was called, and what is pushed. Throws
 * file/unreadable when git gives no answer: the event is shown again, and set aside when that does not help.
 */
export async function takeGitEvent(parts: CaptureParts, target: Target, { event, at, key }: GitEvent): Promise<void> {
  const directory = event.pwd ?? target.root;
  if (!directory) return;
  const commits = event.event === 'pre-push' ? [] : await commitsAtHead(event, directory);
  if (!commits) throw new PrsistError('file/unreadable', `git gives no history of ${directory}`);
  // first, since the hook knows the branch
  await keepGit(parts, target, { git: { commits: cleanCommits(parts, target, commits) }, last: () => undefined });
  await followReflogs(parts, target.projectId, new Map());
  const makings = makingsOf(parts, { event, at, key }, directory);
  // which session of the agent it was, its transcript may be the first to say
  if (makings.length > 0) await readOn(parts, target.projectId);
  const git: CapturedGit = {
    rewrites: event.event === 'post-rewrite' ? rewritesOf(event, at) : [],
    makings,
    shares: event.event === 'pre-push' ? await sharesOf(parts, { event, at, key }, directory) : [],
  };
  await keepGit(parts, target, { git, last: (tx) => void once(tx, key, () => null) });
}

async function commitsAtHead(event: SpoolEvent, directory: string): Promise<readonly CapturedCommit[] | undefined> {
  const commits = await readCommits(directory, { most: atHead, from: event.head ?? 'HEAD' });
  const branch = event.ref?.replace(/^refs\/heads\//, '');
  return branch ? commits?.map((commit, i) => (i === 0 ? { ...commit, branch } : commit)) : commits;
}

function bodyLines(event: SpoolEvent): readonly string[][] {
  const lines = Buffer.from(event.bytes).toString('utf8').split('\n');
  if (event.truncated) lines.pop(); // cut in the middle
  return lines.slice(0, mostPairs).map((line) => line.split(' '));
}

/** `old new [more]`, one line each: https://git-scm.com/docs/githooks#_post_rewrite */
function rewritesOf(event: SpoolEvent, at: number): CapturedRewrite[] {
  const by = event.args[0] === 'amend' ? 'amend' : 'rebase';
  return bodyLines(event).flatMap(([from = '', to = '']) => {
    const isPair = shaForm.test(from) && shaForm.test(to);
    return isPair ? [{ from, to, by: by as CapturedRewrite['by'], at: Math.floor(at / 1000) * 1000 }] : [];
  });
}

function makingsOf(parts: CaptureParts, { event, at }: GitEvent, directory: string): CapturedMaking[] {
  if (!event.inside) return [];
  const clean = (text: string) => parts.redactor.text(text.toWellFormed()).text;
  const made = { agent: clean(event.inside), worktree: clean(workTreeOf(directory)?.name ?? 'main'), at };
  const isAmend = event.event === 'post-rewrite' && event.args[0] === 'amend';
  const shas = event.event === 'post-commit' || isAmend ? [event.head ?? ''] : [];
  return shas.filter((sha) => shaForm.test(sha)).map((sha) => ({ ...made, sha }));
}

/** `local-ref local-sha remote-ref remote-sha`, one line each: https://git-scm.com/docs/githooks#_pre_push */
async function sharesOf(parts: CaptureParts, { event, at }: GitEvent, directory: string): Promise<CapturedShare[]> {
  const remote = parts.redactor.text((event.args[0] ?? '').replace(/\/\/[^/@]*@/, '//').toWellFormed()).text;
  const found: CapturedShare[] = [];
  for (const [, to = '', , before = ''] of bodyLines(event).slice(0, 20)) {
    if (!shaForm.test(to) || /^0+$/.test(to)) continue;
    const without = shaForm.test(before) && !/^0+$/.test(before) ? [before] : [];
    const pushed = await commitsBetween(directory, { to, without, most: mostPushed });
    for (const { sha } of pushed ?? []) found.push({ sha, remote, at });
  }
  return found;
}
