import type { Command } from 'commander';
import { type Bind, type Cli, projectOf } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { printResult } from '../result.ts';
import { oneLine } from '../text.ts';

/** Adds what changes a project as a whole. */
export function addChanges(parent: Command, bind: Bind): void {
  const renames = parent
    .command('rename')
    .description('Give the project of this directory, or of --project, another name.')
    .argument('<name>')
    .action(bind(rename));
  withExamples(renames, ['prsist project rename shop', 'prsist project rename shop --project 019a3985']);
  const links = parent
    .command('link')
    .description(
      'Join another project with this one: its records, directories and id become this one’s. Its database stays.',
    )
    .argument('<id|name|dir>', 'the other project')
    .option('--undo', 'part them again: the other goes on with its own database')
    .action(bind(link));
  withExamples(links, [
    'prsist project link --undo 019a3985',
    'prsist project link 019a3985',
    'prsist project link ~/src/shop-old',
  ]);
  const removes = parent
    .command('remove')
    .description('Stop working with a project: its agents are not listened to any more. Its memory stays.')
    .argument('<id|name|dir>')
    .option('--drop-store', 'remove its database as well; a last copy of it is kept')
    .option('--undo', 'take a removed project back')
    .action(bind(remove));
  withExamples(removes, [
    'prsist project remove old-shop',
    'prsist project remove --undo old-shop',
    'prsist project remove old-shop --drop-store',
  ]);
}

async function rename(cli: Cli, name: string): Promise<void> {
  const { project_id } = await cli.client.call('project.show', {});
  const reply = await cli.client.call('project.rename', { project: project_id, name });
  cli.answer(reply, () => cli.print.line(`${oneLine(reply.before)} is ${oneLine(reply.name)} now`));
  cli.print.note(`undo: prsist project rename ${oneLine(reply.before)} --project ${project_id}`);
}

async function link(cli: Cli, other: string, { undo }: { readonly undo?: boolean }): Promise<number> {
  const { project_id } = await cli.client.call('project.show', {});
  const job = await follow(
    cli,
    await cli.client.call('project.link', {
      project: project_id,
      other: undo ? other : projectOf(other, cli.cwd),
      undo: undo ?? false,
    }),
  );
  if (job === 130) return job;
  cli.answer(job, () => printResult(cli.print, job.result ?? {}));
  if (!undo) {
    cli.print.note(`undo: prsist project link --undo ${oneLine(String(job.result?.linked))}`);
    const { backup } = job.result ?? {};
    if (typeof backup === 'string') {
      cli.print.note(`and, to take its records out again: prsist restore ${oneLine(backup)}`);
    }
  }
  return 0;
}

interface RemoveOptions {
  readonly dropStore?: boolean;
  readonly undo?: boolean;
}

async function remove(cli: Cli, asked: string, { dropStore, undo }: RemoveOptions): Promise<number> {
  const input = { project: projectOf(asked, cli.cwd), keep_store: !dropStore, undo: undo ?? false };
  const job = await follow(cli, await cli.client.call('project.remove', input));
  if (job === 130) return job;
  const result = job.result ?? {};
  cli.answer(job, () => printResult(cli.print, result));
  if (undo) return 0;
  const id = oneLine(String(result.project_id));
  if (dropStore)
    cli.print.note(
      `undo: prsist init in its directory, then prsist restore <the newest in ${oneLine(String(result.backups))}>`,
    );
  else cli.print.note(`undo: prsist project remove --undo ${id}`);
  return 0;
}
