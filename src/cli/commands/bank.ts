import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import { type BankChange, bankResult, printBank } from '../bank-report.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { oneLine } from '../text.ts';
import { watchBank } from '../watch-bank.ts';

type OneTime = 'import' | 'export' | 'sync';

interface BankOptions {
  readonly ours?: boolean;
  readonly theirs?: boolean;
  readonly dryRun?: boolean;
}

const settle =
  'Where both changed the same lines neither is touched and the command ends with 1: --ours takes memory\'s lines, --theirs the file\'s. What a file or a document loses stays in "prsist document history bank:NAME".';

export const register: Register = (parent, bind) => {
  const command = parent
    .command('bank')
    .description(
      'Memory banks: a directory of Markdown files (projectbrief.md, activeContext.md, progress.md, …) and documents that hold the same. Changes of both sides are merged.',
    );
  addOneWay(command, bind, 'import', 'Take changes of the files into memory; no file is written.');
  addOneWay(command, bind, 'export', 'Write changes of memory into the files; no document is changed.');
  addOneWay(
    command,
    bind,
    'sync',
    'Both: take changes of the files into memory, then write those of memory into the files.',
  );
  addWatch(command, bind);
  withExamples(command, ['prsist bank import memory-bank', 'prsist bank watch memory-bank']);
};

function addOneWay(parent: Command, bind: Bind, way: OneTime, does: string): void {
  const command = parent
    .command(way)
    .summary(does)
    .description(`${does} ${settle}`)
    .argument('<dir>')
    .argument('[names...]', 'only these files')
    .option('--ours', "where both changed the same lines, memory's count")
    .option('--theirs', "where both changed the same lines, the file's count")
    .option('--dry-run', 'show what would change')
    .action(
      bind((cli: Cli, dir: string, names: readonly string[], options: BankOptions) =>
        oneWay(cli, way, { dir, names, ...options }),
      ),
    );
  withExamples(command, [
    `prsist bank ${way} memory-bank --dry-run`,
    `prsist bank ${way} memory-bank activeContext.md --${way === 'import' ? 'theirs' : 'ours'}`,
  ]);
}

interface OneWay extends BankOptions {
  readonly dir: string;
  readonly names: readonly string[];
}

async function oneWay(cli: Cli, way: OneTime, { dir, names, ours, theirs, dryRun }: OneWay): Promise<number> {
  if (ours && theirs) throw new PrsistError('input/invalid', 'either --ours or --theirs', { field: '--ours' });
  const directory = resolve(cli.cwd, dir);
  const prefer = ours ? 'ours' : theirs ? 'theirs' : undefined;
  const wanted = { directory, prefer, dry_run: dryRun, ...(names.length > 0 ? { names: [...names] } : {}) } as const;
  const job = await follow(cli, await cli.client.call(`bank.${way}`, wanted));
  if (job === 130) return job;
  const result = bankResult(job);
  cli.answer(job, () => {
    printBank(cli, result.changes, dryRun ? 'planned' : 'done');
    cli.print.line(
      `${result.imported} imported  ${result.exported} exported  ${result.same} the same  ${result.unsettled} unsettled`,
    );
    const [open] = result.changes.filter(isOpen);
    if (open)
      cli.print.note(`settle it with: prsist bank ${way} ${oneLine(dir)} ${oneLine(open.name)} --ours (or --theirs)`);
  });
  return result.unsettled > 0 ? 1 : 0;
}

function isOpen({ outcome }: BankChange): boolean {
  return outcome === 'conflict' || outcome === 'file-removed';
}

function addWatch(parent: Command, bind: Bind): void {
  const command = parent
    .command('watch')
    .summary('Keep directory and memory the same, both ways, until Ctrl-C.')
    .description(
      'Keep directory and memory the same, both ways, until Ctrl-C. What cannot be merged is shown once; settle it with `bank sync`.',
    )
    .argument('<dir>')
    .action(bind((cli: Cli, dir: string) => watchBank(cli, resolve(cli.cwd, dir))));
  withExamples(command, ['prsist bank watch memory-bank']);
}
