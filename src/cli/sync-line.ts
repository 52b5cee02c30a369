import type { Reply } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';
import type { Cli } from './cli.ts';
import { plural } from './print.ts';
import { oneLine } from './text.ts';
import { relativeTime } from './when.ts';

export type RemoteState = Reply<Operations['sync.status']>['remotes'][number];

/** How a remote stands, in columns: its name, when it was last reached, what is still to send, what comes next. */
export function syncColumns(cli: Cli, { name, state, last_ok_at, next_at, pending }: RemoteState): string[] {
  const now = cli.now();
  const last = last_ok_at === null ? 'never reached' : `last ${relativeTime(last_ok_at, now)}`;
  const open = pending === 0 ? 'nothing to send' : `${plural(pending, 'record')} to send`;
  const word = cli.print.paint(state === 'stopped' ? 'red' : state === 'waits' ? 'yellow' : 'dim', state);
  const next = next_at === null ? word : `${word}, next in ${inWords(Date.parse(next_at) - now)}`;
  return [oneLine(name), last, open, next];
}

function inWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** What stands in the way of a remote, and what a person may have to know of it. */
export function syncFindings(cli: Cli, { name, error, notes }: RemoteState): void {
  if (error) {
    cli.print.warn(`error: ${oneLine(name)}: ${oneLine(error.message)}`);
    if (error.hint !== '') cli.print.warn(`try: ${oneLine(error.hint)}`);
  }
  for (const note of notes) cli.print.warn(`note: ${oneLine(name)}: ${oneLine(note)}`);
}
