import { cutParts, headOf, toolExcerpt } from '../../core/excerpt.ts';
import type { Origin } from '../../core/record.ts';
import { trustOf, trustOfSaid } from '../../core/trust.ts';
import type { Applied, Read } from '../../store/record-type.ts';
import type { Findable, Hiding, SearchPart, Showing } from '../findable.ts';
import { callText } from './call-text.ts';
import { commitFindables, commitHidings, commitShowing } from './commit-findable.ts';
import { branchOfMessage, type FoundTask, foundMessage, foundTask, foundTool, sessionTitle } from './queries.ts';
import { type MessageAdd, messageAdd, messageMark, type ToolAdd, taskAdd, taskUpdate, toolAdd } from './records.ts';
import { titleOf } from './wire.ts';

/** Messages, tool calls with their outputs, commits and tasks. */
export const findables: readonly Findable[] = [
  { record: messageAdd.name, parts: messageParts },
  { record: toolAdd.name, parts: toolParts, adds: true },
  ...commitFindables,
  { record: taskAdd.name, parts: taskParts },
  { record: taskUpdate.name, parts: taskParts },
];

/** Rewound messages, commits that became others, and tasks that were given up are not found. */
export const hidings: readonly Hiding[] = [
  { record: messageMark.name, hidden: marked },
  ...commitHidings,
  { record: taskAdd.name, hidden: taskHidden },
  { record: taskUpdate.name, hidden: taskHidden },
];

/** How each of them is shown. */
export const showings: readonly Showing[] = [
  { kind: 'message', text: messageText, heading: () => ({ key: null, title: null }), sessionTitle: titleAt },
  { kind: 'tool', text: toolText, heading: toolHeading },
  commitShowing,
  { kind: 'task', text: taskText, heading: taskHeading },
];

type Fields = Readonly<Record<string, unknown>>;
type Found = Applied<Fields>;

const nothingMore = {
  ...{ layer: null, scope: null, priority: null, path: null, tenant_id: null, user_id: null, agent_id: null },
  ...{ author: null, names: '' },
};

// --- messages ----------------------------------------------------------------------------------------------------

/** Reasoning and notices of the agent's own machinery are kept, but nobody looks for them. */
const saidKinds: ReadonlySet<string> = new Set(['prompt', 'text', 'summary']);

function messageParts(record: Found, tx: Read): readonly SearchPart[] {
  const { ent, origin } = record;
  const row = tx.one(foundMessage, { id: ent });
  // of a message that was written again: the text that counts, which another record may have brought
  const kept = row && row.rec !== record.n ? tx.fields(row.rec) : record.fields;
  const said = kept as unknown as MessageAdd; // only ever records of message.add
  const texts = saidKinds.has(said.kind) ? cutParts(tx.text({ ...said }, 'content')) : [];
  if (texts.length === 0) return [];
  const { session_id, at, agent } = said;
  // where its text was looked at, the row knows already
  const trust = trustOf(origin) === 1 ? (row?.trust ?? 0) : trustOf(origin);
  const about = {
    ...nothingMore,
    ...{ kind: 'message' as const, ent, session_id, at, trust, agent_id: agent ?? null },
    ...{ author: authorOf(said, origin), isHidden: row?.live === 0 },
  };
  return texts.map((text, part) => ({ ...about, part, text }));
}

function authorOf({ author, role, kind, agent }: MessageAdd, origin: Origin): string {
  if (author !== undefined) return author;
  if (role === 'user' && kind === 'prompt') return origin === 'human' ? 'you' : 'user';
  return agent ?? role;
}

function messageText(read: Read, id: string, part: number): string | undefined {
  const row = read.one(foundMessage, { id });
  return row && cutParts(read.text(read.fields(row.rec), 'content'))[part];
}

function titleAt(read: Read, session_id: string): string | null {
  return titleOf(read, read.one(sessionTitle, { session_id }) ?? { session_id, title: null });
}

function marked({ ent, fields }: Found, tx: Read): ReturnType<Hiding['hidden']> {
  const { session_id } = fields as { readonly session_id: string }; // only ever records of message.mark
  const rows = tx.all(branchOfMessage, { session_id, id: ent });
  const messages = rows.map((row) => ({ kind: 'message' as const, ent: row.id, hidden: row.live === 0 }));
  // a call that something tells better has no row any more
  return [...messages, { kind: 'tool', ent, hidden: tx.one(foundTool, { id: ent }) === undefined }];
}

// --- tool calls: part 0 is the call, the others are its output -----------------------------------------------------

function toolParts(record: Found, tx: Read): readonly SearchPart[] {
  const fields = record.fields as unknown as ToolAdd; // only ever records of tool.add
  const about = {
    ...nothingMore,
    ...{ kind: 'tool' as const, ent: record.ent, session_id: fields.session_id, at: fields.at },
    ...{ agent_id: record.actor.agent ?? null, author: record.actor.agent ?? null },
  };
  if (fields.part === 'result') {
    const parts = outputParts(tx, record.fields);
    return parts.map((text, at) => ({ ...about, part: at + 1, text, trust: 0 }));
  }
  const path = fields.files?.join('\n') || null;
  const text = callText(tx, record.fields);
  const trust = trustOfSaid(record.origin, () => text);
  return [{ ...about, part: 0, text, names: fields.tool ?? '', path, trust }];
}

function toolText(read: Read, id: string, part: number): string | undefined {
  const row = read.one(foundTool, { id });
  if (!row) return undefined;
  if (part > 0) return row.result_rec === null ? undefined : outputParts(read, read.fields(row.result_rec))[part - 1];
  const call = read.fields(row.rec);
  return call['part'] === 'call' ? callText(read, call) : undefined;
}

function toolHeading(read: Read, id: string) {
  const row = read.one(foundTool, { id });
  if (!row) return { key: null, title: null };
  const { command } = read.fields(row.rec);
  const first = typeof command === 'string' ? headOf(command.trim().split('\n')[0] ?? '', 100) : '';
  return { key: null, title: [row.tool, first].filter((each) => each !== '').join(': ') || null };
}

function outputParts(read: Read, fields: Fields): readonly string[] {
  return cutParts(toolExcerpt(read.text(fields, 'output')));
}

// --- tasks: as their row stands now ------------------------------------------------------------------------------

function taskParts({ ent, origin }: Found, tx: Read): readonly SearchPart[] {
  const row = tx.one(foundTask, { ent });
  if (!row) return [];
  const about = {
    ...nothingMore,
    ...{ kind: 'task' as const, ent, session_id: row.session_id, at: row.updated_at },
    ...{ priority: row.priority, author: row.agent, agent_id: row.agent, names: row.task_id },
  };
  const texts = taskTexts(row);
  const trust = trustOfSaid(origin, () => texts.join('\n'));
  return texts.map((text, part) => ({ ...about, part, text, trust }));
}

function taskTexts({ description, result }: FoundTask): readonly string[] {
  return cutParts(result ? `${description}\n\n${result}` : description);
}

function taskText(read: Read, ent: string, part: number): string | undefined {
  const row = read.one(foundTask, { ent });
  return row && taskTexts(row)[part];
}

function taskHeading(read: Read, ent: string) {
  const row = read.one(foundTask, { ent });
  if (!row) return { key: null, title: null };
  return { key: row.task_id, title: row.session_id === null ? null : titleAt(read, row.session_id) };
}

function taskHidden({ ent }: Found, tx: Read): ReturnType<Hiding['hidden']> {
  const status = tx.one(foundTask, { ent })?.status;
  return [{ kind: 'task', ent, hidden: status === 'rejected' || status === 'superseded' }];
}
