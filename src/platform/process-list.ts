import fs from 'node:fs';

/**
 * Processes, but this one, that have a certain `NAME=value` in the environment they were started with.
 * Linux only (/proc/<pid>/environ): elsewhere, and for processes of others, nothing is known and none is listed.
 */
export function processesWith(variable: string): readonly number[] {
  return numbersIn('/proc').filter((pid) => pid !== process.pid && environmentOf(pid).includes(variable));
}

function numbersIn(directory: string): readonly number[] {
  try {
    return fs
      .readdirSync(directory)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return []; // no /proc on this system
  }
}

function environmentOf(pid: number): readonly string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // ended meanwhile, or not ours to look at
  }
}
