// Where a session stopped: everything an agent needs to go on with it.

import { clean, cut, cutStart, shortId, utcMinute } from '../../core/clean.ts';
import { limits } from '../../core/limits.ts';
import type { Snapshot, SnapshotCommand, SnapshotFile } from '../../core/snapshot.ts';
import type { BriefAnchor, BriefReason } from './brief-input.ts';
import { notIn } from './render-known.ts';
import { fitted, type Line, line, type Section, sectionsText, valueText } from './render-lines.ts';

const mostTasks = 8;
const mostFacts = 8;
const mostPaths = 8;

/** What the anchor is under: its reason, and the texts the agent knows anyway. */
export interface AnchorContext {
  readonly reason: BriefReason;
  readonly known: readonly string[];
  /** Whether the state of the work tree is the one of this moment, or of when a handoff was made. */
  readonly git: 'now' | 'then';
}

/** The anchor as one section of at most 1,200 tokens. Author and session stand in its heading, dates on its lines. */
export function anchorSection(anchor: BriefAnchor, context: AnchorContext): Section {
  const { snapshot } = anchor;
  const told = { id: anchor.session_id, agent: clean(anchor.agent ?? 'the agent') };
  const lines = [
    ...askLines(snapshot, told),
    ...taskLines(snapshot, told),
    ...stepLines(snapshot, told),
    ...fileLines(snapshot, told),
    ...(snapshot.last_command === null ? [] : [commandLine(snapshot.last_command, told)]),
    ...(context.reason === 'startup' ? [] : recentLines(snapshot, told)),
    ...replyLines(snapshot, told),
    ...factLines(snapshot, told, context.known),
    ...commitLines(snapshot, told),
    ...gitLines(snapshot, told, context),
    ...saidLines(snapshot, told, context.known),
  ];
  const section = { heading: () => headingOf(anchor, context.reason), lines };
  const cap = { tokens: limits.snapshotTokens, chars: limits.snapshotTokens * 4 };
  return fitted([section], cap, sectionsText)[0] ?? { ...section, lines: [] };
}

interface Told {
  readonly id: string;
  readonly agent: string;
}

function headingOf(anchor: BriefAnchor, reason: BriefReason): string {
  const branch = anchor.branch === null ? '' : `, branch ${cut(clean(anchor.branch), 80)}`;
  const agent = anchor.agent === null ? '' : `${cut(clean(anchor.agent), 40)}, `;
  const of = `session ${shortId(anchor.session_id)} (${agent}last activity ${utcMinute(anchor.at)}${branch})`;
  return reason === 'compact' ? `## This session before its compaction: ${of}` : `## Where the work stopped: ${of}`;
}

function askLines(snapshot: Snapshot, told: Told): readonly Line[] {
  const earlier = snapshot.earlier_asks.map((quote, place) =>
    line(
      told.id,
      `${place === 0 ? 'Asked first' : 'Asked later'} [${utcMinute(quote.at)}] user: "${clean(quote.text)}"`,
      {
        why: 'an earlier ask the last one may follow up',
        keep: place === 0 ? 66 : 44,
      },
    ),
  );
  if (snapshot.ask === null) return earlier;
  const at = snapshot.ask_at === null ? '' : ` [${utcMinute(snapshot.ask_at)}]`;
  const unanswered = snapshot.ask_at !== null && (snapshot.last_reply?.at ?? 0) < snapshot.ask_at;
  const label = `${earlier.length === 0 ? 'Asked' : 'Asked last'}${unanswered ? ', no reply yet' : ''}`;
  return [...earlier, line(told.id, `${label}${at} user: "${clean(snapshot.ask)}"`, { why: 'the ask', keep: 90 })];
}

function taskLines(snapshot: Snapshot, told: Told): readonly Line[] {
  const { pending_tasks: pending, tasks_done: done } = snapshot;
  if (pending.length === 0) {
    if (done === 0) return [];
    return [line(told.id, `Plan: all ${done} tasks done`, { why: 'plan', keep: 40 })];
  }
  const ordered = [...pending].sort((a, b) => Number(b.status === 'in_progress') - Number(a.status === 'in_progress'));
  const hidden = pending.length > mostTasks ? `, the first ${mostTasks} here` : '';
  return [
    line(told.id, `Plan: ${done} of ${done + pending.length} tasks done, ${pending.length} open${hidden}`, {
      why: 'plan',
      keep: 63,
    }),
    ...ordered.slice(0, mostTasks).map((task, place) =>
      line(task.id, `Task ${task.status === 'open' ? 'open' : 'in progress'}: ${cut(clean(task.description), 160)}`, {
        why: 'open task',
        keep: place < 3 ? 62 : 52 - place / 100,
      }),
    ),
  ];
}

/** A next step that is a task already stands among the tasks. */
function stepLines(snapshot: Snapshot, told: Told): readonly Line[] {
  const step = snapshot.next_step;
  if (step === null || snapshot.pending_tasks.length > 0) return [];
  return [line(told.id, `Next step, as ${told.agent} put it: "${clean(step)}"`, { why: 'next step', keep: 72 })];
}

function fileLines(snapshot: Snapshot, told: Told): readonly Line[] {
  const { files_in_flight: files, files_total: total } = snapshot;
  return files.map((file, place) => {
    const rest = place === files.length - 1 && total > files.length ? `; ${total - files.length} more files` : '';
    return line(told.id, `Not committed: ${fileText(file)}${rest}`, {
      why: 'file in flight',
      keep: place < 4 ? 64 : 36 - place / 100,
    });
  });
}

function fileText(file: SnapshotFile): string {
  const path = cutStart(clean(file.path), 120);
  const sizes = [
    ...(file.added === null ? [] : [`+${file.added}`]),
    ...(file.removed === null ? [] : [`-${file.removed}`]),
  ].join(' ');
  const kind = { add: 'new', modify: 'changed', delete: 'deleted', rename: 'renamed' }[file.kind];
  return `${path} (${kind}${sizes === '' ? '' : ` ${sizes}`}, ${utcMinute(file.at)})`;
}

function commandLine(command: SnapshotCommand, told: Told): Line {
  const exit = command.exit_code === null ? '' : `, exit ${command.exit_code}`;
  const failed = command.error !== null || (command.exit_code !== null && command.exit_code !== 0);
  const how = failed ? 'Last failed command' : 'Last command';
  const error = command.error === null ? '' : `; error line: "${cut(clean(command.error), 200)}"`;
  const text = `${how} [${utcMinute(command.at)}${exit}]: \`${cut(clean(command.command), 140)}\`${error}`;
  return line(told.id, text, { why: 'last command', keep: failed ? 74 : 42 });
}

/** What was in hand: the first to go when room is short. */
function recentLines(
  { recent_work: { files, commands, names }, files_in_flight }: Snapshot,
  told: Told,
): readonly Line[] {
  const inFlight = new Set(files_in_flight.map(({ path }) => path));
  const opened = files.filter((path) => !inFlight.has(path)).map((path) => cutStart(clean(path), 80));
  const ran = commands.map((command) => `\`${clean(command)}\``);
  const about = (label: string, items: readonly string[], keep: number) =>
    inLines(items).map((text, place) =>
      line(told.id, `${label}: ${text}`, { why: 'in hand last', keep: keep - place / 10 }),
    );
  return [
    ...about('Opened lately', opened, 33),
    ...about('Ran lately', ran, 32),
    ...about('Names in hand', names.map(clean), 31),
  ];
}

const listUnits = 360;

/** A list as texts that each fit into one line. */
function inLines(items: readonly string[]): readonly string[] {
  const texts: string[] = [];
  for (const item of items) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + item.length + 2 <= listUnits) texts[texts.length - 1] = `${last}, ${item}`;
    else texts.push(item);
  }
  return texts;
}

function replyLines(snapshot: Snapshot, told: Told): readonly Line[] {
  const reply = snapshot.last_reply;
  const lines = snapshot.open_questions.map((question) =>
    line(told.id, `Not answered yet, ${told.agent} asked: "${clean(question)}"`, { why: 'open question', keep: 55 }),
  );
  if (reply === null) return lines;
  const text = `Last words [${utcMinute(reply.at)}] ${told.agent}: "${clean(reply.text)}"`;
  return [line(told.id, text, { why: 'what the agent reported last', keep: 65 }), ...lines];
}

function factLines(snapshot: Snapshot, told: Told, known: readonly string[]): readonly Line[] {
  return Object.entries(snapshot.critical_facts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, value]) => {
      const text = notIn(known, key, valueText(value));
      return text === '' ? [] : [`Fact: ${cut(clean(key), 80)}: ${cut(clean(text), 200)}`];
    })
    .slice(0, mostFacts)
    .map((text) => line(told.id, text, { why: 'critical fact of the session', keep: 68 }));
}

function commitLines(snapshot: Snapshot, told: Told): readonly Line[] {
  return snapshot.commits.map((commit, place) =>
    line(
      told.id,
      `Committed [${utcMinute(commit.at)}] ${clean(commit.sha.slice(0, 8))}: ${cut(clean(commit.subject), 100)}`,
      {
        why: 'commit of the session',
        keep: place === 0 ? 48 : 34 - place,
      },
    ),
  );
}

function gitLines(snapshot: Snapshot, told: Told, context: AnchorContext): readonly Line[] {
  const { git } = snapshot;
  if (git === null) return [];
  const parts = [
    `${git.branch === null ? 'no branch' : `branch ${cut(clean(git.branch), 80)}`}${git.head === null ? '' : ` at ${clean(git.head.slice(0, 8))}`}`,
    ...(git.upstream === null ? [] : [`${git.ahead} ahead and ${git.behind} behind ${cut(clean(git.upstream), 80)}`]),
    ...(git.staged > 0 ? [`${git.staged} staged`] : []),
    ...(git.unstaged > 0 ? [`${git.unstaged} changed`] : []),
    ...(git.untracked > 0 ? [`${git.untracked} untracked`] : []),
    ...(git.stash > 0 ? [`${git.stash} stashed`] : []),
  ];
  const listed = new Set(snapshot.files_in_flight.map((file) => file.path));
  const others = git.paths.filter((path) => !listed.has(path)).slice(0, mostPaths);
  const also = others.length === 0 ? '' : `; also dirty: ${others.map((path) => cutStart(clean(path), 60)).join(', ')}`;
  return [
    line(told.id, `${context.git === 'then' ? 'Git then' : 'Git now'}: ${parts.join(', ')}${also}`, {
      why: 'state of the work tree',
      keep: 45,
    }),
  ];
}

function saidLines(snapshot: Snapshot, told: Told, known: readonly string[]): readonly Line[] {
  return snapshot.said
    .filter((said) => notIn(known, '', said.text) !== '')
    .map((said) =>
      line(told.id, `Said [${utcMinute(said.at)}] ${clean(said.by)}: "${clean(said.text)}"`, {
        why: 'said by a human',
        keep: 20,
      }),
    );
}
