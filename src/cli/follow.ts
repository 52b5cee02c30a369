import { followJob, type Job } from '../client/job.ts';
import { errorFromBody, PrsistError } from '../core/errors.ts';
import { monotonic } from '../platform/time.ts';
import type { Cli } from './cli.ts';
import { oneLine } from './text.ts';

const quietMs = 1_000;

/**
 * Waits for a job with progress on stderr, for anything over a second: one line that changes on a terminal, else a line
 * every two seconds. Ctrl-C cancels it. Returns the finished job, or 130. Throws the job's own error.
 */
export async function follow(cli: Cli, started: { readonly job_id: string }): Promise<Job | 130> {
  const begunMs = monotonic();
  const { signalled, release } = cli.interrupted();
  const shown = progressLine(cli);
  try {
    const job = await followJob(cli.client, started.job_id, {
      pollMs: cli.print.isErrorTerminal ? 500 : 2_000,
      interrupted: signalled,
      onProgress: (progress) => {
        if (monotonic() - begunMs > quietMs) shown.show(describe(progress));
      },
    }).catch((error: unknown) => {
      throw isLost(error) ? lost() : error;
    });
    shown.clear();
    if (job === 'interrupted' || job.state === 'cancelled') return cancelled(cli);
    if (job.state === 'failed')
      throw errorFromBody({ hint: '', ...(job.error ?? { code: 'internal', message: 'the job failed' }) });
    return job;
  } finally {
    release();
  }
}

/** The daemon that worked at it is no more: another one knows nothing of it. */
function isLost(error: unknown): boolean {
  return error instanceof PrsistError && error.code === 'job/not-found';
}

function lost(): PrsistError {
  return new PrsistError(
    'job/not-found',
    'the daemon was started anew in the middle of it; what was done until then stays',
    {
      hint: 'give the same command again: it goes on from there',
    },
  );
}

function cancelled(cli: Cli): 130 {
  cli.print.warn('cancelled; what was done until now stays');
  return 130;
}

function progressLine(cli: Cli): { show: (text: string) => void; clear: () => void } {
  if (!cli.print.isErrorTerminal) return { show: (text) => cli.print.note(text), clear: () => undefined };
  let isShown = false;
  return {
    show: (text) => {
      isShown = true;
      cli.print.redraw(text);
    },
    clear: () => {
      if (isShown) cli.print.redraw('');
    },
  };
}

/** "phase reading  files 12/40  messages 800": whatever the job tells, in its order. */
function describe(progress: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(progress)
    .filter(([, value]) => typeof value === 'number' || typeof value === 'string')
    .map(([name, value]) => `${name.replaceAll('_', ' ')} ${oneLine(String(value))}`);
  return parts.length === 0 ? 'working …' : parts.join('  ');
}
