import { join } from 'node:path';
import { readText, writeAtomic } from '../../../platform/files.ts';
import { runProgram } from '../../../platform/run.ts';
import { filesIn } from '../../../platform/spool-files.ts';
import { removeTree, temporaryDirectory } from '../../../platform/temporary.ts';
import type { HookForm } from './entries.ts';

/**
 * Runs the hook script as an agent would, in a directory that is thrown away: it must end well, print nothing and leave
 * exactly what it was told in the spool. Says how hooks can be called here: by sh, or by Node where that does not work.
 */
export async function hookFormHere(script: string, path: string | undefined): Promise<HookForm> {
  const directory = temporaryDirectory('prsist-');
  try {
    return (await answersWell(directory, { script, path })) ? 'sh' : 'node';
  } finally {
    removeTree(directory);
  }
}

interface Tested {
  readonly script: string;
  readonly path: string | undefined;
}

async function answersWell(directory: string, { script, path }: Tested): Promise<boolean> {
  writeAtomic(join(directory, 'prsist-hook'), script, 0o700);
  const env = { PATH: path, HOME: directory, PRSIST_HOME: join(directory, "it's here") };
  const body = '{"session_id":"test"}';
  const run = { program: 'sh', args: ['-c', '"$HOME/prsist-hook" doctor Doctor'], cwd: directory, env, input: body };
  const ran = await runProgram({ ...run, timeoutMs: 5_000 }).catch(() => undefined); // there is no sh
  const spool = join(directory, "it's here", 'state', 'spool');
  const [name, second] = filesIn(spool, '.evt');
  if (ran?.status !== 0 || ran.stdout !== '' || name === undefined || second !== undefined) return false;
  const event = readText(join(spool, name)) ?? '';
  return event.startsWith('prsist-event 1\nagent doctor\nevent Doctor\n') && event.endsWith(`\n\n${body}`);
}
