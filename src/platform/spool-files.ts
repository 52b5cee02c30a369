import fs from 'node:fs';
import { join } from 'node:path';
import { isMissing, ownDirectory, writeAtomic } from './files.ts';
import { randomHex } from './random.ts';

export interface SpoolEntry {
  readonly name: string;
  readonly mtimeNs: bigint;
  readonly size: number;
}

/** Makes the spool and its place for files that cannot be read. */
export function ownSpool(directory: string): void {
  ownDirectory(directory);
  ownDirectory(join(directory, 'bad'));
}

/** Complete event files, oldest first. */
export function spoolEntries(directory: string): SpoolEntry[] {
  const names = namesIn(directory).filter((name) => name.endsWith('.evt'));
  return names.flatMap((name) => entryOf(directory, name)).sort((a, b) => order(a, b));
}

/** Names of the files of one ending. */
export function filesIn(directory: string, ending: string): string[] {
  return namesIn(directory).filter((name) => name.endsWith(ending));
}

/** Somebody may clean the state directory under a running daemon: then nothing waits. */
function namesIn(directory: string): string[] {
  return fs.existsSync(directory) ? fs.readdirSync(directory) : [];
}

function order(a: SpoolEntry, b: SpoolEntry): number {
  if (a.mtimeNs !== b.mtimeNs) return a.mtimeNs < b.mtimeNs ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

function entryOf(directory: string, name: string): SpoolEntry[] {
  const info = fs.statSync(join(directory, name), { bigint: true, throwIfNoEntry: false });
  return info?.isFile() ? [{ name, mtimeNs: info.mtimeNs, size: Number(info.size) }] : [];
}

/** The bytes of an event file; undefined when it is gone. */
export function readSpoolFile(directory: string, name: string): Uint8Array | undefined {
  try {
    return fs.readFileSync(join(directory, name));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function deleteSpoolFile(directory: string, name: string): void {
  try {
    fs.unlinkSync(join(directory, name));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Takes everything out of a file, which stays; anything else than a file is left alone. */
export function emptyFile(path: string): void {
  const info = fs.lstatSync(path, { throwIfNoEntry: false });
  if (info?.isFile() && info.size > 0) fs.truncateSync(path);
}

/** Moves a file that cannot be taken in where status shows it, as what `redact` makes of its text; unreadable as it is. */
export function setAsideSpoolFile(directory: string, name: string, redact: (text: string) => string): void {
  ownDirectory(join(directory, 'bad'));
  const text = readable(directory, name);
  if (text !== undefined) writeAtomic(join(directory, 'bad', name), redact(text));
  else if (fs.existsSync(join(directory, name))) fs.renameSync(join(directory, name), join(directory, 'bad', name));
  deleteSpoolFile(directory, name);
}

function readable(directory: string, name: string): string | undefined {
  try {
    return fs.readFileSync(join(directory, name), 'utf8');
  } catch {
    return undefined; // being unreadable may be why it is set aside
  }
}

/** Writes an event as the hooks do: complete or not there. */
export function writeSpoolFile(directory: string, id: string, bytes: Uint8Array): string {
  const name = `${id}-0.evt`;
  if (!fs.existsSync(join(directory, name))) writeAtomic(join(directory, name), bytes);
  return name;
}

/** Removes what hooks killed in the middle left behind. Times in milliseconds. */
export function sweepTemporary(directory: string, now: number, olderThanMs: number): number {
  let swept = 0;
  for (const name of namesIn(directory).filter((each) => each.endsWith('.tmp'))) {
    const info = fs.statSync(join(directory, name), { throwIfNoEntry: false });
    if (!info || now - info.mtimeMs < olderThanMs) continue;
    fs.rmSync(join(directory, name), { force: true });
    swept += 1;
  }
  return swept;
}

/** Keeps a directory of leftovers small: files past an age go, and of the rest all but the newest. Returns how many went. */
export function sweepLeftovers(directory: string, kept: { now: number; olderThanMs: number; most: number }): number {
  const files = namesIn(directory).flatMap((name) => {
    const info = fs.statSync(join(directory, name), { throwIfNoEntry: false });
    return info?.isFile() ? [{ name, at: info.mtimeMs }] : [];
  });
  const newest = files.sort((a, b) => b.at - a.at);
  const gone = newest.filter(({ at }, i) => i >= kept.most || kept.now - at > kept.olderThanMs);
  for (const { name } of gone) fs.rmSync(join(directory, name), { force: true });
  return gone.length;
}

/** Says to the hooks whether the spool is full: tool events are then dropped, the others still written. */
export function markFull(directory: string, state: 'full' | 'open'): void {
  const mark = join(directory, '.full');
  if (state === 'full') fs.writeFileSync(mark, '', { mode: 0o600 });
  else fs.rmSync(mark, { force: true });
}

export function countBad(directory: string): number {
  return namesIn(join(directory, 'bad')).length;
}

/** Calls back when something changes in a directory. Only a hint: whoever relies on it looks again by itself. */
export function watchDirectory(directory: string, onChange: () => void): { close: () => void } {
  try {
    const watcher = fs.watch(directory, { persistent: false }, onChange);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return { close: () => undefined }; // no watch left on this machine: the rescan finds everything
  }
}

/** A random name for a spool file of our own. */
export function spoolName(): string {
  return randomHex(16);
}
