import { resolve } from 'node:path';
import { type Cli, projectOf, type Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { given } from '../input.ts';
import { size } from '../print.ts';
import { printResult } from '../result.ts';
import { oneLine } from '../text.ts';
import { relativeTime } from '../when.ts';

interface BackupOptions {
  readonly out?: string;
  readonly list?: boolean;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('backup')
    .description(
      'Copy the database of this project. The copy is checked. The newest seven of the copies made on request, and before a rebuild, a restore or the like, are kept.',
    )
    .option('--out <file>', 'to a new file of your choice, which is yours to keep')
    .option('--list', 'the copies that are there')
    .action(bind(backup));
  withExamples(command, ['prsist backup', 'prsist backup --out ~/shop.prsist.db', 'prsist backup --list']);
};

async function backup(cli: Cli, options: BackupOptions): Promise<number> {
  if (options.list) return list(cli);
  const path = options.out === undefined ? undefined : resolve(cli.cwd, given(options.out, '--out'));
  const job = await follow(cli, await cli.client.call('store.backup', { path }));
  if (job === 130) return job;
  cli.answer(job, () => printResult(cli.print, job.result ?? {}, ['vector']));
  cli.print.note(`put it back: prsist restore ${oneLine(String(job.result?.path))}`);
  return 0;
}

async function list(cli: Cli): Promise<number> {
  const reply = await cli.client.call('store.backups', { project: projectOf(cli.options.project, cli.cwd) });
  cli.answer(reply, ({ items }) => {
    if (items.length === 0) return cli.print.note('no copy yet: prsist backup');
    cli.print.table(
      items.map(({ at, reason, bytes, path }) => [relativeTime(at, cli.now()), reason, size(bytes), oneLine(path)]),
    );
  });
  return 0;
}
