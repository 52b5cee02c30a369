import type { Job } from '../client/job.ts';
import type { Cli } from './cli.ts';
import { cleaned, oneLine } from './text.ts';

export interface BankChange {
  readonly name: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly diff?: string;
}

export interface BankResult {
  readonly imported: number;
  readonly exported: number;
  readonly same: number;
  readonly unsettled: number;
  readonly changes: readonly BankChange[];
}

/** What a finished bank job says. */
export function bankResult({ result }: Job): BankResult {
  const nothing = { imported: 0, exported: 0, same: 0, unsettled: 0, changes: [] };
  return { ...nothing, ...result }; // the daemon answers these by its own types
}

const words: Readonly<Record<string, string>> = {
  imported: 'file → memory',
  exported: 'memory → file',
  both: 'merged both ways',
  conflict: 'CONFLICT',
  'file-removed': 'file removed',
  retired: 'retired',
  'held-back': 'not written',
  'changed-meanwhile': 'busy',
  unreadable: 'left out',
};

/** One line for each file that is not the same on both sides; planned: with what would change. Conflicts always show it. */
export function printBank(cli: Cli, changes: readonly BankChange[], tense: 'planned' | 'done'): void {
  for (const { name, outcome, reason, diff } of changes) {
    const colour = outcome === 'conflict' ? 'red' : outcome === 'file-removed' ? 'yellow' : 'green';
    const why = reason === undefined ? '' : `: ${oneLine(reason)}`;
    cli.print.line(`${cli.print.paint(colour, words[outcome] ?? outcome)}  ${oneLine(name)}${why}`);
    if (diff && (tense === 'planned' || outcome === 'conflict')) cli.print.line(cleaned(diff).trimEnd());
  }
}
