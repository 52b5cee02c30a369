// What tells cheaply that a file is as it was: one stat. Several files are read at once, few enough for slow disks.
import fs from 'node:fs';
import { dirname, sep } from 'node:path';
import { readText } from './files.ts';
import { requireNotHeld } from './held-files.ts';

export interface FileStamp {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

/** A file's stamp; undefined when there is none, it is no regular file, or it is not ours to look at. */
export function fileStamp(path: string): FileStamp | undefined {
  try {
    const info = fs.statSync(path, { throwIfNoEntry: false });
    // as it is: hundreds are looked at for one answer
    return info?.isFile() ? info : undefined;
  } catch {
    return undefined; // a link that leads to itself, a directory that is not ours
  }
}

/** The stamp of a directory, which changes with the names in it; undefined when there is none. */
export function directoryStamp(path: string): FileStamp | undefined {
  try {
    const info = fs.statSync(path, { throwIfNoEntry: false });
    return info?.isDirectory() ? info : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The directory that would have to change before something stood at a path where nothing stands, the nearest above it that
 * is there; undefined where that cannot be said, since something stands there or a link leads nowhere.
 */
export function whereAbsent(path: string): string | undefined {
  try {
    let at = path;
    while (fs.lstatSync(at, { throwIfNoEntry: false }) === undefined) at = dirname(at);
    return at !== path && fs.statSync(at).isDirectory() ? at : undefined;
  } catch {
    return undefined;
  }
}

/** True when two stamps are of the same bytes, as far as stamps can tell. */
export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.mtimeMs === b.mtimeMs && a.size === b.size && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}

const fineMs = 20;
const coarseMs = 2_000;

/**
 * False for a file that was read so shortly after it was written that a further change could leave the same stamp: file
 * systems round their times, some to two seconds. readAt: milliseconds since 1970 UTC.
 */
export function isTelling({ mtimeMs }: FileStamp, readAt: number): boolean {
  return readAt - mtimeMs > (mtimeMs % 1_000 === 0 ? coarseMs : fineMs);
}

/** True when a path, with every link followed, lies in a directory. */
export function liesIn(directory: string, path: string): boolean {
  try {
    const top = fs.realpathSync.native(directory);
    return fs.realpathSync.native(path).startsWith(top.endsWith(sep) ? top : `${top}${sep}`);
  } catch {
    return false; // gone, or not ours to look at
  }
}

/** The text of a file that others may write at any time; undefined when it is gone or not ours to read. */
export async function readAsText(path: string): Promise<string | undefined> {
  try {
    requireNotHeld(path);
    return (await fs.promises.readFile(path)).toString('utf8');
  } catch {
    return undefined;
  }
}

/** The same at once: for a few small files, which a round through the event loop would take longer than. */
export function readAsTextNow(path: string): string | undefined {
  try {
    return readText(path);
  } catch {
    return undefined;
  }
}

/** Names in a directory; none when it is not there or not ours to read. */
export function namesIn(directory: string): readonly string[] {
  try {
    // most are not there, and an error takes longer than a look
    return directoryStamp(directory) ? fs.readdirSync(directory).sort() : [];
  } catch {
    return [];
  }
}

/** Does some work for each of a list, at most `lanes` at a time; the answers stand in the order of the list. */
export async function inLanes<T, R>(lanes: number, list: readonly T[], work: (each: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < list.length; at = next++) {
      const each = list[at];
      if (each !== undefined) answers[at] = await work(each);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, list.length) }, lane));
  return answers;
}
