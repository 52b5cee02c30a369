import fs from 'node:fs';
import { dirname } from 'node:path';
import pino from 'pino';
import { limits } from '../core/limits.ts';
import { makeDirectories } from './directories.ts';
import { monotonic, wallClock } from './time.ts';

export type Log = pino.Logger;

export interface LogSettings {
  readonly file: string;
  readonly level: string;
  /** Applied to every line before it is written. */
  readonly redact: (line: string) => string;
}

const collapseAfter = 10;
const minuteMs = 60_000;

/**
 * A log of JSON lines in a file of ours (0600): redacted, turned over at 10 MiB with five kept, the same message more
 * than ten times a minute only counted. A disk that refuses a line is no reason to fail.
 */
export function createLog(settings: LogSettings): Log {
  const file = rotatingFile(settings.file);
  const collapse = collapser();
  const write = (line: string) => {
    const message = /"msg":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? '';
    const { passes, leftOut } = collapse(message);
    for (const [text, count] of leftOut) file.write(settings.redact(leftOutLine(text, count)));
    if (passes) file.write(settings.redact(line));
  };
  return pino({ level: settings.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

/** Lines that were not written are at least told of, once their minute is over. message: as it stands in JSON. */
function leftOutLine(message: string, count: number): string {
  const time = new Date(wallClock()).toISOString();
  return `{"level":30,"time":"${time}","left_out":${count},"msg":"${message}"}\n`;
}

interface Collapsed {
  readonly passes: boolean;
  readonly leftOut: readonly (readonly [message: string, count: number])[];
}

function collapser(): (message: string) => Collapsed {
  let counts = new Map<string, number>();
  let begun = monotonic();
  return (message) => {
    let leftOut: Collapsed['leftOut'] = [];
    if (monotonic() - begun > minuteMs) {
      leftOut = [...counts].flatMap(([text, count]) => (count > collapseAfter ? [[text, count - collapseAfter]] : []));
      counts = new Map();
      begun = monotonic();
    }
    const count = (counts.get(message) ?? 0) + 1;
    if (count > 1 || counts.size < 1000) counts.set(message, count);
    return { passes: count <= collapseAfter, leftOut };
  };
}

function rotatingFile(path: string): { write: (line: string) => void } {
  let handle: number | undefined;
  let size = 0;
  const open = () => {
    makeDirectories(dirname(path));
    handle = fs.openSync(path, 'a', 0o600);
    size = fs.fstatSync(handle).size;
  };
  const close = () => {
    if (handle !== undefined) fs.closeSync(handle);
    handle = undefined;
    size = 0;
  };
  const turnOver = () => {
    close();
    for (let i = limits.logFiles - 1; i >= 1; i -= 1) {
      if (fs.existsSync(`${path}.${i}`)) fs.renameSync(`${path}.${i}`, `${path}.${i + 1}`);
    }
    fs.renameSync(path, `${path}.1`);
    fs.rmSync(`${path}.${limits.logFiles}`, { force: true });
  };
  return {
    write(line) {
      try {
        if (size > limits.logFileBytes) turnOver();
        if (handle === undefined) open();
        if (handle !== undefined) size += fs.writeSync(handle, line);
      } catch {
        close(); // a full disk must not stop the daemon; the next line tries again
      }
    },
  };
}
