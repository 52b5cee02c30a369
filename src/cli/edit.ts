import { PrsistError } from '../core/errors.ts';
import { editInTerminal } from '../platform/terminal.ts';
import type { Cli } from './cli.ts';

/**
 * Opens a file in the person's editor (VISUAL, EDITOR, else vi) and waits until it is closed. Throws input/invalid where no
 * editor is named and there is no terminal for vi, file/unreadable when the editor fails.
 */
export async function editFile(cli: Cli, path: string): Promise<void> {
  const named = cli.env['VISUAL'] || cli.env['EDITOR'];
  if (!named && !cli.stdin().isTTY) {
    throw new PrsistError('input/invalid', 'there is no terminal for an editor', {
      hint: `set EDITOR, or change ${path}`,
    });
  }
  const status = await editInTerminal(named || 'vi', path, cli.env);
  if (status !== 0) throw new PrsistError('file/unreadable', `the editor ended with ${status}`, { hint: 'set EDITOR' });
}
