// opencode's SQLite file: every session in it is a transcript of its own, under the name `<file>#<session id>`.
import type { JsonValue } from '../../../core/captured.ts';
import { limits } from '../../../core/limits.ts';
import { type Others, readOthers } from '../../../store/others.ts';
import { asObject, shortHash } from '../adapters/json-reading.ts';
import { parsed } from '../transcript-head.ts';
import { entryLine, type Form, type FormLine, keepPresent, type ReadSoFar } from './form.ts';
import { type MessageMark, messageData, messageMarks, partData, sessionRow, worktreeOf } from './opencode-queries.ts';
import { sessionPath } from './session-sources.ts';

/** One session of a database: the session itself, then its messages with their parts, in the form of an export. */
export const opencodeDatabase: Form = { name: 'database', lines: readSession };

/** Messages that are read at a time, in bytes: so long the daemon does nothing else. */
const portionBytes = 1024 * 1024;

async function* readSession(path: string, soFar: ReadSoFar): AsyncGenerator<FormLine> {
  const { file, session } = sessionPath(path) ?? { file: path, session: '' };
  const { head, messages } = readOthers(file, (db) => ({
    head: sessionHead(db, session),
    messages: db.all(messageMarks, { session }),
  }));
  if (head === undefined) return;
  const text = JSON.stringify(head);
  const present = messages.map(({ id }) => id);
  const marked = messages.map((message, at) => ({ ...message, mark: markOf(message), ordinal: at + 1 }));
  keepPresent(soFar.marks, new Set([shortHash(text), ...marked.map(({ mark }) => mark)]));
  const known = new Set(soFar.marks);
  // only with what the session says: it is read again when that changes, not with every message
  if (!known.has(shortHash(text))) yield entryLine(JSON.stringify({ ...head, present }), 0, shortHash(text));
  for (const portion of portions(marked.filter(({ mark }) => !known.has(mark)))) {
    yield* readOthers(file, (db) => portion.map((message) => messageLine(db, message)));
  }
}

function markOf({ id, updated, parts }: MessageMark): string {
  return shortHash(`${id} ${updated} ${parts}`);
}

function* portions<M extends MessageMark>(messages: readonly M[]): Generator<M[]> {
  let portion: M[] = [];
  let bytes = 0;
  for (const message of messages) {
    portion.push(message);
    bytes += message.bytes;
    if (bytes < portionBytes) continue;
    yield portion;
    portion = [];
    bytes = 0;
  }
  if (portion.length > 0) yield portion;
}

function messageLine(
  db: Others,
  { id, bytes, mark, ordinal }: MessageMark & { mark: string; ordinal: number },
): FormLine {
  if (bytes > limits.transcriptLineBytes) return { ...entryLine('', ordinal, mark), tooLong: true };
  const row = db.one(messageData, { id });
  const parts = db.all(partData, { message: id }).map((part) => ({ ...dataOf(part.data), id: part.id }));
  const { time, ...info } = dataOf(row?.data ?? '');
  const created = { created: row?.created ?? 0, ...asObject(time) };
  return entryLine(JSON.stringify({ info: { ...info, id, time: created }, parts }), ordinal, mark);
}

function dataOf(data: string): { readonly [name: string]: JsonValue } {
  return asObject(parsed(data)) ?? {};
}

/** A session's row in the names of an export. */
function sessionHead(db: Others, id: string): { readonly [name: string]: JsonValue } | undefined {
  const row = db.one(sessionRow, { id });
  if (row === undefined) return undefined;
  const project = textOf(row['project_id']);
  const revert = parsed(textOf(row['revert']) ?? '');
  return {
    info: {
      ...{ id, projectID: project ?? null, parentID: textOf(row['parent_id']) ?? null },
      directory: textOf(row['directory']) ?? directoryOf(db, project),
      ...{ title: textOf(row['title']) ?? null, version: textOf(row['version']) ?? null, revert: revert ?? null },
      time: { created: numberOf(row['time_created']) },
    },
    messages: [],
  };
}

/** The project named `global` is that of every directory: its work tree says nothing. */
function directoryOf(db: Others, project: string | undefined): string | null {
  if (project === undefined || project === 'global') return null;
  return db.one(worktreeOf, { id: project })?.worktree ?? null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
