import { readText } from '../platform/files.ts';
import { wait } from '../platform/time.ts';
import type { Cli } from './cli.ts';
import { oneLine } from './text.ts';

const lookMs = 500;
const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** Prints the last lines of the daemon's log. Returns the length of the text seen, for followLog. */
export function printLog(cli: Cli, lines: number): number {
  const text = readText(cli.client.paths.log);
  if (text === undefined) {
    cli.print.note(`no log yet, it will be ${cli.client.paths.log}`);
    return 0;
  }
  for (const line of wholeLines(text).slice(-lines)) print(cli, line);
  return text.lastIndexOf('\n') + 1;
}

/** Prints what is added to the log until Ctrl-C. from: what printLog returned. */
export async function followLog(cli: Cli, from: number): Promise<130> {
  const { signalled, release } = cli.interrupted();
  const stop = signalled.then(() => 'stop' as const);
  try {
    for (let seen = from; ; ) {
      if ((await Promise.race([stop, wait(lookMs)])) === 'stop') return 130;
      const text = readText(cli.client.paths.log) ?? '';
      if (text.length < seen) seen = 0; // a new file was begun
      for (const line of wholeLines(text.slice(seen))) print(cli, line);
      seen += text.slice(seen).lastIndexOf('\n') + 1;
    }
  } finally {
    release();
  }
}

function wholeLines(text: string): readonly string[] {
  return text.split('\n').slice(0, -1);
}

function print(cli: Cli, line: string): void {
  cli.print.line(cli.options.json ? line : (readable(cli, line) ?? oneLine(line)));
}

/** "09:15:00 warn  message  name=value". */
function readable(cli: Cli, line: string): string | undefined {
  const parts = logParts(line);
  return parts && `${parts.at} ${cli.print.paint(parts.style, parts.level.padEnd(5))} ${parts.text}`;
}

export interface LogParts {
  /** "2026-03-04 09:15:00". */
  readonly at: string;
  readonly level: string;
  readonly style: 'red' | 'yellow' | 'dim';
  readonly text: string;
}

/** What a line of the daemon's log says; undefined for anything else. */
export function logParts(line: string): LogParts | undefined {
  try {
    const { level, time, msg = '', pid: _pid, hostname: _hostname, ...rest } = JSON.parse(line);
    const more = Object.entries(rest).map(
      ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    return {
      at: new Date(time).toISOString().slice(0, 19).replace('T', ' '),
      level: levels[level] ?? String(level),
      style: level >= 50 ? 'red' : level >= 40 ? 'yellow' : 'dim',
      text: oneLine([msg, ...more].join('  ')),
    };
  } catch {
    return undefined; // not a line of ours: shown as it is
  }
}
