import { headOf } from '../../core/excerpt.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import { commitsOfFamily } from './commit-queries.ts';
import { textOf } from './facts.ts';
import type { contract } from './stats-contract.ts';
import { type ActiveRow, activeSince, allCommitsSince, asksSince, failedSince, filesSince } from './stats-queries.ts';
import { titleOf, wireTime } from './wire.ts';

type Today = (typeof contract)['stats.today'];
type Session = Reply<Today>['sessions'][number];

const dayMs = 86_400_000;
const mostSessions = 200;
const most = 20;
const mostCommands = 10;
const askChars = 500;

/** What agents did since a moment, oldest session first. Sessions in which nothing of it happened are left out. */
export function today(context: Context, input: Parsed<Today>): Reply<Today> {
  const read = context.read.project;
  const since = input.since === undefined ? context.now - dayMs : Date.parse(input.since);
  const rows = read.all(activeSince, { since, limit: mostSessions });
  const sessions = rows.map((row) => sessionSince(read, row, since)).filter(isWorth);
  const theirs = new Set(sessions.flatMap(({ commits }) => commits).map(({ sha }) => sha));
  const others = read.all(allCommitsSince, { since }).filter(({ sha }) => !theirs.has(sha));
  return { since: wireTime(since), sessions, other_commits: others.map((row) => commitOf(read, row)) };
}

function isWorth({ asks_total, files_total, commits, commands_failed }: Session): boolean {
  return asks_total + files_total + commits.length + commands_failed > 0;
}

function sessionSince(read: Read, row: ActiveRow, since: number): Session {
  const asked = { session_id: row.session_id, since };
  const asks = read.all(asksSince, asked);
  const files = read.all(filesSince, asked);
  const failed = read.all(failedSince, asked);
  return {
    ...{ session_id: row.session_id, agent: row.current_agent, title: titleOf(read, row) },
    ...{ first_at: wireTime(Math.max(row.started_at, since)), last_at: wireTime(row.last_activity) },
    asks: asks.slice(0, most).map(({ rec, at }) => ({ text: headOf(textOf(read, rec), askChars), at: wireTime(at) })),
    asks_total: asks.length,
    ...{ files: files.slice(0, most), files_total: files.length },
    commits: read.all(commitsOfFamily, asked).map((each) => commitOf(read, each)),
    commands: failed.slice(0, mostCommands).map((each) => ({
      command: String(read.fields(each.rec)['command'] ?? ''),
      ...{ exit_code: each.exit_code, error_line: errorLine(read, each.result_rec), at: wireTime(each.at) },
    })),
    commands_failed: failed.length,
  };
}

function errorLine(read: Read, rec: number | null): string | null {
  const line = rec === null ? undefined : read.fields(rec)['error_line'];
  return typeof line === 'string' ? line : null;
}

function commitOf(read: Read, { sha, rec, committed_at }: { sha: string; rec: number; committed_at: number }) {
  return { sha, subject: String(read.fields(rec)['subject'] ?? ''), at: wireTime(committed_at) };
}
