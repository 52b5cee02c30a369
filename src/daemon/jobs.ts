import { errorBody, PrsistError } from '../core/errors.ts';

type Json = Readonly<Record<string, unknown>>;

export interface JobView {
  readonly job_id: string;
  readonly name: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly progress: Json;
  readonly result: Json | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface Job {
  view: JobView;
  cancelled: boolean;
  readonly ended: Promise<void>;
  readonly key: string | undefined;
}

export interface JobHandle {
  readonly report: (progress: Json) => void;
  readonly cancelled: () => boolean;
}

const keptJobs = 200;
const runningJobs = 16;

/** Long work that answers at once with an id. Held in memory: a restart forgets jobs, never what they have committed. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #newId: () => string;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  get running(): number {
    return [...this.#jobs.values()].filter((job) => job.view.state === 'running').length;
  }

  /**
   * Starts work; throws daemon/busy when too much is under way. onFailure: hears of errors that are bugs.
   * key: a request told again under the same key is the job it began, not another one.
   */
  start(
    name: string,
    work: (handle: JobHandle) => Promise<Json>,
    { onFailure, key }: { readonly onFailure: (error: unknown) => void; readonly key?: string | undefined },
  ): string {
    const known =
      key === undefined ? undefined : [...this.#jobs].find(([, job]) => job.key === key && job.view.name === name);
    if (known) return known[0];
    if (this.running >= runningJobs) {
      throw new PrsistError('daemon/busy', 'too many jobs are under way', { retryMs: 1000 });
    }
    const job_id = this.#newId();
    const view: JobView = { job_id, name, state: 'running', progress: {}, result: null, error: null };
    const handle: JobHandle = {
      report: (progress) => this.#change(job_id, { progress }),
      cancelled: () => this.#jobs.get(job_id)?.cancelled ?? true,
    };
    const ended = Promise.resolve().then(() => this.#run(job_id, () => work(handle), onFailure));
    this.#jobs.set(job_id, { view, cancelled: false, ended, key });
    this.#forgetOld();
    return job_id;
  }

  /** A job as it stands, waiting for its end at most so long. Throws job/not-found. */
  async show(job_id: string, waitMs: number): Promise<JobView> {
    const job = this.#find(job_id);
    if (job.view.state === 'running' && waitMs > 0) await Promise.race([job.ended, delay(waitMs)]);
    return this.#find(job_id).view;
  }

  /** Every job that is remembered, newest first. */
  list(): JobView[] {
    return [...this.#jobs.values()].map((job) => job.view).reverse();
  }

  /** Asks a job to stop at its next slice. Throws job/not-found. */
  cancel(job_id: string): JobView {
    const job = this.#find(job_id);
    job.cancelled = true;
    return job.view;
  }

  /** Asks all to stop and waits for them. */
  async stop(): Promise<void> {
    const open = [...this.#jobs.values()].filter((job) => job.view.state === 'running');
    for (const job of open) job.cancelled = true;
    await Promise.all(open.map((job) => job.ended));
  }

  async #run(job_id: string, work: () => Promise<Json>, onFailure: (error: unknown) => void): Promise<void> {
    try {
      const result = await work();
      this.#change(job_id, { state: this.#find(job_id).cancelled ? 'cancelled' : 'done', result });
    } catch (error) {
      const known = error instanceof PrsistError;
      if (!known) onFailure(error);
      const shown = known ? error : new PrsistError('internal', 'the job failed', { cause: error });
      this.#change(job_id, { state: 'failed', error: { ...errorBody(shown) } });
    }
  }

  #change(job_id: string, change: Partial<JobView>): void {
    const job = this.#jobs.get(job_id);
    if (job) job.view = { ...job.view, ...change };
  }

  #find(job_id: string): Job {
    const job = this.#jobs.get(job_id);
    if (!job) throw new PrsistError('job/not-found', `no job ${job_id}`);
    return job;
  }

  #forgetOld(): void {
    for (const [id, job] of this.#jobs) {
      if (this.#jobs.size <= keptJobs) return;
      if (job.view.state !== 'running') this.#jobs.delete(id);
    }
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
