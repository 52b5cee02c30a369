import type { Client } from '../../client/call.ts';
import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { plural } from '../print.ts';
import { shortIds } from '../short-ids.ts';
import { cut, oneLine } from '../text.ts';
import { duration, localDay, localTime, momentBefore } from '../when.ts';

interface TodayOptions {
  readonly since?: string;
  readonly allProjects?: boolean;
}

type Today = Reply<Operations['stats.today']>;
type Session = Today['sessions'][number];
type Editors = Omit<Reply<Operations['activity.summary']>, 'since'>;
type Day = Today & { readonly project: string; readonly editors: Editors };

export const register: Register = (parent, bind) => {
  const command = parent
    .command('today')
    .description('What the agents did: what was asked, the files, the commits, the commands that failed.')
    .option('--since <when>', 'from when on: 2d, 12h, 2026-01-31 (midnight)')
    .option('--all-projects', 'in every project')
    .action(bind(today));
  withExamples(command, ['prsist today', 'prsist today --since 7d --all-projects']);
};

async function today(cli: Cli, options: TodayOptions): Promise<void> {
  const since = sinceOf(cli, options.since);
  const found = options.allProjects ? await everywhere(cli, since) : [await dayOf(cli.client, '', since)];
  const [only] = found;
  cli.answer(options.allProjects ? { success: true, since, projects: found } : only, () => {
    const full = found.filter(
      ({ sessions, other_commits, editors }) => sessions.length + other_commits.length + editors.total_ms > 0,
    );
    if (full.length === 0)
      cli.print.note(`nothing was done ${options.allProjects ? '' : 'here '}since ${localTime(since, cli.now())}`);
    full.forEach((each, n) => {
      if (n > 0) cli.print.line('');
      if (each.project !== '') cli.print.line(cli.print.paint('bold', each.project));
      showDay(cli, each);
    });
  });
}

async function dayOf(client: Client, project: string, since: string): Promise<Day> {
  const [done, { total_ms, files, languages, categories, editors }] = await Promise.all([
    client.call('stats.today', { since }),
    client.call('activity.summary', { since, limit: filesShown }),
  ]);
  return { project, ...done, editors: { total_ms, files, languages, categories, editors } };
}

/** Midnight here, unless another moment is named. */
function sinceOf(cli: Cli, given: string | undefined): string {
  if (given !== undefined && !/^\d{4}-\d\d-\d\d$/.test(given)) return momentBefore(given, cli.now(), '--since');
  const day = given ?? localDay(cli.now());
  // without a zone: midnight of this machine's clock
  return momentBefore(new Date(`${day}T00:00:00`).toISOString(), cli.now(), '--since');
}

/** Every project in which something happened since. */
async function everywhere(cli: Cli, since: string): Promise<Day[]> {
  const { items } = await cli.client.call('project.list', {});
  const touched = items.filter(({ last_activity }) => last_activity !== null && last_activity >= since);
  return Promise.all(
    touched.map(({ project_id, name }) => dayOf(cli.callAs({ project: project_id }), oneLine(name), since)),
  );
}

function showDay(cli: Cli, day: Day): void {
  const isWorked = day.sessions.length + day.other_commits.length > 0;
  if (isWorked) showWork(cli, day);
  if (day.editors.total_ms === 0) return;
  if (isWorked) cli.print.line('');
  showEditors(cli, day.editors);
}

/** What agents did, and the commits that nobody's session made. */
function showWork(cli: Cli, { sessions, other_commits }: Today): void {
  const sum = (of: (session: Session) => number) => sessions.reduce((total, each) => total + of(each), 0);
  const [asks, files] = [sum((each) => each.asks_total), sum((each) => each.files_total)];
  const commits = sum((each) => each.commits.length) + other_commits.length;
  const failed = sum((each) => each.commands_failed);
  const parts = [
    ...[plural(sessions.length, 'session'), plural(asks, 'ask')],
    ...[plural(files, 'file'), plural(commits, 'commit')],
    cli.print.paint('yellow', `${plural(failed, 'command')} failed`),
  ];
  cli.print.line(parts.filter((_, n) => [sessions.length, asks, files, commits, failed][n] !== 0).join(', '));
  const short = shortIds(sessions.map(({ session_id }) => session_id));
  for (const session of sessions) showSession(cli, session, short(session.session_id));
  if (other_commits.length > 0) {
    cli.print.line('\nother commits');
    for (const commit of other_commits) cli.print.line(`  ${commitLine(commit)}`);
  }
}

const filesShown = 5;

/** How long was worked in editors, and on which files most. */
function showEditors(cli: Cli, { total_ms, files, editors }: Editors): void {
  const names = editors.map(({ name }) => oneLine(name)).join(', ');
  cli.print.line(`in editors  ${duration(total_ms)} (${names})`);
  for (const { name, ms, lines_added, lines_removed } of files) {
    if (ms > 0) cli.print.line(`  ${duration(ms).padEnd(11)}${oneLine(name)}  +${lines_added} −${lines_removed}`);
  }
}

function showSession(cli: Cli, session: Session, id: string): void {
  const { print } = cli;
  const title = oneLine(session.title ?? '');
  // most are called by their first words, which stand right below
  const isAsk = oneLine(session.asks[0]?.text ?? '').startsWith(title.replace(/…$/, ''));
  const head = [span(cli, session), oneLine(session.agent ?? '-'), ...(isAsk ? [] : [cut(title, 60)])].join('  ');
  print.line(`\n${print.paint('bold', head)}  ${id}`);
  block(
    cli,
    'asked',
    session.asks.map(({ text }) => oneLine(text)),
    session.asks_total,
  );
  block(
    cli,
    'files',
    session.files.map(({ path, added, removed }) => `${oneLine(path)}  +${added} −${removed}`),
    session.files_total,
  );
  block(cli, 'commits', session.commits.map(commitLine), session.commits.length);
  block(cli, 'failed', session.commands.map(failedLine), session.commands_failed);
}

/** "09:15–11:40", the day once where it is another. */
function span(cli: Cli, { first_at, last_at }: Session): string {
  const [from, until] = [localTime(first_at, cli.now()), localTime(last_at, cli.now())];
  if (from === until) return from;
  const day = until.slice(0, -5);
  return `${from}–${from.startsWith(day) ? until.slice(day.length) : until}`;
}

const linesShown = 5;

function block(cli: Cli, name: string, lines: readonly string[], total: number): void {
  const width = Math.min(cli.print.columns, 110) - 12;
  lines.slice(0, linesShown).forEach((text, n) => {
    cli.print.line(`  ${(n === 0 ? name : '').padEnd(8)}${cut(text, width)}`);
  });
  if (total > linesShown) cli.print.line(`  ${' '.repeat(8)}and ${total - Math.min(lines.length, linesShown)} more`);
}

function commitLine({ sha, subject }: Session['commits'][number]): string {
  return `${sha.slice(0, 8)}  ${oneLine(subject)}`;
}

function failedLine({ command, exit_code, error_line }: Session['commands'][number]): string {
  const code = exit_code === null ? '' : ` (${exit_code})`;
  return `${cut(oneLine(command), 60)}${code}${error_line ? `  ${oneLine(error_line)}` : ''}`;
}
