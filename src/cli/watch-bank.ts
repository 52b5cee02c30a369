import { followJob } from '../client/job.ts';
import { errorTable, PrsistError } from '../core/errors.ts';
import { watchDirectory } from '../platform/watch.ts';
import { type BankChange, bankResult, printBank } from './bank-report.ts';
import type { Cli } from './cli.ts';
import { oneLine } from './text.ts';

const memoryMs = 2_000;
const quietMs = 300;

/**
 * Keeps a directory and the memory bank the same until Ctrl-C: at once when a file changes, every two seconds for what
 * changes in memory. A daemon that is away is told once and asked again. Returns 0; throws what no repeat can help.
 */
export async function watchBank(cli: Cli, directory: string): Promise<number> {
  const { signalled, release } = cli.interrupted();
  const watching = watchDirectory(directory, quietMs);
  let ended = false;
  const end = signalled.then(() => {
    ended = true;
  });
  const told = teller(cli);
  try {
    await sync(cli, directory, told);
    cli.print.note(`watching ${oneLine(directory)}; Ctrl-C ends it`);
    while (!ended) {
      await Promise.race([end, watching.changed(memoryMs)]);
      if (!ended) await sync(cli, directory, told, 'patient');
    }
    return 0;
  } finally {
    watching.stop();
    release();
  }
}

type Teller = (changes: readonly BankChange[], trouble?: string) => void;

async function sync(cli: Cli, directory: string, tell: Teller, patience: 'patient' | 'none' = 'none'): Promise<void> {
  try {
    const started = await cli.client.call('bank.sync', { directory });
    const job = await followJob(cli.client, started.job_id, { pollMs: 10_000 });
    if (job === 'interrupted') return;
    if (job.state === 'failed')
      throw new PrsistError('file/unreadable', job.error?.message ?? 'the bank cannot be read');
    if (cli.options.json && bankResult(job).changes.length > 0) cli.print.json(job.result);
    tell(bankResult(job).changes);
  } catch (error) {
    if (patience === 'none' || !(error instanceof PrsistError) || !isPassing(error)) throw error;
    tell([], error.message);
  }
}

/** What goes by: the daemon restarts and forgets its jobs, the disk is full, the directory is away for a moment. */
function isPassing({ code }: PrsistError): boolean {
  return errorTable[code].retry || code === 'job/not-found' || code === 'file/unreadable';
}

/** Says everything once: what stays as it was is no news. */
function teller(cli: Cli): Teller {
  let before = new Set<string>();
  let troubleBefore = '';
  return (changes, trouble = '') => {
    if (trouble !== '' && trouble !== troubleBefore) cli.print.warn(`waiting: ${oneLine(trouble)}`);
    if (trouble === '' && troubleBefore !== '') cli.print.note('going on');
    troubleBefore = trouble;
    if (trouble !== '') return;
    const fresh = changes.filter((change) => !before.has(JSON.stringify(change)) || isDone(change));
    before = new Set(changes.map((change) => JSON.stringify(change)));
    if (!cli.options.json) printBank(cli, fresh, 'done');
  };
}

function isDone({ outcome }: BankChange): boolean {
  return ['imported', 'exported', 'both'].includes(outcome);
}
