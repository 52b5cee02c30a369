import { resolve } from 'node:path';
import { transcriptAgents } from '../../core/words.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { printImported, printPlanned } from '../imported.ts';
import { list, oneOf } from '../input.ts';
import { momentBefore } from '../when.ts';

interface ImportOptions {
  readonly agents?: readonly string[];
  readonly path?: readonly string[];
  readonly since?: string;
  readonly dryRun?: boolean;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('import')
    .description('Take in the transcripts that are already there. Doing it again adds nothing.')
    .option('--agents <a,b>', 'only these agents', list)
    .option('--path <path>', 'this file or directory, whatever project its files name; may be repeated', addPath)
    .option('--since <when>', 'nothing older: 90d, 2026-01-31')
    .option('--dry-run', 'count what would come in, take in nothing')
    .action(bind(importTranscripts));
  withExamples(command, [
    'prsist import',
    'prsist import --agents codex --since 90d',
    'prsist import --path ~/old-transcripts --dry-run',
  ]);
};

async function importTranscripts(cli: Cli, options: ImportOptions): Promise<number> {
  const started = await cli.client.call('capture.import', {
    agents: options.agents?.map((agent) => oneOf(transcriptAgents, agent, '--agents')),
    paths: options.path?.map((path) => resolve(cli.cwd, path)),
    since: options.since === undefined ? undefined : momentBefore(options.since, cli.now(), '--since'),
    dry_run: options.dryRun ?? false,
  });
  const job = await follow(cli, started);
  if (job === 130) return job;
  cli.answer(job, () => (options.dryRun ? printPlanned : printImported)(cli.print, job.result ?? {}));
  return 0;
}

/** Unlike other lists not cut at commas: a path may hold one. */
function addPath(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}
