import type { Cli, Register } from '../cli.ts';
import { confirmed } from '../confirm.ts';
import { withExamples } from '../examples.ts';
import { type Exchanged, exchanged, tellExchange } from '../exchange.ts';
import { follow } from '../follow.ts';
import { list } from '../input.ts';
import { plural, size } from '../print.ts';
import { printResult } from '../result.ts';

export const register: Register = (parent, bind) => {
  const command = parent.command('store').description('The database of this project.');
  const checks = command
    .command('verify')
    .description('Check that the log is whole and the rows agree with it. Exit 1 when they do not.')
    .option('--deep', 'also every stored text and every row')
    .action(bind(verify));
  withExamples(checks, ['prsist store verify', 'prsist store verify --deep']);
  const rebuilds = command
    .command('rebuild')
    .description('Compute every row again from the log. Nothing is lost by it.')
    .option('--tables <a,b>', 'only these tables, or groups of them: entries, sessions, search', list)
    .action(bind(rebuild));
  withExamples(rebuilds, ['prsist store rebuild', 'prsist store rebuild --tables search']);
  const compacts = command
    .command('compact')
    .description(
      'Give unused space back to the disk, and join small packs on the remotes: what the joined ones stand for goes from there a day later.',
    )
    .action(bind(compact));
  withExamples(compacts, ['prsist store compact']);
  const forgets = command
    .command('forget-vectors')
    .description('Drop the vectors of an embedder from every database, once none is set any more.')
    .option('--yes', 'do not ask')
    .action(bind(forgetVectors));
  withExamples(forgets, ['prsist store forget-vectors', 'prsist store forget-vectors --yes']);
  withExamples(command, ['prsist store verify --deep', 'prsist store rebuild']);
};

async function verify(cli: Cli, options: { readonly deep?: boolean }): Promise<number> {
  const job = await follow(cli, await cli.client.call('store.verify', { deep: options.deep ?? false }));
  if (job === 130) return job;
  const problems = Array.isArray(job.result?.problems) ? job.result.problems : [];
  cli.answer(job, () => printResult(cli.print, job.result ?? {}));
  if (problems.length > 0) cli.print.warn('error: the store is damaged\ntry: prsist store rebuild');
  else cli.print.note('no problem found');
  return problems.length > 0 ? 1 : 0;
}

async function rebuild(cli: Cli, options: { readonly tables?: readonly string[] }): Promise<number> {
  const tables = options.tables && [...options.tables];
  const job = await follow(cli, await cli.client.call('store.rebuild', { tables }));
  if (job === 130) return job;
  cli.answer(job, () => printResult(cli.print, job.result ?? {}));
  return 0;
}

async function forgetVectors(cli: Cli, options: { readonly yes?: boolean }): Promise<number> {
  const question = 'Drop every vector? An embedder that is set again is sent every text again.';
  if (!(await confirmed(cli, question, options.yes ?? false, { hint: 'say --yes' }))) {
    cli.print.note('nothing was dropped');
    return 1;
  }
  const job = await follow(cli, await cli.client.call('vectors.forget', {}));
  if (job === 130) return job;
  cli.answer(job, () => cli.print.line(`dropped: vectors of ${plural(Number(job.result?.texts), 'text')}`));
  return 0;
}

async function compact(cli: Cli): Promise<number> {
  const job = await follow(cli, await cli.client.call('store.compact', {}));
  if (job === 130) return job;
  const { bytes_before, bytes_after } = job.result ?? {};
  const exchange = await joinedPacks(cli);
  cli.answer({ ...job, exchange }, () => {
    cli.print.line(`${size(Number(bytes_before))} before, ${size(Number(bytes_after))} now`);
    for (const each of exchange) tellExchange(cli, each);
  });
  return 0;
}

/** Joins small packs with an exchange; none where there is no remote, and one that is away is told and no failure. */
async function joinedPacks(cli: Cli): Promise<readonly Exchanged[]> {
  const { enabled, remotes } = await cli.client.call('sync.status', {});
  if (!enabled || remotes.every(({ state }) => state === 'paused')) return [];
  const job = await follow(cli, await cli.client.call('sync.run', { tidy: true }));
  return job === 130 ? [] : exchanged(job.result);
}
