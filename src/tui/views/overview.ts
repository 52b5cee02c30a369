import { plural, size } from '../../cli/print.ts';
import { relativeTime } from '../../cli/when.ts';
import { bar, percent, short, sparkline } from '../charts.ts';
import type { Change } from '../feed.ts';
import {
  beside,
  blank,
  block,
  cell,
  type Frame,
  filled,
  heading,
  type Line,
  line,
  type Span,
  span,
  type Tone,
  theirs,
} from '../lines.ts';
import type { Overview } from '../screens/overview.ts';

/** What a screen shows before and instead of its first answer. */
export interface Asked<T> {
  readonly value: T | undefined;
  readonly failure: string | undefined;
}

/** Says why there is nothing to show yet. */
export function nothingYet({ failure }: Asked<unknown>): readonly Line[] {
  return failure === undefined ? [line('asking …', 'dim')] : [[span('no answer: ', 'bad'), theirs(failure)]];
}

const linkTones: Readonly<Record<string, Tone>> = {
  ...{ proven: 'good', waiting: 'warn', off: 'dim', degraded: 'warn', broken: 'bad' },
};

/** The overview as lines. */
export function overviewView(asked: Asked<Overview>, recent: readonly Change[], whole: Frame): readonly Line[] {
  const found = asked.value;
  if (!found) return nothingYet(asked);
  const latest = recent.slice(0, whole.rows >= 34 ? 5 : 1).map((change) => liveLine(change, whole));
  const raised = alerts(found, whole);
  const frame = { ...whole, rows: whole.rows - latest.length - raised.length };
  return [...raised, ...filled(everything(found, frame), frame.rows), ...latest];
}

const alertsShown = 3;

/** Rules of alerts that hold, above everything else. */
function alerts({ health }: Overview, { now }: Frame): readonly Line[] {
  return health.alerts
    .slice(0, alertsShown)
    .map(({ name, says, since, labels }) => [
      span('ALERT  ', 'bad'),
      theirs(name, 'bad'),
      span('  '),
      theirs([says, ...Object.entries(labels).map(([label, value]) => `${label}=${value}`)].join('  ')),
      span(`  since ${relativeTime(since, now)}`, 'dim'),
    ]);
}

/** One change as it came. */
function liveLine({ at, event, agent }: Change, { now }: Frame): Line {
  return [
    cell(span('live', 'good'), 8),
    cell(span(relativeTime(at, now), 'dim'), 8),
    theirs(event),
    span('  '),
    theirs(agent, 'dim'),
  ];
}

function everything(found: Overview, frame: Frame): readonly Line[] {
  const isWide = frame.columns >= 100 && !frame.speaks;
  const half = { ...frame, columns: isWide ? Math.floor((frame.columns - 2) / 2) : frame.columns };
  const rest = { ...frame, columns: isWide ? frame.columns - half.columns - 2 : frame.columns };
  const left = (part: Frame) => [...active(found, part), blank, ...capture(found, part)];
  const right = (part: Frame) => [...standing(found, part), blank, ...cache(found, part)];
  if (isWide) {
    const top = beside(left(half), right(rest), half.columns);
    return [...top, blank, ...today(found, { ...frame, rows: frame.rows - top.length - 1 })];
  }
  const compact = frame.rows < 34 && !frame.speaks;
  if (compact) return narrow(found, frame);
  const top = [...left(frame), blank, ...right(frame), blank];
  return [...top, ...today(found, { ...frame, rows: frame.rows - top.length })];
}

/** On a small terminal: what matters first, without the empty lines. */
function narrow(found: Overview, frame: Frame): readonly Line[] {
  const top = [
    ...active(found, frame).slice(0, 6),
    ...capture(found, frame).slice(0, 7),
    ...standing(found, frame).slice(0, 5),
    ...cache(found, frame).slice(0, 2),
  ];
  return [...top, ...today(found, { ...frame, rows: Math.max(2, frame.rows - top.length) })];
}

function active({ active: sessions, handoffs }: Overview, frame: Frame): readonly Line[] {
  const agents = new Map<string, number>();
  for (const { agent } of sessions) agents.set(agent ?? '?', (agents.get(agent ?? '?') ?? 0) + 1);
  const counts = [...agents].map(([agent, count]) => `${agent} ${count}`).join('  ');
  const rows = sessions
    .slice(0, 4)
    .map(
      ({ agent, title, last_activity: at, branch }): Line => [
        cell(theirs(agent ?? '?', 'accent'), 12),
        span(' '),
        cell(span(relativeTime(at, frame.now), 'dim'), 8),
        span(' '),
        theirs(title ?? '(no words yet)'),
        span(branch === null ? '' : '  '),
        theirs(branch, 'dim'),
      ],
    );
  const waiting = handoffs
    .slice(0, 3)
    .map(
      ({ from_agent, to_agent, reason }): Line => [
        span('handoff ', 'warn'),
        theirs(`${from_agent} → ${to_agent}`),
        span('  '),
        theirs(reason, 'dim'),
      ],
    );
  const none = sessions.length === 0 ? [line('nobody is at work', 'dim')] : [];
  return [heading('Active sessions', frame, counts), ...none, ...rows, ...waiting];
}

function capture({ capture: { links, git, spool, paused } }: Overview, frame: Frame): readonly Line[] {
  const installed = links.filter(({ hook }) => hook !== 'no-agent');
  const rows = installed.map((link): Line => {
    const last = link.last_event_at ?? link.last_transcript_at;
    const hint = link.state === 'proven' || link.hint === '' ? '' : `  ${link.hint}`;
    return [
      cell(theirs(link.agent), 12),
      span(' '),
      cell(span(link.state, linkTones[link.state] ?? 'dim'), 9),
      cell(span(last === null ? 'never' : relativeTime(last, frame.now), 'dim'), 9),
      theirs(hint, 'dim'),
    ];
  });
  const gitRow: Line[] = git
    ? [
        [
          cell(span('git'), 13),
          cell(span(git.state, linkTones[git.state] ?? 'dim'), 9),
          theirs(git.state === 'proven' ? '' : git.what, 'dim'),
        ],
      ]
    : [];
  const wait = spool.waiting === 0 ? 'spool empty' : `${spool.waiting} waiting`;
  const note = paused ? 'paused' : spool.full ? 'spool full' : spool.bad > 0 ? `${spool.bad} unreadable` : wait;
  const none = installed.length === 0 ? [line('no hooks yet: prsist setup', 'dim')] : [];
  return [heading('Capture', frame, note), ...none, ...rows, ...gitRow];
}

function standing({ health, project, sync, disk, conflicts }: Overview, frame: Frame): readonly Line[] {
  const own = disk.projects.find(({ project_id }) => project_id === project.project_id);
  const all = disk.projects.reduce((sum, { bytes }) => sum + bytes, 0);
  const tone: Tone = health.status === 'ok' ? 'good' : health.status === 'failing' ? 'bad' : 'warn';
  const row = (name: string, ...spans: Span[]): Line => [cell(span(name, 'dim'), 9), ...spans];
  const free = `${size(health.checks.disk.free)} free`;
  return [
    heading('State', frame),
    row('daemon', span(health.status, tone), span(`  ${health.version}, ${size(health.rss_bytes)}`, 'dim')),
    row('memory', span(`${plural(project.sessions, 'session')}, ${plural(project.messages, 'message')}`)),
    row('', span(`${plural(project.entries, 'entry', 'entries')}, ${plural(project.records, 'record')}`)),
    row('disk', span(`${size(own?.bytes ?? 0)} here, ${size(all)} in all, ${free}`)),
    row('sync', ...syncSpans(sync), ...(conflicts === 0 ? [] : [span(`  ${plural(conflicts, 'conflict')}`, 'warn')])),
  ];
}

function syncSpans({ remotes, standing: how, devices }: Overview['sync']): readonly Span[] {
  if (remotes.length === 0) return [span('no remote', 'dim')];
  const stopped = remotes.filter(({ state }) => state === 'stopped').length;
  const pending = Math.max(...remotes.map((remote) => remote.pending));
  const word =
    stopped > 0 ? span(`${stopped} stopped`, 'bad') : span(pending === 0 ? 'up to date' : `${pending} to send`);
  return [word, span(`  ${plural(remotes.length, 'remote')}, ${plural(devices, 'device')}, ${how}`, 'dim')];
}

/** Of the tokens that went in, how many came from the provider's cache. */
export function shareOf(tokens: { fresh: number; cache_read: number; cache_write: number }): number | undefined {
  const all = tokens.fresh + tokens.cache_read + tokens.cache_write;
  return all === 0 ? undefined : tokens.cache_read / all;
}

function cache({ usage }: Overview, frame: Frame): readonly Line[] {
  const share = shareOf(usage.totals);
  const title = heading('Prompt cache', frame, '14 days');
  if (share === undefined) return [title, line('no requests with usage yet', 'dim')];
  const { totals } = usage;
  const width = Math.max(8, Math.min(30, frame.columns - 30));
  const days = usage.rows.map((row) => Math.round((shareOf(row) ?? 0) * 100)).reverse();
  const spent = totals.cost === null ? '' : `  $${totals.cost.toFixed(2)}${totals.partial ? '+' : ''}`;
  return [
    title,
    [...bar(share, width, { speaks: frame.speaks }), span(` ${percent(share)}`, 'strong'), span(' cached', 'dim')],
    [span(sparkline(days, width, frame.speaks), 'accent'), span(' by day', 'dim')],
    [span(`${short(totals.requests)} requests, ${short(totals.output)} tokens out${spent}`, 'dim')],
  ];
}

function today({ today: found }: Overview, frame: Frame): readonly Line[] {
  const { sessions } = found;
  const sum = (of: (each: (typeof sessions)[number]) => number) =>
    sessions.reduce((total, each) => total + of(each), 0);
  const failed = sum((each) => each.commands_failed);
  const commits = sum((each) => each.commits.length) + found.other_commits.length;
  const words = [
    plural(sessions.length, 'session'),
    plural(
      sum((each) => each.asks_total),
      'ask',
    ),
    plural(
      sum((each) => each.files_total),
      'file',
    ),
    plural(commits, 'commit'),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return block('Today', events(found, frame), frame, words.join(', '));
}

interface Event {
  readonly at: string;
  readonly mark: Span;
  readonly text: string;
}

/** Asks, commits and failures of the day, latest first. */
function events({ sessions, other_commits }: Overview['today'], { now, rows }: Frame): readonly Line[] {
  const all: Event[] = [
    ...sessions.flatMap((each): Event[] => [
      ...each.asks.map(({ text, at }) => ({ at, mark: span('asked', 'accent'), text })),
      ...each.commits.map(({ subject, at }) => ({ at, mark: span('commit', 'good'), text: subject })),
      ...each.commands.map(({ command, error_line, at }) => ({
        ...{ at, mark: span('failed', 'bad'), text: error_line === null ? command : `${command}: ${error_line}` },
      })),
    ]),
    ...other_commits.map(({ subject, at }) => ({ at, mark: span('commit', 'good'), text: subject })),
  ];
  if (all.length === 0) return [line('nothing yet', 'dim')];
  return all
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, Math.max(1, rows - 1))
    .map(({ at, mark, text }) => [cell(span(relativeTime(at, now), 'dim'), 8), cell(mark, 8), theirs(text)]);
}
