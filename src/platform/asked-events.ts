// Events of repositories of which nobody has said yet whether they are captured, beside the spool: spool/asked/<name>/, with
// the repository's directory in a file `root`.
import fs from 'node:fs';
import { join } from 'node:path';
import { errorCode, ownDirectory, readText, removeIfEmpty, writeAtomic } from './files.ts';
import { removeTree } from './temporary.ts';

export interface AskedRepository {
  readonly root: string;
  readonly events: number;
  /** Time of the oldest, in milliseconds. */
  readonly since: number;
}

const folderOf = (spool: string) => join(spool, 'asked');

/** Puts an event aside under the name of its repository, as what `text` says of it, with the time it had. */
export function keepAsked(
  spool: string,
  event: { readonly name: string; readonly mtimeNs: bigint; readonly text: string },
  { root, folder }: { readonly root: string; readonly folder: string },
): void {
  const directory = join(folderOf(spool), folder);
  for (const each of [folderOf(spool), directory]) ownDirectory(each);
  if (readText(join(directory, 'root')) !== root) writeAtomic(join(directory, 'root'), root);
  writeAtomic(join(directory, event.name), event.text);
  const seconds = Number(event.mtimeNs / 1_000_000n) / 1000;
  fs.utimesSync(join(directory, event.name), seconds, seconds);
  fs.rmSync(join(spool, event.name), { force: true });
}

/** Whether anything is kept at all: one look, for commands that ask at every start. */
export function hasAsked(spool: string): boolean {
  return fs.existsSync(folderOf(spool));
}

export function askedRepositories(spool: string): AskedRepository[] {
  return folders(spool).flatMap((folder) => {
    const root = readText(join(folderOf(spool), folder, 'root'));
    const times = eventsIn(spool, folder).map(({ at }) => at);
    return root === undefined || times.length === 0 ? [] : [{ root, events: times.length, since: Math.min(...times) }];
  });
}

/** Gives the events of a repository back to the spool; how many there were. */
export function releaseAsked(spool: string, folder: string): number {
  const events = eventsIn(spool, folder);
  for (const { path, name } of events) fs.renameSync(path, join(spool, name));
  dropAsked(spool, folder);
  return events.length;
}

/** Throws the events of a repository away. */
export function dropAsked(spool: string, folder: string): void {
  removeTree(join(folderOf(spool), folder));
  if (hasAsked(spool)) removeIfEmpty(folderOf(spool));
}

/** Throws away what nobody has answered for in time. */
export function sweepAsked(spool: string, { now, olderThanMs }: { now: number; olderThanMs: number }): void {
  for (const folder of folders(spool)) {
    const events = eventsIn(spool, folder);
    const old = events.filter(({ at }) => now - at > olderThanMs);
    for (const { path } of old) fs.rmSync(path, { force: true });
    if (old.length === events.length) dropAsked(spool, folder);
  }
}

function eventsIn(spool: string, folder: string): { name: string; path: string; at: number }[] {
  const directory = join(folderOf(spool), folder);
  return namesIn(directory)
    .filter((name) => name.endsWith('.evt'))
    .flatMap((name) => {
      const path = join(directory, name);
      const info = fs.statSync(path, { throwIfNoEntry: false });
      return info ? [{ name, path, at: info.mtimeMs }] : [];
    });
}

function folders(spool: string): string[] {
  return namesIn(folderOf(spool));
}

function namesIn(directory: string): string[] {
  try {
    return fs.readdirSync(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
