import type { Examined } from '../../cli/doctor/examine.ts';
import { logParts } from '../../cli/log.ts';
import { plural, size } from '../../cli/print.ts';
import { duration } from '../../cli/when.ts';
import { checkGroups } from '../../core/finding.ts';
import type { Latency } from '../latencies.ts';
import { beside, cell, type Frame, heading, type Line, line, type Span, span, type Tone, theirs } from '../lines.ts';
import type { Measured } from '../screens/health.ts';
import { type Asked, nothingYet } from './overview.ts';

export interface Examining {
  readonly doctor: Examined | undefined;
  readonly isExamining: boolean;
  /** Lines of the daemon's log, the latest last. */
  readonly log: readonly string[];
  /** How many of the latest are left out. */
  readonly back: number;
}

/** The health screen as lines. */
export function healthView(asked: Asked<Measured>, examining: Examining, frame: Frame): readonly Line[] {
  const isWide = frame.columns >= 100 && !frame.speaks;
  const half = Math.floor((frame.columns - 2) / 2);
  const rest = { ...frame, columns: frame.columns - half - 2 };
  const found = asked.value;
  const fast = frame.rows >= 34 ? 12 : isWide ? 7 : 3;
  const top = !found
    ? nothingYet(asked)
    : isWide
      ? beside(numbers(found, { ...frame, columns: half }), operations(found.latencies, rest, fast), half)
      : [...numbers(found, frame), ...operations(found.latencies, frame, fast)];
  const doctor = findings(examining, frame).slice(0, Math.max(2, Math.floor(frame.rows / 3)));
  const room = Math.max(1, frame.rows - top.length - doctor.length - 1);
  return [...top, ...doctor, heading('Log', frame), ...logRows(examining, room)];
}

function numbers({ health, jobs }: Measured, frame: Frame): readonly Line[] {
  const { checks } = health;
  const tone: Tone = health.status === 'ok' ? 'good' : health.status === 'failing' ? 'bad' : 'warn';
  const row = (name: string, ...spans: Span[]): Line => [cell(span(name, 'dim'), 9), ...spans];
  const crash = health.restarted_after_crash_at === null ? '' : '  restarted after a crash';
  const running = jobs.filter(({ state }) => state === 'running').map(({ name }) => name);
  const { waiting, bad, oldest_ms } = checks.spool;
  const spool = `${waiting} waiting, ${bad} unreadable${waiting > 0 ? `, oldest ${Math.round(oldest_ms / 1000)} s` : ''}`;
  const { meaning } = checks;
  const vectors = meaning.model === null ? 'off' : `${meaning.done} of ${plural(meaning.texts, 'text')}`;
  return [
    heading('Daemon', frame, `${health.version}, pid ${health.pid}`),
    row('status', span(health.status, tone), span(crash, 'warn')),
    row('up', span(duration(health.uptime_seconds * 1000))),
    row('memory', span(size(health.rss_bytes)), span(`, ${size(checks.disk.free)} of disk free`, 'dim')),
    row('store', theirs(checks.store, checks.store === 'ok' ? 'good' : 'bad'), span(`, port ${checks.tcp}`, 'dim')),
    row('spool', span(spool, bad > 0 ? 'warn' : 'plain')),
    row('vectors', theirs(vectors), theirs(meaning.why === null ? '' : ` ${meaning.why}`, 'warn')),
    row('jobs', theirs(running.length === 0 ? 'none' : running.join(', '))),
  ];
}

function operations(known: readonly Latency[], frame: Frame, rows: number): readonly Line[] {
  const head: Line = [
    cell(span('operation', 'dim'), 22),
    cell(span('asked', 'dim'), 8, 'right'),
    cell(span('p50 ms', 'dim'), 9, 'right'),
    cell(span('p99 ms', 'dim'), 9, 'right'),
  ];
  const lines = known
    .slice(0, rows - 1)
    .map(
      ({ operation, count, p50Ms, p99Ms }): Line => [
        cell(theirs(operation), 22),
        cell(span(String(count)), 8, 'right'),
        cell(span(bounded(p50Ms)), 9, 'right'),
        cell(span(bounded(p99Ms), p99Ms > 1_000 ? 'warn' : 'plain'), 9, 'right'),
      ],
    );
  return [heading('Answers', frame, plural(known.length, 'operation')), head, ...lines];
}

/** A bucket tells only below which bound a time is. */
function bounded(ms: number): string {
  return Number.isFinite(ms) ? `≤ ${ms}` : '> 10000';
}

function findings({ doctor, isExamining }: Examining, frame: Frame): readonly Line[] {
  if (isExamining) return [heading('Doctor', frame), line('examining: files, rights, hooks, databases …', 'dim')];
  if (!doctor) return [heading('Doctor', frame), line('d looks everything through', 'dim')];
  const all = doctor.checks.flatMap((check) => check.findings);
  const groups = checkGroups.flatMap((group): Span[] => {
    const own = doctor.checks.filter((check) => check.group === group);
    const bad = own.filter((check) => check.findings.length > 0).length;
    if (own.length === 0) return [];
    return [
      span(`${group} `),
      span(bad === 0 ? 'ok' : `${bad} of ${own.length}`, bad === 0 ? 'good' : 'bad'),
      span('   '),
    ];
  });
  const found = all.flatMap(({ code, what, fix }): Line[] => [
    [span(code, 'bad'), span('  '), theirs(what)],
    [span('  try: ', 'dim'), theirs(fix, 'accent')],
  ]);
  return [heading('Doctor', frame, all.length === 0 ? 'all is well' : plural(all.length, 'finding')), groups, ...found];
}

const levelTones = { red: 'bad', yellow: 'warn', dim: 'dim' } as const;

function logRows({ log, back }: Examining, rows: number): readonly Line[] {
  if (log.length === 0) return [line('no log yet', 'dim')];
  const end = Math.max(Math.min(rows, log.length), log.length - back);
  return log.slice(Math.max(0, end - rows), end).map((text): Line => {
    const parts = logParts(text);
    if (!parts) return [theirs(text)];
    const tone = levelTones[parts.style];
    return [span(`${parts.at.slice(11)} `, 'dim'), cell(span(parts.level, tone), 6), theirs(parts.text)];
  });
}
