import { pathToFileURL } from 'node:url';
import { PrsistError } from '../../core/errors.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';

export const register: Register = (parent, bind) => {
  const command = parent
    .command('dashboard')
    .description('Look at it all, live, and act on it. ? shows the keys, q leaves.')
    .option('--screen-reader', 'words instead of drawings, for a screen reader (also: INK_SCREEN_READER=true)')
    .action(bind(dashboard));
  withExamples(command, ['prsist dashboard', 'prsist dashboard --project shop', 'prsist dashboard --screen-reader']);
};

async function dashboard(cli: Cli, options: { readonly screenReader?: boolean }): Promise<void> {
  if (!cli.print.isTerminal || cli.stdin().isTTY !== true || cli.options.json) {
    throw new PrsistError('input/invalid', 'the dashboard needs a terminal to draw on and to read keys from', {
      hint: 'prsist status',
    });
  }
  // a bundle of its own: no other command pays for drawing
  const { showDashboard } = await import(pathToFileURL(cli.places.dashboard).href);
  await showDashboard(cli, { speaks: options.screenReader === true || cli.env['INK_SCREEN_READER'] === 'true' });
}
