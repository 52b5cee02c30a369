// A disk of one MiB that only one process sees, first full and then only to be read.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { execute } from '../../harness/home.ts';

/** Whether this machine lets anybody have such a disk. */
export const hasNamespaces = (() => {
  try {
    execFileSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

interface Tried {
  /** What is tried, on the disk. */
  readonly url: string;
  /** Where the disk is. */
  readonly top: string;
  /** A directory on another one. */
  readonly desks: string;
}

/** Tries a remote on it, while it fills up and when it can only be read. */
export async function triedOnSmallDisk({ url, top, desks }: Tried): Promise<readonly unknown[]> {
  const call = `"${process.execPath}" "$0" "${url}"`;
  const script = [
    ...[`mount -t tmpfs -o size=1m,mode=700 none "${top}"`, `${call} full "${desks}"`],
    ...[`mount -o remount,ro "${top}"`, `${call} read-only "${desks}"`],
  ].join(' && ');
  const tries = join(import.meta.dirname, 'disk-tries.ts');
  const ran = await execute('unshare', ['-Urm', 'sh', '-c', script, tries], {
    env: { PATH: process.env['PATH'] ?? '' },
  });
  if (ran.exit !== 0 || ran.stderr !== '') throw new Error(`it ended with ${ran.exit}: ${ran.stderr}`);
  const lines = ran.stdout.trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** What comes of it whatever the remote: what fits is there, what does not is told, nothing is half there. */
export const expectedOnSmallDisk = [
  { put: ['created', 'remote/full', 'created'], listed: { 'prsist1/w/k/1.kr': 1, 'prsist1/w/k/3.kr': 1 } },
  { put: 'remote/read-only', deleted: 'remote/read-only', got: ['got'], probe: 'remote/read-only' },
];
