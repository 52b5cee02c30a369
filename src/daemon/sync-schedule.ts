// When remotes are asked without anybody asking. Pure but for the clock it is handed: it is looked at every two seconds.

/** A remote as the schedule knows it. */
export interface Scheduled {
  readonly remote_id: string;
  readonly kind: string;
}

export interface ScheduleParts {
  readonly remotes: () => readonly Scheduled[];
  /** Starts an exchange; told how it ends. stopped: a person has to do something first. */
  readonly run: (remoteId: string) => Promise<'ok' | 'failed' | 'full' | 'stopped'>;
  readonly isEnabled: () => boolean;
  readonly minutes: () => number;
  readonly monotonic: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

interface Plan {
  dueAt: number;
  ranAt: number;
  failures: number;
  stopped: boolean;
  running: boolean;
}

const minute = 60_000;
/** Quiet after a change before it is sent. */
const quietMs = 5_000;
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
    for (const [kind, plan] of this.#each()) this.#pullForward(plan, kind, quietMs);
  }

  /** Somebody will look for it elsewhere soon: a handoff, the end of a session, a push. */
  urgent(): void {
    for (const [, plan] of this.#each()) this.#pullForward(plan, 'any', 0);
  }

  /** What stood in the way may be gone: keys were changed, a remote was mended, a person asks. */
  again(remoteId: string): void {
    Object.assign(this.#plan(remoteId), { stopped: false, failures: 0, dueAt: this.#now() });
  }

  /** A person ran it by hand: the next one is due as after any other. */
  ran(remoteId: string, outcome: Awaited<ReturnType<ScheduleParts['run']>>): void {
    const plan = this.#plan(remoteId);
    plan.ranAt = this.#now();
    plan.stopped = outcome === 'stopped';
    plan.failures = outcome === 'ok' ? 0 : plan.failures + 1;
    plan.dueAt = plan.ranAt + this.#pauseAfter(outcome, plan.failures);
  }

  /** When the next run is due, in milliseconds from now; undefined while a person has to do something first. */
  dueIn(remoteId: string): number | undefined {
    const plan = this.#plan(remoteId);
    return plan.stopped ? undefined : Math.max(0, plan.dueAt - this.#now());
  }

  /** Starts what is due. */
  look(): void {
    if (!this.#parts.isEnabled()) return;
    const remotes = this.#parts.remotes();
    for (const id of [...this.#plans.keys()])
      if (!remotes.some((each) => each.remote_id === id)) this.#plans.delete(id);
    for (const { remote_id } of remotes) {
      const plan = this.#plan(remote_id);
      if (plan.running || plan.stopped || plan.dueAt > this.#now()) continue;
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
    try {
      this.ran(remoteId, await this.#parts.run(remoteId));
    } finally {
      plan.running = false;
    }
  }

  #pauseAfter(outcome: Awaited<ReturnType<ScheduleParts['run']>>, failures: number): number {
    if (outcome === 'full') return fullMs;
    if (outcome === 'failed') {
      const most = Math.min(backOff.mostMs, backOff.firstMs * 2 ** Math.min(20, failures));
      return this.#parts.random() * most;
    }
    return this.#parts.minutes() * minute * (0.9 + 0.2 * this.#parts.random());
  }

  /** A remote that failed keeps its pause: changes do not make it answer. */
  #pullForward(plan: Plan, kind: string, ms: number): void {
    if (plan.failures > 0) return;
    const floor = kind === 'git' ? plan.ranAt + floorMs : 0;
    const wanted = Math.max(this.#now() + ms, floor);
    // quiet begins anew with each change, but never later than what was due anyway
    if (ms === quietMs && plan.dueAt - this.#now() <= quietMs) return;
    plan.dueAt = Math.min(plan.dueAt, wanted);
  }

  #each(): readonly (readonly [string, Plan])[] {
    return this.#parts.remotes().map(({ remote_id, kind }) => [kind, this.#plan(remote_id)]);
  }

  #plan(remoteId: string): Plan {
    const known = this.#plans.get(remoteId);
    if (known) return known;
    const [least, most] = firstMs;
    const dueAt = this.#now() + least + this.#parts.random() * (most - least);
    const fresh = { dueAt, ranAt: Number.NEGATIVE_INFINITY, failures: 0, stopped: false, running: false };
    this.#plans.set(remoteId, fresh);
    return fresh;
  }

  #now(): number {
    return this.#parts.monotonic();
  }
}
