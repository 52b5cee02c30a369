import { join } from 'node:path';
import { openDoorway } from '../../client/doorway.ts';
import { readEndpoint } from '../../client/endpoint.ts';
import { openInBrowser } from '../../platform/browser.ts';
import { atExit, endAsked } from '../../platform/end-signals.ts';
import { removeFile, writeAtomic } from '../../platform/files.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';

interface DocsOptions {
  readonly open: boolean;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('docs')
    .description('The HTTP API in a browser: every operation, to read and to try. The port is open while this runs.')
    .option('--no-open', 'only print the address')
    .action(bind(docs));
  withExamples(command, ['prsist docs', 'prsist docs --no-open']);
};

async function docs(cli: Cli, { open }: DocsOptions): Promise<number> {
  const asked = endAsked();
  await cli.client.call('system.health', {}); // starts the daemon
  const { paths } = cli.client;
  const doorway = await openDoorway(() => readEndpoint(paths.endpoint), '/docs/');
  cli.answer({ success: true, url: doorway.url }, ({ url }) => cli.print.line(url));
  cli.print.note('open while this runs: end it with Ctrl-C');
  const page = join(paths.state, `docs-${process.pid}.html`);
  const callOff = atExit(() => removeFile(page));
  if (open && cli.print.isTerminal) show(cli, page, doorway.url);
  await asked.signalled;
  doorway.close();
  removeFile(page);
  callOff();
  asked.release();
  return 0;
}

/** By a file of ours that leads on: the arguments of a browser are there for every account to read. */
function show(cli: Cli, page: string, url: string): void {
  writeAtomic(
    page,
    `<!doctype html><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${url}">`,
  );
  if (!openInBrowser(page, cli.env)) cli.print.note('no desktop here: open the address yourself');
}
