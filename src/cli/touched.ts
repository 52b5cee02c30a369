import { dirname } from 'node:path';
import type { Touched } from '../features/system/contract.ts';
import type { Cli } from './cli.ts';
import { cleaned, oneLine } from './text.ts';

/**
 * Prints what was done, or would be, to files. value: `touched` of a job's result. Returns 77 when a file had to be left
 * alone, else 0. With --json nothing is printed, the job was.
 */
export function printTouched(cli: Cli, value: unknown, tense: 'planned' | 'done'): 0 | 77 {
  // the daemon answers by its contract; a result without the list has touched nothing
  const touched = Array.isArray(value) ? (value as readonly Touched[]) : [];
  const refused = touched.filter(({ action }) => action === 'refused');
  if (!cli.options.json) show(cli, touched, tense);
  for (const { note } of touched.filter(({ action }) => action === 'none')) cli.print.note(oneLine(note));
  for (const { path } of refused) cli.print.warn(`left alone: ${oneLine(path)}; add the lines shown by hand`);
  return refused.length > 0 ? 77 : 0;
}

function show(cli: Cli, touched: readonly Touched[], tense: 'planned' | 'done'): void {
  const changed = touched.filter(({ action }) => action !== 'none');
  cli.print.table(changed.map(({ action, path, note }) => [action, tilde(cli, path), oneLine(note)]));
  if (changed.length === 0) cli.print.note('no file needs a change');
  // our own scripts are named, not shown: nobody asked what stood in them before
  const ownFiles = `${dirname(cli.client.paths.bin)}/`;
  for (const { action, path, diff } of changed) {
    if (diff === '' || (tense === 'done' && action !== 'refused') || path.startsWith(ownFiles)) continue;
    cli.print.line('');
    cli.print.line(cli.print.paint('bold', tilde(cli, path)));
    cli.print.line(painted(cli, cleaned(diff).trimEnd()));
  }
}

function painted(cli: Cli, diff: string): string {
  const colours = { '+': 'green', '-': 'red' } as const;
  return diff
    .split('\n')
    .map((line) => {
      const colour = line.startsWith('+') || line.startsWith('-') ? colours[line[0] === '+' ? '+' : '-'] : undefined;
      return colour ? cli.print.paint(colour, line) : line;
    })
    .join('\n');
}

function tilde(cli: Cli, path: string): string {
  const { home } = cli.client.paths;
  return oneLine(path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path);
}
