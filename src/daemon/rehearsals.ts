// When remotes are tried by rebuilding from them: whoever asks, and one database a day when it is quiet.
import { errorBody, errorTable, PrsistError } from '../core/errors.ts';
import { noProject } from '../features/sync/engine.ts';
import { type KeptRehearsal, keepRehearsal, keepRehearsalsOf, keptRehearsals } from '../features/sync/rehearsals.ts';
import type { RemoteRow } from '../features/sync/remotes/queries.ts';
import type { RunNeeds } from '../features/sync/run-verbs.ts';
import { allProjects } from '../features/system/queries.ts';
import { removeTree } from '../platform/temporary.ts';
import { exists } from '../platform/walk.ts';
import { type RehearsalParts, type Rehearsed, rehearseRemote, type Target } from './rehearsal.ts';
import type { Syncing } from './syncing.ts';

export interface RehearsalsParts extends RehearsalParts {
  readonly syncing: Pick<Syncing, 'remotes' | 'toldOf'>;
  readonly log: (event: string, details: Readonly<Record<string, string | number>>) => void;
}

type Json = Readonly<Record<string, unknown>>;
type Verify = RunNeeds['verify'];
type Job = Pick<Parameters<Verify>[1], 'report' | 'cancelled'>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** How long it must have been quiet. */
const idleMs = 60_000;

/** One at a time: whoever wants another waits. */
export class Rehearsals {
  readonly #parts: RehearsalsParts;
  readonly #leaving = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();
  #isGoing = false;
  #isSwept = false;
  /** After one that failed the next is not tried at once. */
  #notBefore = 0;

  constructor(parts: RehearsalsParts) {
    this.#parts = parts;
  }

  /** Rebuilds what is asked for, remote after remote, and says of each database what would come back. */
  readonly verify: Verify = async ({ remote, project }, job) => {
    const rows = this.#parts.syncing.remotes(remote);
    if (rows.length === 0) {
      const hint = 'prsist remote add home folder:~/Sync/prsist';
      throw new PrsistError('remote/not-found', 'there is no remote to rebuild from', { hint });
    }
    const targets = this.#targets(project);
    const remotes: Json[] = [];
    for (const row of rows) {
      if (job.cancelled()) break;
      remotes.push(await this.#inTurn(() => this.#tried(row, targets, job)));
    }
    return { remotes };
  };

  /** The next one of the day, when nobody has asked for anything for a while. */
  async daily(quietMs: number): Promise<void> {
    this.#sweep();
    const { config, clock, log } = this.#parts;
    const { enabled, verify_daily } = config().portable_sync;
    if (!enabled || !verify_daily || quietMs < idleMs || this.#isGoing || clock() < this.#notBefore) return;
    const due = await this.#due();
    if (!due) return;
    const [row, target] = due;
    const job: Job = { report: () => undefined, cancelled: () => false };
    const { error, databases } = await this.#inTurn(() => this.#tried(row, [target], job));
    if (error) this.#notBefore = clock() + hourMs;
    for (const { state, name } of databases) {
      if (state !== 'whole') log('rehearsal', { remote: row.name, database: name, state });
    }
  }

  /** Calls off what goes on, and returns when nothing does. */
  async stop(): Promise<void> {
    this.#leaving.abort();
    await this.#turn;
  }

  /** What one that was killed has left. */
  #sweep(): void {
    if (!this.#isSwept && !this.#isGoing) removeTree(this.#parts.directory);
    this.#isSwept = true;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(async () => {
      this.#isGoing = true;
      return work().finally(() => {
        this.#isGoing = false;
      });
    });
    this.#turn = next.catch(() => undefined); // told to whoever asked for it
    return next;
  }

  async #tried(row: RemoteRow, targets: readonly Target[], job: Job) {
    const databases: Rehearsed[] = [];
    const called = new AbortController();
    const signal = AbortSignal.any([this.#leaving.signal, called.signal]);
    const look = () => job.cancelled() && called.abort();
    const breathe = async () => {
      await this.#parts.breathe();
      look();
    };
    const report = (progress: Json) => {
      job.report({ ...progress, databases: `${databases.length}/${targets.length}` });
      look();
    };
    const onCompared = async (found: Rehearsed) => {
      databases.push(found);
      await this.#keep(row, found);
    };
    try {
      signal.throwIfAborted();
      await rehearseRemote({ ...this.#parts, breathe }, { row, targets, signal, report, onCompared });
    } catch (error) {
      if (!signal.aborted) return wired(row, databases, this.#parts.syncing.toldOf(error, row.name));
    }
    return wired(row, databases, null);
  }

  #keep({ remote_id }: RemoteRow, { project_id, state, findings, spoilt, name }: Rehearsed): Promise<void> {
    const { projects, clock } = this.#parts;
    const named = findings.map(({ what, fix }) => ({ what: `${name}: ${what}`, fix }));
    return projects().user.write((tx) => {
      keepRehearsal(tx, { remote_id, project_id, at: clock(), state, findings: named, spoilt });
    });
  }

  /** The user database and every project that has a database here; or the one that is meant. */
  #targets(asked?: string): readonly Target[] {
    const projects = this.#parts.projects();
    if (asked !== undefined) {
      const { id, name } = projects.resolve(asked);
      return [{ project_id: id, name }];
    }
    const all = projects.user.read.all(allProjects, {}).filter(({ project_id }) => exists(projects.file(project_id)));
    const named = all.map(({ project_id, name }) => ({ project_id, name }));
    return [{ project_id: noProject, name: 'what is yours in all projects' }, ...named];
  }

  /** The one that was never tried, or not for longest; before it one that was found wanting a day ago. */
  async #due(): Promise<readonly [RemoteRow, Target] | undefined> {
    const { projects, clock, syncing } = this.#parts;
    const pairs = syncing.remotes().flatMap((row) => this.#targets().map((target) => [row, target] as const));
    const kept = keptRehearsals(projects().user.read);
    const of = ([row, target]: (typeof pairs)[number]) => kept.find((each) => isOf(each, row, target));
    if (kept.some((each) => !pairs.some(([row, target]) => isOf(each, row, target)))) await this.#forget(pairs);
    const isOld = (each: KeptRehearsal | undefined) => each === undefined || clock() - each.at >= dayMs;
    const bad = pairs.find((pair) => (of(pair)?.state ?? 'whole') !== 'whole' && isOld(of(pair)));
    if (bad) return bad;
    const next = pairs.toSorted((a, b) => (of(a)?.at ?? 0) - (of(b)?.at ?? 0))[0];
    const newest = kept.findLast(({ state }) => state === 'whole');
    return next && isOld(of(next)) && isOld(newest) ? next : undefined;
  }

  async #forget(pairs: readonly (readonly [RemoteRow, Target])[]): Promise<void> {
    const those = pairs.map(([{ remote_id }, { project_id }]) => ({ remote_id, project_id }));
    await this.#parts.projects().user.write((tx) => keepRehearsalsOf(tx, those));
  }
}

function isOf(kept: KeptRehearsal, { remote_id }: RemoteRow, { project_id }: Target): boolean {
  return kept.remote_id === remote_id && kept.project_id === project_id;
}

function wired({ name, remote_id }: RemoteRow, found: readonly Rehearsed[], error: PrsistError | null) {
  const databases = found.map(({ spoilt: _, ...told }) => told);
  return {
    name,
    remote_id,
    databases,
    ...(error ? { error: errorBody(error), exit: errorTable[error.code].exit } : { error: null }),
  };
}
