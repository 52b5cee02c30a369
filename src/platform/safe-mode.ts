import fs from 'node:fs';
import { join } from 'node:path';

/** How a place of ours departs from what it should be. */
export type Unsafe = 'link' | 'foreign' | 'open';

/** Looks whether a place is no link, belongs to this account and is closed to others; undefined when it is, or is not there. */
export function unsafeMode(path: string): Unsafe | undefined {
  const info = fs.lstatSync(path, { throwIfNoEntry: false });
  if (!info) return undefined;
  if (info.isSymbolicLink()) return 'link';
  const uid = process.getuid?.();
  if (uid !== undefined && info.uid !== uid) return 'foreign';
  return (info.mode & 0o077) === 0 ? undefined : 'open';
}

/** Takes the rights of everybody else away. */
export function closeToOthers(path: string): void {
  fs.chmodSync(path, fs.lstatSync(path).mode & 0o700);
}

/** Where a link leads. */
export function linkTarget(path: string): string {
  return fs.readlinkSync(path);
}

/** Names in a directory; none when it cannot be read. */
export function namesIn(directory: string): string[] {
  try {
    return fs.readdirSync(directory).sort();
  } catch {
    return []; // not there, or not ours: whoever looks at modes says so
  }
}

/** How far the clock by which files are dated is from another, in milliseconds. now: that other clock. */
export function fileClockSkew(directory: string, now: () => number): number {
  const probe = join(directory, `.clock-${process.pid}`);
  try {
    fs.writeFileSync(probe, '', { mode: 0o600 });
    return fs.statSync(probe).mtimeMs - now();
  } finally {
    fs.rmSync(probe, { force: true });
  }
}
