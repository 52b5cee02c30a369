// What changes, as text: each placeholder of a template from the state of the session and the work tree.
import { canonical } from '../../../core/canonical.ts';
import { clean, cut, cutStart, shortId, utcMinute } from '../../../core/clean.ts';
import type { GitState } from '../../../core/snapshot.ts';
import type { HandoffNow, SessionNow, TaskNow } from './needs.ts';
import type { Changing } from './template.ts';

export interface Now {
  readonly session: SessionNow | undefined;
  readonly handoff: HandoffNow | undefined;
  readonly tasks: readonly TaskNow[];
  readonly news: readonly string[];
  readonly git: GitState | null;
  /** How many of the last messages. */
  readonly turns: number;
}

/** How probable it is that a placeholder says another thing at the next request, and how early it is let in. */
export const changingSlots: Readonly<Record<Changing, { readonly change: number; readonly rank: number }>> = {
  handoff: { change: 0.05, rank: 0 },
  ask: { change: 0.2, rank: 1 },
  next_step: { change: 0.5, rank: 2 },
  session: { change: 0.1, rank: 3 },
  tasks: { change: 0.3, rank: 4 },
  questions: { change: 0.3, rank: 5 },
  last_command: { change: 0.6, rank: 6 },
  git: { change: 0.6, rank: 7 },
  files: { change: 0.5, rank: 8 },
  news: { change: 0.3, rank: 9 },
  commits: { change: 0.2, rank: 10 },
  turns: { change: 1, rank: 11 },
};

const shown: Readonly<Record<Changing, (now: Now) => readonly string[]>> = {
  handoff: ({ handoff }) => (handoff ? handoffLines(handoff) : []),
  session: ({ session }) => (session ? [sessionLine(session)] : []),
  ask: ({ session }) => quoted(session?.snapshot.ask),
  next_step: ({ session }) => quoted(session?.snapshot.next_step),
  questions: ({ session }) => (session?.snapshot.open_questions ?? []).map(item),
  tasks: ({ session, tasks }) => taskLines([...(session?.snapshot.pending_tasks ?? []), ...tasks]),
  files: ({ session }) =>
    (session?.snapshot.files_in_flight ?? []).map(
      ({ path, kind, added, removed }) =>
        `- ${cutStart(clean(path), 200)} (${kind}${added === null ? '' : ` +${added}`}${removed === null ? '' : ` −${removed}`})`,
    ),
  commits: ({ session }) =>
    (session?.snapshot.commits ?? []).map(({ sha, subject }) => item(`${sha.slice(0, 10)} ${subject}`)),
  last_command: ({ session }) => commandLines(session),
  news: ({ news }) => news.map((line) => cut(clean(line), 400)),
  git: ({ git }) => (git ? gitLines(git) : []),
  turns: ({ session, turns }) => turnLines(session, turns),
};

/** The text of a placeholder; '' where there is nothing to say. */
export function changingText(name: Changing, now: Now): string {
  return shown[name](now).join('\n');
}

function item(text: string): string {
  return `- ${cut(clean(text), 400)}`;
}

function quoted(text: string | null | undefined): string[] {
  const words = clean(text ?? '');
  return words === '' ? [] : [cut(words, 2_000)];
}

function handoffLines({ from_agent, to_agent, by, at, reason, ...said }: HandoffNow): string[] {
  const info = Object.entries(said.critical_info).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    item(`from ${from_agent} to ${to_agent}, by ${by}, ${utcMinute(at)} UTC`),
    ...(clean(reason) === '' ? [] : [item(`reason: ${reason}`)]),
    ...(clean(said.continuation_instructions) === ''
      ? []
      : [`- to do next: ${cut(clean(said.continuation_instructions), 2_000)}`]),
    ...info.map(([key, value]) => item(`${key}: ${typeof value === 'string' ? value : canonical(value)}`)),
  ];
}

function sessionLine({ session_id, agent, branch, at }: SessionNow): string {
  const on = branch === null ? '' : `, branch ${cut(clean(branch), 100)}`;
  return `- ${shortId(session_id)}, ${cut(clean(agent ?? 'no agent'), 40)}${on}, last heard ${utcMinute(at)} UTC`;
}

/** Each once, those in work first, then by id: an order that a change of one of them leaves as it is. */
function taskLines(tasks: readonly TaskNow[]): string[] {
  const open = tasks.filter(({ status }) => status === 'open' || status === 'in_progress');
  const byId = new Map(open.map((task) => [task.id, task]));
  const order = [...byId.values()].sort((a, b) => rankOf(a) - rankOf(b) || (a.id < b.id ? -1 : 1));
  return order.map(({ id, description, status, priority }) => {
    const state = [status === 'in_progress' ? 'in work' : 'open', ...(priority === 'medium' ? [] : [priority])];
    return item(`[${id}] ${description} (${state.join(', ')})`);
  });
}

const rankOf = ({ status }: TaskNow) => (status === 'in_progress' ? 0 : 1);

function commandLines(session: SessionNow | undefined): string[] {
  const last = session?.snapshot.last_command;
  if (!last) return [];
  const exit = last.exit_code === null ? '' : ` (exit ${last.exit_code})`;
  return [
    `- ${cut(clean(last.command), 300)}${exit}`,
    ...(last.error === null ? [] : [item(`it said: ${last.error}`)]),
  ];
}

function gitLines(git: GitState): string[] {
  const at = git.head === null ? 'no commit yet' : `at ${git.head.slice(0, 10)}`;
  const away = [git.ahead > 0 ? `${git.ahead} ahead` : '', git.behind > 0 ? `${git.behind} behind` : ''].filter(
    Boolean,
  );
  const of = git.upstream === null || away.length === 0 ? '' : `, ${away.join(', ')} of ${clean(git.upstream)}`;
  const counts = `${git.staged} staged, ${git.unstaged} changed, ${git.untracked} new`;
  const isClean = git.staged + git.unstaged + git.untracked === 0;
  return [
    `- ${git.branch === null ? 'no branch' : `branch ${cut(clean(git.branch), 100)}`}, ${at}${of}`,
    `- ${isClean ? 'nothing is changed' : counts}${git.stash > 0 ? `, ${git.stash} stashed` : ''}`,
    ...git.paths.map((path) => `  - ${cutStart(clean(path), 200)}`),
  ];
}

function turnLines(session: SessionNow | undefined, turns: number): string[] {
  const messages = session?.snapshot.recent_messages ?? [];
  return (turns === 0 ? [] : messages.slice(-turns)).map(
    ({ role, content, truncated, at }) =>
      `- ${role}, ${utcMinute(at)} UTC: ${cut(clean(content), 1_200)}${truncated && !content.endsWith('…') ? '…' : ''}`,
  );
}
