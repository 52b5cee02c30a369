import fs from 'node:fs';
import { join } from 'node:path';

export interface FoundFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly inode: number;
}

/** Size, time and identity of a file; undefined when there is none or it is no regular file. */
export function fileInfo(path: string): FoundFile | undefined {
  const info = statOf(path);
  if (!info?.isFile()) return undefined;
  return { path, size: info.size, mtimeMs: Math.round(info.mtimeMs), inode: info.ino };
}

function statOf(path: string): fs.Stats | undefined {
  try {
    return fs.statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // a link that leads to itself, a directory that is not ours: no file for us
  }
}

/** Files below a directory whose name passes, at most `most`, in name order. A directory that cannot be read is passed over. */
export function filesBelow(directory: string, wanted: (name: string) => boolean, most = 100_000): FoundFile[] {
  const found: FoundFile[] = [];
  const open = [directory];
  for (let at = open.pop(); at !== undefined && found.length < most; at = open.pop()) {
    for (const entry of entries(at)) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) open.push(path);
      else if (wanted(entry.name)) found.push(...[fileInfo(path)].filter((info) => info !== undefined));
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1)).slice(0, most);
}

/** Files in a directory itself whose name passes, in name order. */
export function filesIn(directory: string, wanted: (name: string) => boolean): FoundFile[] {
  const names = entries(directory).flatMap((entry) => (wanted(entry.name) ? [entry.name] : []));
  return names.sort().flatMap((name) => fileInfo(join(directory, name)) ?? []);
}

function entries(directory: string): fs.Dirent[] {
  try {
    return fs.readdirSync(directory, { withFileTypes: true });
  } catch {
    return []; // gone, or not ours to read: what can be read still counts
  }
}

/** What stands at a path. */
export function fileKind(path: string): 'file' | 'directory' | 'other' | 'absent' {
  const info = fs.statSync(path, { throwIfNoEntry: false });
  if (!info) return 'absent';
  return info.isDirectory() ? 'directory' : info.isFile() ? 'file' : 'other';
}

/** True when something stands at a path. */
export function exists(path: string): boolean {
  return fileKind(path) !== 'absent';
}

/** Bytes of a file; 0 when there is none. */
export function fileBytes(path: string): number {
  return fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Permission bits of a file; undefined when it is not there. */
export function fileMode(path: string): number | undefined {
  const info = fs.statSync(path, { throwIfNoEntry: false });
  return info && info.mode & 0o777;
}
