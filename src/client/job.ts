import type { Reply } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';
import type { Client } from './call.ts';

export type Job = Reply<Operations['job.show']>;

export interface FollowOptions {
  /** Told what the job reports, each time an answer arrives while it runs. */
  readonly onProgress?: (progress: Readonly<Record<string, unknown>>) => void;
  /** How long one question may wait for the end, at most 10,000. */
  readonly pollMs?: number;
  /** When this resolves, the job is cancelled and 'interrupted' is returned. */
  readonly interrupted?: Promise<void>;
}

/** Waits for a job to end. Returns its last state, or 'interrupted'. A failed job is returned, not thrown. */
export async function followJob(
  client: Client,
  jobId: string,
  options: FollowOptions = {},
): Promise<Job | 'interrupted'> {
  const { onProgress, pollMs = 2_000, interrupted } = options;
  const stop = interrupted?.then(() => 'interrupted' as const);
  for (;;) {
    const poll = client.call('job.show', { job_id: jobId, wait_ms: pollMs });
    const got = await (stop ? Promise.race([poll, stop]) : poll);
    if (got === 'interrupted') {
      await client.call('job.cancel', { job_id: jobId });
      await Promise.allSettled([poll]); // answers as soon as the job has stopped
      return got;
    }
    if (got.state !== 'running') return got;
    onProgress?.(got.progress);
  }
}
