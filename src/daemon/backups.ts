import { basename, join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { freeBytes, ownDirectory, removeFile } from '../platform/files.ts';
import { copyPlainFile, moveFile } from '../platform/swap.ts';
import { fileBytes, filesBelow } from '../platform/walk.ts';
import { closeOwnLogs, copyDatabase, copyDatabaseNow } from '../store/backup.ts';
import type { Connection } from '../store/open.ts';

export type Reason =
  | 'daily'
  | 'asked'
  | 'migration'
  | 'rebuild'
  | 'restore'
  | 'restored'
  | 'link'
  | 'remove'
  | 'erased';

export interface Backup {
  readonly path: string;
  readonly at: number;
  readonly reason: string;
  readonly bytes: number;
}

export interface BackupsParts {
  /** Directory of them all; one below it for each database. */
  readonly directory: string;
  /** How many daily ones of each database are kept, and how many others. */
  readonly keep: () => number;
  readonly clock: () => number;
  readonly breathe: () => Promise<void>;
  readonly failpoint: (name: string) => void;
}

const ofUser = 'user';
const nameForm = /^(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z)-([a-z]+)\.db$/;

/** Copies of the databases, checked before they count, the newest few of each. */
export class Backups {
  readonly #parts: BackupsParts;

  constructor(parts: BackupsParts) {
    this.#parts = parts;
  }

  /** Copies a database while it is used. project: null is the user database. Returns where the copy lies. */
  async make(project: string | null, db: Connection, reason: Reason): Promise<string> {
    const { breathe, failpoint } = this.#parts;
    const { unfinished, path } = this.#names(project, db, reason);
    try {
      await copyDatabase(db, unfinished, { breathe, onHalf: () => failpoint('backup.half') });
    } catch (error) {
      removeFile(unfinished);
      throw error;
    }
    return this.#count(project, unfinished, path);
  }

  /** The same at once, where nothing else may happen meanwhile. */
  makeNow(project: string | null, db: Connection, reason: Reason): string {
    const { unfinished, path } = this.#names(project, db, reason);
    try {
      copyDatabaseNow(db, unfinished);
    } catch (error) {
      removeFile(unfinished);
      throw error;
    }
    return this.#count(project, unfinished, path);
  }

  /** Copies of a database, newest first. */
  list(project: string | null): Backup[] {
    return this.#in(this.#directory(project));
  }

  #in(directory: string): Backup[] {
    const found = filesBelow(directory, (name) => nameForm.test(name));
    return found
      .map(({ path, size }) => ({ path, bytes: size, ...partsOf(path) }))
      .sort((a, b) => b.at - a.at || (a.path < b.path ? 1 : -1));
  }

  /** After an erase: what still holds it is replaced by one copy that does not. */
  async renew(project: string | null, db: Connection): Promise<void> {
    const old = this.list(project);
    if (old.length === 0) return;
    await this.make(project, db, 'erased');
    for (const { path } of old) removeFile(path);
  }

  /** Puts a copy where its database was, as a database that nobody has open: it goes on in a log of its own. */
  putInPlace(backup: Backup, file: string): void {
    const unfinished = `${file}.restoring`;
    removeFile(unfinished);
    copyPlainFile(backup.path, unfinished);
    closeOwnLogs(unfinished);
    moveFile(unfinished, file);
  }

  /** Sets the copies of a database apart, so that it is not brought back by itself. Returns where they lie now. */
  setApart(project: string): string {
    const apart = apartOf(this.#directory(project));
    ownDirectory(apart);
    for (const { path } of this.list(project)) moveFile(path, join(apart, basename(path)));
    return apart;
  }

  /** Removes all copies that were set apart but the last. */
  dropOldApart(project: string): void {
    for (const { path } of this.#in(apartOf(this.#directory(project))).slice(1)) removeFile(path);
  }

  #names(project: string | null, db: Connection, reason: Reason): { unfinished: string; path: string } {
    const directory = this.#directory(project);
    ownDirectory(this.#parts.directory);
    ownDirectory(directory);
    for (const { path } of filesBelow(directory, (name) => name.includes('.unfinished'))) removeFile(path);
    const needed = fileBytes(db.name) + fileBytes(`${db.name}-wal`) + limits.diskLowBytes;
    if (freeBytes(directory) < needed) throw new PrsistError('disk/full', `no room for a backup of ${db.name}`);
    const stamp = new Date(this.#parts.clock()).toISOString().replaceAll(/[:.]/g, '-');
    const path = join(directory, `${stamp}-${reason}.db`);
    return { unfinished: `${path}.unfinished`, path };
  }

  /** The copy counts from here on; the oldest go. */
  #count(project: string | null, unfinished: string, path: string): string {
    moveFile(unfinished, path);
    const daily = (backup: Backup) => backup.reason === 'daily';
    const all = this.list(project);
    // apart: much work in one day must not push out the days before
    for (const kind of [all.filter(daily), all.filter((each) => !daily(each))]) {
      for (const old of kind.slice(Math.max(1, this.#parts.keep()))) removeFile(old.path);
    }
    return path;
  }

  #directory(project: string | null): string {
    return join(this.#parts.directory, project ?? ofUser);
  }
}

/** Where the copies of a database lie that must not bring it back by themselves. */
function apartOf(directory: string): string {
  return `${directory}-removed`;
}

function partsOf(path: string): { at: number; reason: string } {
  const [, stamp = '', reason = ''] = nameForm.exec(basename(path)) ?? [];
  const [day, time = ''] = stamp.split('T');
  const [hours, minutes, seconds, rest] = time.replace('Z', '').split('-');
  return { at: Date.parse(`${day}T${hours}:${minutes}:${seconds}.${rest}Z`), reason };
}
