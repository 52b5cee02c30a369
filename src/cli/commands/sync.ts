import type { Command } from 'commander';
import { pause } from '../../platform/time.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { exchanged, isNews, tellExchange } from '../exchange.ts';
import { follow } from '../follow.ts';
import { plural, size } from '../print.ts';
import { syncColumns, syncFindings } from '../sync-line.ts';
import { oneLine } from '../text.ts';

interface Options {
  readonly remote?: string;
  readonly full?: boolean;
  readonly dryRun?: boolean;
  readonly watch?: boolean;
  readonly wait: boolean;
}

const watchMs = 5_000;

export const register: Register = (parent, bind) => {
  const command = parent
    .command('sync')
    .description(
      'Exchange with your remotes now: take in what your other devices wrote, send what was written here. It happens by itself, too: after changes, and every half hour.',
    )
    .option('--remote <name>', 'only this one')
    .option('--full', 'look at everything that is there, not only at what was announced')
    .option('--dry-run', 'show what would leave this device, by project and kind; send nothing')
    .option('--watch', 'go on until Ctrl-C')
    .option('--wait', 'until it is done; so it is unless --no-wait is given', true)
    .option('--no-wait', 'only begin')
    .action(bind(sync));
  withExamples(command, [
    'prsist sync',
    'prsist sync --dry-run',
    'prsist sync --remote home --watch',
    'prsist sync status',
  ]);
  addStatus(command, bind);
};

function addStatus(parent: Command, bind: Bind): void {
  const command = parent
    .command('status')
    .description('How far each remote is, and what stands in its way. Exit 1 when one waits for you.')
    .action(bind(status));
  withExamples(command, ['prsist sync status', 'prsist sync status --json']);
}

async function sync(cli: Cli, { remote, full = false, dryRun, watch, wait }: Options): Promise<number> {
  if (dryRun) return preview(cli);
  const ask = () => cli.client.call('sync.run', { full, ...(remote === undefined ? {} : { remote }) });
  if (watch) return watching(cli, ask);
  const started = await ask();
  if (!wait) {
    cli.answer(started, () => cli.print.note('begun; prsist sync status tells how it goes'));
    return 0;
  }
  const job = await follow(cli, started);
  if (job === 130) return job;
  const remotes = exchanged(job.result);
  cli.answer(job, () => {
    for (const each of remotes) tellExchange(cli, each);
  });
  return remotes.find(({ error }) => error)?.exit ?? 0;
}

async function watching(cli: Cli, ask: () => Promise<{ readonly job_id: string }>): Promise<number> {
  const { signalled, release } = cli.interrupted();
  let isOver = false;
  void signalled.then(() => {
    isOver = true;
  });
  try {
    for (let isFirst = true; !isOver; isFirst = false) {
      const job = await follow(cli, await ask());
      if (job === 130) return 0;
      for (const each of exchanged(job.result)) if (isFirst || isNews(each)) tellExchange(cli, each);
      await Promise.race([signalled, pause(watchMs)]);
    }
    return 0;
  } finally {
    release();
  }
}

async function preview(cli: Cli): Promise<number> {
  const reply = await cli.client.call('sync.preview', {});
  cli.answer(reply, ({ items, records, bytes }) => {
    if (records === 0) return cli.print.note('nothing here that was not sent yet');
    const rows = items.map((item) => {
      return [
        item.project === null ? 'yours, in all projects' : oneLine(item.project),
        item.kind,
        String(item.records),
        size(item.bytes),
      ];
    });
    cli.print.table(rows);
    cli.print.note(
      `${plural(records, 'record')}, ${size(bytes)} before they are packed and sealed; the remotes cannot read them. Nothing was sent`,
    );
  });
  return 0;
}

async function status(cli: Cli): Promise<number> {
  const reply = await cli.client.call('sync.status', {});
  cli.answer(reply, () => {
    if (!reply.enabled) cli.print.warn('sync is switched off: prsist config set portable_sync.enabled true');
    if (reply.remotes.length === 0) return cli.print.note('no remote: prsist remote add home folder:~/Sync/prsist');
    cli.print.table(reply.remotes.map((remote) => syncColumns(cli, remote)));
    for (const remote of reply.remotes) syncFindings(cli, remote);
    cli.print.note(`${plural(reply.devices, 'device')} share this memory: prsist device list`);
  });
  return reply.remotes.some(({ state }) => state === 'stopped') ? 1 : 0;
}
