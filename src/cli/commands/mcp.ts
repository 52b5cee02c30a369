import { pathToFileURL } from 'node:url';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';

export const register: Register = (parent, bind) => {
  const command = parent
    .command('mcp')
    .description('Serve the memory to an agent over stdin and stdout (Model Context Protocol), until stdin ends.')
    .action(bind(mcp));
  withExamples(command, ['claude mcp add prsist -- prsist mcp', 'codex mcp add prsist -- prsist mcp']);
};

async function mcp(cli: Cli): Promise<void> {
  // a bundle of its own: no other command pays for the protocol
  const { serve } = await import(pathToFileURL(cli.places.mcp).href);
  await serve({ daemon: cli.places.daemon, project: cli.options.project, cwd: cli.cwd });
}
