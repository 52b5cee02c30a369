import { createHash } from 'node:crypto';
import { canonical } from '../../core/canonical.ts';
import type { SessionFacts, Snapshot, SnapshotFile, SnapshotMessage } from '../../core/snapshot.ts';
import { cutAtWord, fold } from './sentences.ts';
import { asksOf } from './summarise-ask.ts';
import { recentWork } from './summarise-recent.ts';
import { saidIn } from './summarise-said.ts';
import { filesInFlight, lastCommand, lastReply, nextStep, openQuestions } from './summarise-work.ts';

const mostFiles = 12;
const mostCommits = 3;
const messageBytes = 2_048;

/**
 * The state of a session as the next reader needs it: a pure function of its facts, the same facts give the same bytes.
 * Nothing is guessed: quotes are verbatim, the rest is counted. Tool output enters only as the error line of one command.
 * Texts come folded to one line and cut; tasks, facts and references are passed on whole.
 */
export function summarise(facts: SessionFacts): Snapshot {
  const { ask, earlier } = asksOf(facts.prompts);
  const files = filesInFlight(facts.edits);
  const snapshot = {
    ask: ask?.text ?? null,
    ask_at: ask?.at ?? null,
    earlier_asks: earlier,
    said: saidIn(
      facts,
      [ask, ...earlier].map((quote) => quote?.text ?? ''),
    ),
    last_reply: lastReply(facts.replies),
    commits: lastCommits(facts.commits),
    tasks_done: facts.tasks.filter((task) => task.status === 'done').length,
    pending_tasks: facts.tasks.filter(isPending),
    next_step: nextStep(facts),
    files_in_flight: files.slice(0, mostFiles),
    files_total: files.length,
    last_command: lastCommand(facts),
    recent_work: recentWork(facts),
    open_questions: openQuestions(facts),
    critical_facts: facts.facts,
    working_memory: facts.working_memory,
    long_term_refs: facts.long_term_refs,
    git: facts.git,
    recent_messages: facts.recent.slice(-6).map(shownMessage),
    message_count: facts.message_count,
    through: facts.through,
  } satisfies Omit<Snapshot, 'sha256' | 'conversation_summary'>;
  const whole = wellFormed({ conversation_summary: conversation(facts, snapshot, files), ...snapshot });
  return { ...whole, sha256: createHash('sha256').update(canonical(whole)).digest('hex') };
}

export function isPending({ status }: SessionFacts['tasks'][number]): boolean {
  return status === 'open' || status === 'in_progress';
}

type Counts = SessionFacts['counts'];
type Told = Pick<Snapshot, 'ask' | 'commits' | 'last_reply' | 'next_step'>;

/** "15 messages (8 from user, 7 from assistant). Ask: … Done: … Next: …" */
function conversation(facts: SessionFacts, told: Told, files: readonly SnapshotFile[]): string {
  const done = doneText(told, files);
  const rest = [
    ...(told.ask === null ? [] : [`Ask: ${ended(told.ask)}`]),
    ...(done === '' ? [] : [`Done: ${ended(done)}`]),
    ...(told.next_step === null ? [] : [`Next: ${ended(cutAtWord(told.next_step, 120))}`]),
  ];
  return rest.length === 0 ? countText(facts.counts) : `${countText(facts.counts)}. ${rest.join(' ')}`;
}

function countText(counts: Counts): string {
  const roles = [
    ['user', counts.user],
    ['assistant', counts.assistant],
    ['system', counts.system],
    ['tool', counts.tool],
  ] as const;
  const total = counts.user + counts.assistant + counts.system + counts.tool;
  const shares = roles.filter(([, count]) => count > 0).map(([role, count]) => `${count} from ${role}`);
  return `${total} ${total === 1 ? 'message' : 'messages'}${shares.length === 0 ? '' : ` (${shares.join(', ')})`}`;
}

function doneText(told: Told, files: readonly SnapshotFile[]): string {
  const commit = told.commits[0];
  const names = files.slice(0, 3).map((file) => file.path.split('/').at(-1) ?? file.path);
  const more = files.length > names.length ? ` and ${files.length - names.length} more` : '';
  const parts = [
    ...(commit === undefined ? [] : [`committed ${commit.sha.slice(0, 8)} "${commit.subject}"`]),
    ...(files.length === 0 ? [] : [`edited, not committed: ${names.join(', ')}${more}`]),
  ];
  // without a change to show, what the agent reported last stands for it
  if (parts.length === 0 && told.last_reply !== null) parts.push(`"${cutAtWord(told.last_reply.text, 200)}"`);
  return parts.join('; ');
}

function ended(text: string): string {
  return /[.!?…。！？]["'”’)]*$/.test(text) ? text : `${text}.`;
}

/** An amended commit has the subject of the one it replaced: the newer one stands for both. */
function lastCommits(commits: SessionFacts['commits']): Snapshot['commits'] {
  const bySubject = new Map<string, SessionFacts['commits'][number]>();
  for (const commit of [...commits].reverse())
    if (!bySubject.has(commit.subject)) bySubject.set(commit.subject, commit);
  return [...bySubject.values()].slice(0, mostCommits).map(shownCommit);
}

function shownCommit(commit: SessionFacts['commits'][number]): Snapshot['commits'][number] {
  return { sha: commit.sha, subject: cutAtWord(fold(commit.subject), 80), at: commit.at };
}

/** A tool's message keeps its place and loses its text: tool output does not travel in snapshots. */
function shownMessage({ id, role, text, at }: SessionFacts['recent'][number]): SnapshotMessage {
  if (role === 'tool') return { id, role, content: '', truncated: text !== '', at };
  const bytes = Buffer.from(text);
  let end = Math.min(bytes.length, messageBytes);
  // a character's continuation bytes are not parted from their first one
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return { id, role, content: bytes.toString('utf8', 0, end), truncated: end < bytes.length, at };
}

/** Canonical JSON has no form for half a surrogate pair, and a text cut elsewhere may end in one. */
function wellFormed<T>(value: T): T {
  if (typeof value === 'string') {
    // T is a string here, which the compiler does not narrow
    return value.toWellFormed() as T;
  }
  if (Array.isArray(value)) return value.map(wellFormed) as T; // an array of what it held
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key.toWellFormed(), wellFormed(member)]);
  return Object.fromEntries(members) as T; // the same members
}
