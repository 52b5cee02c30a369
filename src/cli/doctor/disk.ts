import { PrsistError } from '../../core/errors.ts';
import { type Check, type Finding, manual } from '../../core/finding.ts';
import { freeBytes, requireLocalDisk } from '../../platform/files.ts';
import type { Paths } from '../../platform/paths.ts';
import { fileClockSkew } from '../../platform/safe-mode.ts';
import { exists, fileBytes } from '../../platform/walk.ts';
import { requireWritable } from '../../platform/writable.ts';
import { type Looked, only } from './look.ts';

const leastFree = 64 * 1024 * 1024;
const skewMs = 120_000;

/** Can everything be written, on a disk of this machine with room left, and is its clock right. */
export function diskChecks(paths: Paths, now: () => number): Looked[] {
  const directories = [paths.config, paths.data, paths.state];
  const writable = directories.flatMap((path) =>
    refusal(() => requireWritable(path), 'nothing new can be remembered or taken in'),
  );
  const checks: Check[] = [{ group: 'store', name: 'directories writable', findings: writable }];
  if (!exists(paths.data) || writable.length > 0) return checks.map(only);
  const local = refusal(() => requireLocalDisk(paths.data), 'locks and flushes of a database do not hold there');
  return [
    ...checks,
    { group: 'store' as const, name: 'local disk', findings: local },
    { group: 'store' as const, name: 'disk space', findings: room(paths) },
    { group: 'daemon' as const, name: 'clock', findings: clock(paths, now) },
  ].map(only);
}

function refusal(look: () => void, why: string): Finding[] {
  try {
    look();
    return [];
  } catch (error) {
    if (!(error instanceof PrsistError)) throw error;
    return [manual({ group: 'store', code: error.code, what: error.message, why, fix: error.hint })];
  }
}

function room(paths: Paths): Finding[] {
  const free = freeBytes(paths.data);
  const needed = Math.max(leastFree, fileBytes(paths.userDatabase));
  if (free >= needed) return [];
  const what = `${paths.data} has ${free} bytes left, ${needed} are needed`;
  const why = 'writes are refused before the disk is full, and a backup does not fit';
  return [manual({ group: 'store', code: 'store/disk-space', what, why, fix: `df -h '${paths.data}'` })];
}

function clock(paths: Paths, now: () => number): Finding[] {
  const skew = fileClockSkew(paths.state, now);
  if (Math.abs(skew) < skewMs) return [];
  const what = `files are dated ${Math.round(skew / 1000)} seconds apart from this machine's clock`;
  const why = 'events are put in order by these times';
  return [manual({ group: 'daemon', code: 'daemon/clock', what, why, fix: 'date; timedatectl status' })];
}
