import { PrsistError } from '../core/errors.ts';
import type { Cli } from './cli.ts';

interface Unseen {
  /** What it is that should not happen unseen. */
  readonly why?: string;
  /** What to do where nobody can be asked. */
  readonly hint?: string;
}

/**
 * Asks a person for a yes. yes: it was given on the command line.
 * Throws input/invalid where nobody can be asked.
 */
export async function confirmed(
  cli: Cli,
  question: string,
  yes: boolean,
  { why = 'this cannot be undone', hint = 'look at it with --dry-run, then say --yes' }: Unseen = {},
): Promise<boolean> {
  if (yes) return true;
  const stdin = cli.stdin();
  if (!stdin.isTTY) {
    throw new PrsistError('input/invalid', `there is no terminal to ask at, and ${why}`, { hint });
  }
  cli.print.warn(`${question} [y/N]`);
  for await (const chunk of stdin) return /^\s*y(es)?\s*$/i.test(chunk.toString());
  return false;
}
