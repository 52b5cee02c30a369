import { resolve } from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import { transcriptAgents } from '../../core/words.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { printImported, printPlanned } from '../imported.ts';
import { list, oneOf } from '../input.ts';
import { momentBefore } from '../when.ts';
import { importPackage, listPackages, type PackageOptions, undoImport } from './import-package.ts';

interface ImportOptions extends PackageOptions {
  readonly list?: boolean;
  readonly undo?: string;
  readonly agents?: readonly string[];
  readonly path?: readonly string[];
  readonly since?: string;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('import')
    .argument('[package]', 'a memory package, as prsist export makes it; without one, transcripts')
    .description(
      'Take in the transcripts that are already there, or a memory package. Doing it again adds nothing. What a package and\n' +
        'this memory both have, and differ in: smart merges it (an overlap becomes a conflict, yours is shown), ours keeps\n' +
        'yours, theirs replaces it (--undo brings yours back), keep-both adds a copy beside it.',
    )
    .option('--agents <a,b>', 'only these agents', list)
    .option('--path <path>', 'this file or directory, whatever project its files name; may be repeated', addPath)
    .option('--since <when>', 'nothing older: 90d, 2026-01-31')
    .option('--strategy <strategy>', 'of a package: smart (when absent), ours, theirs, keep-both')
    .option('--identity <file>', 'of a package: a key of age that opens it; may be repeated', addPath)
    .option('--dry-run', 'count what would come in, and what each strategy would do; take in nothing')
    .option('--list', 'packages that were taken in, and for whom one is made to be opened here')
    .option('--undo <package>', 'take out again what came with a package, by its id')
    .option('--yes', 'do not ask')
    .action(bind(importAny));
  withExamples(command, [
    'prsist import',
    'prsist import --agents codex --since 90d',
    'prsist import --path ~/old-transcripts --dry-run',
    'prsist import shop-2026-03-04.prsist --dry-run',
    'prsist import shop-2026-03-04.prsist --strategy ours',
    'prsist import --undo 0199aa12',
  ]);
};

async function importAny(cli: Cli, file: string | undefined, options: ImportOptions): Promise<number> {
  const ofTranscripts = [options.agents, options.path, options.since].some((each) => each !== undefined);
  const ofPackages = [options.strategy, options.identity].some((each) => each !== undefined);
  const isOne = [file, options.list, options.undo].filter((each) => each !== undefined).length <= 1;
  const isOther = file !== undefined || options.list || options.undo !== undefined;
  if (!isOne || (isOther && ofTranscripts) || (file === undefined && ofPackages)) {
    throw new PrsistError(
      'input/invalid',
      'transcripts and packages are taken in one at a time, each with its own options',
      {
        hint: 'prsist import <package> --strategy ours, or prsist import --path <transcripts>',
      },
    );
  }
  if (options.list) return listPackages(cli);
  if (options.undo !== undefined) return undoImport(cli, options.undo, options);
  return file === undefined ? importTranscripts(cli, options) : importPackage(cli, file, options);
}

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
