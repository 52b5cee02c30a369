import fs from 'node:fs';
import { errorCode } from './files.ts';

/**
 * Claims a moment for one of many processes: true for the first, false for those that come within `withinMs` after it.
 * Only a courtesy: where the mark cannot be written, everybody may go ahead. now: milliseconds since 1970.
 */
export function claimMoment(path: string, now: number, withinMs: number): boolean {
  try {
    fs.closeSync(fs.openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') return true;
  }
  const age = now - (fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  if (Math.abs(age) < withinMs) return false;
  fs.utimesSync(path, now / 1000, now / 1000);
  return true;
}
