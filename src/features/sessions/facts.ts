import { quotable } from '../../core/doubt.ts';
import type { GitState, SessionFacts } from '../../core/snapshot.ts';
import type { Read } from '../../store/record-type.ts';
import { callText } from './call-text.ts';
import { commitCommand } from './commit-output.ts';
import { commitsOfSession } from './commit-queries.ts';
import {
  callsOfSession,
  commandsOfSession,
  commitNear,
  editsOfSession,
  firstPrompt,
  messageCounts,
  position,
  promptsOfSession,
  recentOfSession,
  repliesOfSession,
  sessionById,
  summariesOfSession,
  type TextRow,
  taskOfSession,
} from './queries.ts';

/** What other features add to a snapshot. */
export interface Surroundings {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly working_memory: Readonly<Record<string, unknown>>;
  readonly long_term_refs: SessionFacts['long_term_refs'];
  readonly git: GitState | null;
  /** What the agent said last, as its hook told it: a transcript may not hold it yet. */
  readonly last_words?: { readonly text: string; readonly at: number };
}

export const noSurroundings: Surroundings = { facts: {}, working_memory: {}, long_term_refs: [], git: null };

const manyPrompts = 200;
const manyReplies = 20;
const manyCommands = 100;
const manyRecent = 6;
const manyCalls = 60;

/** What tells whether a session has come to its end: texts are read when they are looked at. */
export function workFacts(read: Read, session_id: string): Pick<SessionFacts, 'tasks' | 'edits' | 'commands'> {
  const commands = commandsOf(read, session_id);
  return {
    tasks: read.all(taskOfSession, { session_id }).map((row) => ({
      ...{ id: row.task_id, description: quotable(row.description), status: row.status, priority: row.priority },
    })),
    edits: editsOf(read, session_id, commands),
    commands,
  };
}

/** Everything the summariser reads about one session, from its rows. An unknown session gives empty facts. */
export function sessionFacts(read: Read, session_id: string, around: Surroundings): SessionFacts {
  const session = read.one(sessionById, { session_id });
  const texts = (rows: TextRow[]) => rows.reverse().map((row) => ({ ...row, text: textOf(read, row.rec) }));
  const last = (limit: number) => ({ session_id, limit });
  const work = workFacts(read, session_id);
  const { last_words, ...surroundings } = around;
  const replies = texts(read.all(repliesOfSession, last(manyReplies))).map(({ id, text, at }) => ({ id, text, at }));
  return {
    session_id,
    agent: session?.current_agent ?? null,
    counts: { user: 0, assistant: 0, system: 0, tool: 0, ...countsOf(read, session_id) },
    prompts: promptsOf(read, session_id),
    replies: withLastWords(replies, last_words),
    recent: texts(read.all(recentOfSession, last(manyRecent))).map(({ id, role, text, at }) => ({
      id,
      role,
      text,
      at,
    })),
    ...work,
    calls: callsOf(read, session_id),
    commits: read.all(commitsOfSession, { session_id }).map(({ sha, rec, committed_at }) => ({
      ...{ sha, subject: quotable(String(read.fields(rec).subject ?? '')), at: committed_at },
    })),
    summaries: texts(read.all(summariesOfSession, { session_id }).reverse()).map(({ text, at }) => ({ text, at })),
    ...surroundings,
    message_count: session?.message_count ?? 0,
    through: positionOf(read),
  };
}

/** The transcript has them when it holds the same words, or went on after them. */
function withLastWords(replies: SessionFacts['replies'], words: Surroundings['last_words']): SessionFacts['replies'] {
  const last = replies.at(-1);
  if (words === undefined || (last !== undefined && (last.at >= words.at || last.text === words.text.trim()))) {
    return replies;
  }
  return [...replies, { id: 'last-words', text: words.text.trim(), at: words.at }];
}

function promptsOf(read: Read, session_id: string): SessionFacts['prompts'] {
  return [...newestPrompts(read, session_id)].reverse();
}

/** The last prompts, newest first, and then the very first: what a session is about is often said only there. */
export function* newestPrompts(read: Read, session_id: string): Generator<SessionFacts['prompts'][number]> {
  const rows = read.all(promptsOfSession, { session_id, limit: manyPrompts });
  const told = ({ id, rec, at }: TextRow) => ({ id, text: textOf(read, rec), at });
  for (const row of rows) yield told(row);
  if (rows.length < manyPrompts) return;
  const first = read.one(firstPrompt, { session_id });
  if (first && first.id !== rows.at(-1)?.id) yield told(first);
}

/** {log: seq} of everything there is now. */
export function positionOf(read: Read): Record<string, number> {
  return Object.fromEntries(read.all(position, {}).map(({ log, seq }) => [log, seq]));
}

/** The text of a message by its record. */
export function textOf(read: Read, rec: number): string {
  return read.text(read.fields(rec), 'content');
}

function countsOf(read: Read, session_id: string): Record<string, number> {
  return Object.fromEntries(read.all(messageCounts, { session_id }).map(({ role, count }) => [role, count]));
}

function editsOf(read: Read, session_id: string, commands: SessionFacts['commands']): SessionFacts['edits'] {
  const rows = read.all(editsOfSession, { session_id });
  const unseen = rows.every(({ committed }) => committed === 1) ? 0 : lastUnseenCommit(read, commands);
  return rows.map((row) => ({ ...row, committed: row.committed === 1 || row.at <= unseen }));
}

const nearMs = 120_000;

/**
 * When the session last committed into a history we do not hold (its repository is another clone, or gone); 0 if never.
 * What was edited before is then taken for committed: no list of files says so, but the opposite would be wrong more often.
 */
function lastUnseenCommit(read: Read, commands: SessionFacts['commands']): number {
  const commits = commands.filter((each) => !each.is_error && commitCommand.test(each.command));
  const unseen = commits.findLast(({ at }) => !read.one(commitNear, { from: at - nearMs, until: at + nearMs }));
  return unseen?.at ?? 0;
}

function commandsOf(read: Read, session_id: string): SessionFacts['commands'] {
  const rows = read.all(commandsOfSession, { session_id, limit: manyCommands }).reverse();
  return rows.map((row) => {
    let [command, line]: [string | undefined, string | null | undefined] = [undefined, undefined];
    return {
      ...{ exit_code: row.exit_code, is_error: row.is_error === 1, at: row.at },
      get command() {
        command ??= String(read.fields(row.rec).command ?? '');
        return command;
      },
      get error_line() {
        if (line === undefined) line = errorLine(row.result_rec === null ? {} : read.fields(row.result_rec));
        return line;
      },
    };
  });
}

function errorLine({ error_line: line }: Readonly<Record<string, unknown>>): string | null {
  return typeof line === 'string' ? quotable(line) : null;
}

function callsOf(read: Read, session_id: string): SessionFacts['calls'] {
  const rows = read.all(callsOfSession, { session_id, limit: manyCalls }).reverse();
  return rows.map(({ rec, files }) => ({
    // written as a JSON list by the projection
    files: JSON.parse(files) as string[],
    words: callText(read, read.fields(rec)),
  }));
}
