// When remotes are asked without anybody asking. Pure but for the clock it is handed: it is looked at every two seconds.

/** A remote as the schedule knows it. */
export interface Scheduled {
  readonly remote_id: string;
  readonly kind: string;
}

export interface ScheduleParts {
  readonly remotes: () => readonly Scheduled[];
  /** Starts an exchange; told how it ends, a rejection counts as failed. stopped: a person has to do something first. */
  readonly run: (remoteId: string) => Promise<'ok' | 'failed' | 'full' | 'stopped'>;
  readonly isEnabled: () => boolean;
  readonly minutes: () => number;
  readonly monotonic: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Times of the monotonic clock. */
interface Plan {
  /** When it is due without any news. */
  regularAt: number;
  /** When what was written here since the last run began is due; never, without any. */
  newsAt: number;
  /** The latest for that, however often more is written. */
  newsLatestAt: number;
  ranAt: number;
  failures: number;
  stopped: boolean;
  running: boolean;
  /** What stood in the way was mended since the last run began, which may have stumbled over it still. */
  mended: boolean;
}

const never = Number.POSITIVE_INFINITY;
const minute = 60_000;
/** Quiet after a change before it is sent; where there is none, it is sent all the same a minute after the first. */
const quietMs = 5_000;
const noisyMs = minute;
/** Between two runs with a remote that takes a process for everything. */
const floorMs = minute;
/** After the start: so that a computer that wakes up does not ask everything at once. */
const firstMs = [5_000, 30_000] as const;
const backOff = { firstMs: 15_000, mostMs: 30 * minute } as const;
const fullMs = 60 * minute;

export class SyncSchedule {
  readonly #parts: ScheduleParts;
  readonly #plans = new Map<string, Plan>();
  readonly #runs = new Set<Promise<void>>();

  constructor(parts: ScheduleParts) {
    this.#parts = parts;
  }

  /** Something was written here that others have not seen: sent when it is quiet. */
  changed(): void {
    const now = this.#now();
    for (const plan of this.#each()) {
      plan.newsLatestAt = Math.min(plan.newsLatestAt, now + noisyMs);
      plan.newsAt = Math.min(now + quietMs, plan.newsLatestAt);
    }
  }

  /** Somebody will look for it elsewhere soon: a handoff, the end of a session. */
  urgent(): void {
    const now = this.#now();
    for (const plan of this.#each()) {
      plan.newsLatestAt = Math.min(plan.newsLatestAt, now);
      plan.newsAt = plan.newsLatestAt;
    }
  }

  /** What stood in the way may be gone: keys were changed, a remote was mended. */
  again(remoteId: string): void {
    Object.assign(this.#plan(remoteId), { stopped: false, failures: 0, regularAt: this.#now(), mended: true });
  }

  /** A run begins, this one's or a person's: what is written or mended from now on is for the next one. */
  begins(remoteId: string): void {
    Object.assign(this.#plan(remoteId), { newsAt: never, newsLatestAt: never, mended: false });
  }

  /** A run ended: the next one is due as after any other. */
  ran(remoteId: string, outcome: Awaited<ReturnType<ScheduleParts['run']>>): void {
    const plan = this.#plan(remoteId);
    plan.ranAt = this.#now();
    plan.stopped = outcome === 'stopped' && !plan.mended;
    plan.failures = outcome === 'ok' || plan.mended ? 0 : plan.failures + 1;
    plan.regularAt = plan.mended ? plan.ranAt : plan.ranAt + this.#pauseAfter(outcome, plan.failures);
  }

  /** When the next run is due, in milliseconds from now; undefined while a person has to do something first. */
  dueIn(remoteId: string): number | undefined {
    const plan = this.#plan(remoteId);
    if (plan.stopped) return undefined;
    const kind = this.#parts.remotes().find((each) => each.remote_id === remoteId)?.kind;
    return Math.max(0, dueAt(plan, kind) - this.#now());
  }

  /** Starts what is due. */
  look(): void {
    if (!this.#parts.isEnabled()) return;
    const remotes = this.#parts.remotes();
    for (const [id, { running }] of this.#plans)
      if (!running && !remotes.some((each) => each.remote_id === id)) this.#plans.delete(id);
    for (const { remote_id, kind } of remotes) {
      const plan = this.#plan(remote_id);
      if (plan.running || plan.stopped || dueAt(plan, kind) > this.#now()) continue;
      const run = this.#run(remote_id, plan).finally(() => this.#runs.delete(run));
      this.#runs.add(run);
    }
  }

  /** Resolves when no run of the schedule goes on. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#runs);
  }

  async #run(remoteId: string, plan: Plan): Promise<void> {
    plan.running = true;
    this.begins(remoteId);
    const outcome = await this.#parts.run(remoteId).catch(() => 'failed' as const);
    plan.running = false;
    this.ran(remoteId, outcome);
  }

  #pauseAfter(outcome: Awaited<ReturnType<ScheduleParts['run']>>, failures: number): number {
    if (outcome === 'full') return fullMs;
    if (outcome === 'failed') {
      const most = Math.min(backOff.mostMs, backOff.firstMs * 2 ** Math.min(20, failures));
      return this.#parts.random() * most;
    }
    return this.#parts.minutes() * minute * (0.9 + 0.2 * this.#parts.random());
  }

  #each(): readonly Plan[] {
    return this.#parts.remotes().map(({ remote_id }) => this.#plan(remote_id));
  }

  #plan(remoteId: string): Plan {
    const known = this.#plans.get(remoteId);
    if (known) return known;
    const [least, most] = firstMs;
    const fresh: Plan = {
      ...{ regularAt: this.#now() + least + this.#parts.random() * (most - least), newsAt: never, newsLatestAt: never },
      ...{ ranAt: -never, failures: 0, stopped: false, running: false, mended: false },
    };
    this.#plans.set(remoteId, fresh);
    return fresh;
  }

  #now(): number {
    return this.#parts.monotonic();
  }
}

/** A remote that failed keeps its pause: news do not make it answer. */
function dueAt({ regularAt, newsAt, ranAt, failures }: Plan, kind: string | undefined): number {
  const floor = kind === 'git' || kind === 'rclone' ? ranAt + floorMs : -never;
  return failures > 0 ? regularAt : Math.min(regularAt, Math.max(newsAt, floor));
}
