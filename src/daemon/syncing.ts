// Runs of synchronisation: one at a time per remote, with what the engine needs of this installation.
import type { Config } from '../config/schema.ts';
import { type ErrorBody, errorBody, PrsistError } from '../core/errors.ts';
import { productVersion } from '../core/protocol.ts';
import {
  acceptRollback,
  type Marks,
  noProject,
  type Shelf,
  type SyncedProject,
  type SyncReport,
  sync,
  together,
} from '../features/sync/engine.ts';
import type { Membership } from '../features/sync/keyring/membership.ts';
import { noteHeard } from '../features/sync/keyring/queries.ts';
import { noteMended, rehearsalsToMend } from '../features/sync/rehearsals.ts';
import type { Remote } from '../features/sync/remote.ts';
import { allRemotes, noteTried, type RemoteRow, remotesMeant } from '../features/sync/remotes/queries.ts';
import { listedProjects } from '../features/system/queries.ts';
import { aliasesOf, hearProjects, tellProjects } from '../features/system/shared-projects.ts';
import { exists } from '../platform/walk.ts';
import type { Moment } from './event-stream.ts';
import type { Projects } from './projects.ts';
import { notesOf } from './sync-notes.ts';
import { throttled } from './sync-throttle.ts';

type Json = Readonly<Record<string, unknown>>;

export interface SyncingParts {
  readonly membership: Membership;
  readonly projects: () => Projects;
  readonly open: (url: string) => Remote;
  readonly config: () => Config;
  readonly shelf: Shelf;
  readonly marks: Marks;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly failpoint: (name: string) => void;
  readonly breathe: () => Promise<void>;
  readonly isQuiet: () => boolean;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Records of others came into a project; null: into the user database. */
  readonly onApplied: (project: string | null, records: number) => void;
  /** What runs come to, for those who listen. */
  readonly tell: (project: string | undefined, moment: Moment) => void;
  /** Rows of a project, null: of the user database, are right only when they are computed again. */
  readonly recompute: (project: string | null) => Promise<unknown>;
  /** What was erased elsewhere is about to go from a database; null: the user's. */
  readonly erasing: (project: string | null) => void;
  /** It is gone from there: what lies outside of it follows. */
  readonly erased: () => Promise<void>;
  /** A run failed of something nobody foresaw. */
  readonly onBug: (error: unknown) => void;
}

/** How a remote stands since the daemon started. */
export interface RemoteState {
  readonly running: boolean;
  readonly error: ErrorBody | undefined;
  readonly notes: readonly string[];
}

export interface RunOptions {
  /** One that begins now: what is under way may have looked already where something came since. */
  readonly anew?: boolean;
  readonly full?: boolean;
  /** Small packs are joined now. */
  readonly tidy?: boolean;
  readonly report?: (progress: Json) => void;
  readonly signal?: AbortSignal;
}

const untouched: RemoteState = { running: false, error: undefined, notes: [] };

const tellMs = 250;

export class Syncing {
  readonly #parts: SyncingParts;
  readonly #states = new Map<string, RemoteState>();
  readonly #running = new Map<string, Promise<SyncReport>>();
  /** Those that begin when the one that is under way has ended. */
  readonly #waiting = new Map<string, Promise<SyncReport>>();
  readonly #leaving = new AbortController();

  constructor(parts: SyncingParts) {
    this.#parts = parts;
  }

  /** Remotes that take part; by name or id the one that is meant, also a paused one. Throws remote/not-found. */
  remotes(asked?: string): readonly RemoteRow[] {
    const { read } = this.#parts.projects().user;
    if (asked === undefined) return read.all(allRemotes, {}).filter(({ paused }) => !paused);
    const found = read.all(remotesMeant, { asked, end: `${asked}\uffff` });
    const exact = found.find(({ name, remote_id }) => name === asked || remote_id === asked);
    const [first, second] = found;
    const one = exact ?? (second ? undefined : first);
    if (!one) throw new PrsistError('remote/not-found', `no remote ${asked}`, { hint: 'prsist remote list' });
    return [one];
  }

  state(remoteId: string): RemoteState {
    return { ...(this.#states.get(remoteId) ?? untouched), running: this.#running.has(remoteId) };
  }

  /** One exchange with one remote; the one that is under way, if there is one. Throws what stood in its way. */
  run(remote: RemoteRow, { anew = false, ...options }: RunOptions = {}): Promise<SyncReport> {
    const known = this.#running.get(remote.remote_id);
    if (known && anew) return this.#after(known, remote, options);
    if (known) return known;
    const run = this.#carriedOut(remote, this.#telling(remote, options)).finally(() =>
      this.#running.delete(remote.remote_id),
    );
    this.#running.set(remote.remote_id, run);
    return run;
  }

  /** The same run, with listeners told how far it is, a few times a second. */
  #telling({ name }: RemoteRow, options: RunOptions): RunOptions {
    const { tell, monotonic } = this.#parts;
    let toldAt = Number.NEGATIVE_INFINITY;
    tell(undefined, { event: 'sync.started', detail: { remote: name } });
    const report = (progress: Json) => {
      options.report?.(progress);
      if (monotonic() - toldAt < tellMs) return;
      toldAt = monotonic();
      tell(undefined, { event: 'sync.progress', detail: { remote: name, ...plain(progress) } });
    };
    return { ...options, report };
  }

  /** One for all who want one while another is under way. */
  #after(known: Promise<SyncReport>, remote: RemoteRow, options: RunOptions): Promise<SyncReport> {
    const { remote_id } = remote;
    const waiting = this.#waiting.get(remote_id);
    if (waiting) return waiting;
    const next = known
      .catch(() => undefined) // told to whoever asked for that one
      .then(() => {
        this.#waiting.delete(remote_id);
        return this.run(remote, options);
      });
    this.#waiting.set(remote_id, next);
    return next;
  }

  /** A remote was replaced on purpose: what it lacks is sent to it again. */
  async acceptRollback(remoteId: string): Promise<void> {
    await acceptRollback({ user: this.#parts.projects().user, projects: this.#synced(), remoteId });
    this.#states.delete(remoteId);
  }

  /** Calls every run off, and returns when none goes on. What was on its way is sent again. */
  async stop(): Promise<void> {
    this.#leaving.abort();
    await Promise.allSettled([...this.#running.values(), ...this.#waiting.values()]);
  }

  async #carriedOut(remote: RemoteRow, options: RunOptions): Promise<SyncReport> {
    const isCalledOff = () => this.#leaving.signal.aborted || options.signal?.aborted;
    try {
      if (isCalledOff()) throw calledOff();
      const report = await this.#exchange(remote, options);
      this.#states.set(remote.remote_id, {
        ...{ running: false, error: undefined, notes: notesOf(report.notes) },
      });
      await this.#note(remote, null);
      const { sent, received, pending } = report;
      const moved = { remote: remote.name, sent: sent.records, received: received.records };
      this.#parts.tell(undefined, { event: 'sync.finished', detail: { ...moved, pending } });
      return report;
    } catch (error) {
      // then nothing is wrong with the remote
      if (isCalledOff()) throw calledOff();
      const told = this.toldOf(error, remote.name);
      this.#states.set(remote.remote_id, { ...this.state(remote.remote_id), error: errorBody(told) });
      await this.#note(remote, told);
      this.#parts.tell(undefined, { event: 'sync.failed', detail: { remote: remote.name, code: told.code } });
      throw told;
    }
  }

  /** What is said of an error that concerns a remote; one that nobody foresaw is told as a bug. */
  toldOf(error: unknown, name: string): PrsistError {
    if (error instanceof PrsistError) return namedIn(error, name);
    this.#parts.onBug(error);
    return new PrsistError('internal', error instanceof Error ? error.message : String(error));
  }

  async #exchange(row: RemoteRow, { full = false, tidy = false, report, signal }: RunOptions): Promise<SyncReport> {
    const { membership, projects, open, config } = this.#parts;
    const { user } = projects();
    report?.({ remote: row.name, doing: 'keys' });
    await membership.start({ id: row.remote_id, name: row.name, kind: row.kind, url: row.url });
    await user.write((tx) => tellProjects(tx, projects().identity.user));
    const settings = config().portable_sync;
    const remote = throttled(open(row.url), settings.max_kib_per_s, this.#parts.pause);
    const mend = rehearsalsToMend(user.read, row.remote_id);
    const isWhole = full || mend !== undefined || settings.sync_strategy === 'full';
    const run = async (): Promise<SyncReport> => {
      const { shelf, marks, clock, monotonic, random, failpoint, isQuiet, breathe, erasing } = this.#parts;
      const found = await sync({
        ...{ remote, remoteId: row.remote_id, keys: await membership.packKeys(), user, projects: this.#synced() },
        ...{ shelf, marks, writer: productVersion, clock, monotonic, random, failpoint, isQuiet },
        ...{ breathe, erasing },
        signal: AbortSignal.any([this.#leaving.signal, ...(signal ? [signal] : [])]),
        ...{ texts: settings.texts, full: isWhole, tidy, ...mend },
        progress: ({ doing, done, of, bytes }) =>
          report?.({ remote: row.name, doing, packs: `${done}/${of}`, kib: Math.round(bytes / 1024) }),
      });
      await this.#applied(found);
      return found;
    };
    try {
      const before = this.#ids();
      const found = await run();
      if (mend) await user.write((tx) => noteMended(tx, row.remote_id));
      // another device may have said that two ids are one project: what lies under the other one comes at once
      return this.#ids() === before ? found : together(found, await run());
    } finally {
      await remote.close();
    }
  }

  /** Every id under which something is taken in. */
  #ids(): string {
    return this.#synced()
      .flatMap(({ project, aliases = [] }) => [project, ...aliases])
      .join(' ');
  }

  /** Projects that have a database or a directory here; of one that was linked to another its own log still travels. */
  #synced(): readonly SyncedProject[] {
    const projects = this.#parts.projects();
    const { read } = projects.user;
    return read
      .all(listedProjects, {})
      .filter(({ project_id, state }) => state !== 'removed' && isHere(projects, project_id))
      .map(({ project_id }) => ({
        project: project_id,
        aliases: aliasesOf(read, project_id),
        use: (work) => projects.borrow(project_id, work),
      }));
  }

  async #applied({ applied, late, erased, heard }: SyncReport): Promise<void> {
    const { projects, onApplied, recompute, tell, clock } = this.#parts;
    if (heard.length > 0) {
      await projects().user.write((tx) => tx.run(noteHeard, { devs: JSON.stringify(heard), now: clock() }));
    }
    await projects().user.write(hearProjects);
    if (erased.length > 0) await this.#parts.erased();
    for (const [project, records] of Object.entries(applied)) {
      onApplied(project === noProject ? null : project, records);
      tell(project === noProject ? undefined : project, { event: 'sync.applied', detail: { records } });
    }
    for (const project of late) await recompute(project === noProject ? null : project);
  }

  async #note({ remote_id }: RemoteRow, error: PrsistError | null): Promise<void> {
    const { projects, clock } = this.#parts;
    const { user } = projects();
    if (!user.db.open) return;
    await user.write((tx) => tx.run(noteTried, { remote_id, now: clock(), error: error?.message ?? null }));
  }
}

/** The same, with the remote it is about in what to type. */
function namedIn(error: PrsistError, name: string): PrsistError {
  if (!error.hint.includes('<name>')) return error;
  return new PrsistError(error.code, error.message, {
    ...{
      hint: error.hint.replaceAll('<name>', name),
      cause: error,
      ...(error.details ? { details: error.details } : {}),
    },
  });
}

function isHere(projects: Projects, project_id: string): boolean {
  return exists(projects.file(project_id)) || projects.rootsOf(project_id).length > 0;
}

function calledOff(): PrsistError {
  return new PrsistError('daemon/draining', 'the exchange was called off; the next one goes on where it stopped', {
    retryMs: 1_000,
  });
}

/** The members that are plain values. */
function plain(progress: Json): NonNullable<Moment['detail']> {
  const members = Object.entries(progress).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(members);
}
