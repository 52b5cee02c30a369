// One line per recent session.

import { clean, cut, shortId, utcMinute } from '../../core/clean.ts';
import type { BriefSession } from './brief-input.ts';
import { type Line, line, type Section } from './render-lines.ts';

const mostSessions = 5;
const keepNewest = 10;

/** At most five, newest first; those told elsewhere and those in which nothing happened are left out. */
export function sessionsSection(sessions: readonly BriefSession[], toldElsewhere: readonly string[]): Section {
  const worth = sessions.filter((session) => !toldElsewhere.includes(session.session_id) && isWorthALine(session));
  const chosen = [...worth].sort(newestFirst).slice(0, mostSessions);
  return { heading: () => '## Recent sessions', lines: chosen.map(sessionLine) };
}

function isWorthALine(session: BriefSession): boolean {
  return topic(session) !== '' || session.files_changed > 0 || session.commits > 0;
}

function sessionLine(session: BriefSession, place: number): Line {
  const who = session.agent === null ? 'unknown agent' : cut(clean(session.agent), 40);
  const where = session.branch === null ? '' : ` on ${cut(clean(session.branch), 60)}`;
  const about = topic(session);
  const figures = [
    ...(session.files_changed > 0 ? [counted(session.files_changed, 'file')] : []),
    ...(session.commits > 0 ? [counted(session.commits, 'commit')] : []),
    ...(session.unfinished ? ['unfinished'] : []),
  ].join(', ');
  const parts = [...(about === '' ? [] : [`"${cut(about, 160)}"`]), ...(figures === '' ? [] : [figures])];
  const source = `[${utcMinute(session.last_activity)}] ${who} (${shortId(session.session_id)})${where}`;
  return line(session.session_id, `${source}: ${parts.join('; ')}`, {
    why: 'recent session',
    keep: keepNewest - place,
  });
}

function topic(session: BriefSession): string {
  return clean(session.ask ?? '') || clean(session.title ?? '');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function newestFirst(a: BriefSession, b: BriefSession): number {
  return b.last_activity - a.last_activity || (a.session_id < b.session_id ? -1 : a.session_id > b.session_id ? 1 : 0);
}
