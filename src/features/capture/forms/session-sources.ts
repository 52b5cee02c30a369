// The sessions of opencode's database as sources: each looks as a file of its own would.
import { setImmediate as turn } from 'node:timers/promises';
import { type FoundFile, fileInfo } from '../../../platform/walk.ts';
import { readOthers } from '../../../store/others.ts';
import { allSessions, type SessionMark, sessionMark } from './opencode-queries.ts';

/** The database and the session that a path names; undefined for the path of a file. */
export function sessionPath(path: string): { readonly file: string; readonly session: string } | undefined {
  const [, file, session] = /^(.+)#([A-Za-z0-9_-]{1,128})$/.exec(path) ?? [];
  return file === undefined || session === undefined ? undefined : { file, session };
}

/** True for the first bytes of an SQLite file. */
export function isDatabase(bytes: Buffer): boolean {
  return bytes.subarray(0, 16).toString('latin1') === 'SQLite format 3\0';
}

/** Sessions that are looked at before others have their turn. */
const atOnce = 20;

/**
 * The sessions of a database: size is the number of rows, time that of the last change. Throws file/unreadable.
 */
export async function sessionsIn(file: FoundFile): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const ids = readOthers(file.path, (db) => db.all(allSessions, {})).map(({ id }) => id);
  for (let at = 0; at < ids.length; at += atOnce) {
    const paths = ids.slice(at, at + atOnce).map((id) => `${file.path}#${id}`);
    found.push(...paths.flatMap((path) => sessionInfo(path) ?? []));
    await turn();
  }
  return found;
}

/** Throws file/unreadable for a database that holds no sessions, or cannot be looked into. */
export function requireSessions(file: string): void {
  readOthers(file, (db) => db.all(allSessions, {}));
}

interface Look {
  readonly database: string;
  /** Seen twice with the database unchanged: times of files are too coarse to trust one look. */
  readonly isSettled: boolean;
  readonly found: FoundFile | undefined;
}

/** What was seen last, by path. It is asked for every session every few seconds, and counting rows takes time. */
const looks = new Map<string, Look>();
const mostLooks = 10_000;

/** One session as it is now; undefined when it is not there, or its database is not. Throws file/unreadable. */
export function sessionInfo(path: string): FoundFile | undefined {
  const named = sessionPath(path);
  const file = named && fileInfo(named.file);
  if (!file) return undefined;
  const database = [file, fileInfo(`${file.path}-wal`)].map((each) => `${each?.size} ${each?.mtimeMs}`).join();
  const before = looks.get(path);
  if (before?.isSettled && before.database === database) return before.found;
  const mark = readOthers(file.path, (db) => db.one(sessionMark, { id: named.session }));
  const found = mark && foundOf(path, file.inode, mark);
  if (looks.size >= mostLooks) looks.clear();
  looks.set(path, { database, isSettled: before?.database === database, found });
  return found;
}

function foundOf(path: string, inode: number, { updated, count }: SessionMark): FoundFile {
  return { path, size: count, mtimeMs: updated, inode };
}
