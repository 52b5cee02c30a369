// The operations of synchronisation: runs that are asked for, what would be sent, how it stands.
import type { Config } from '../config/schema.ts';
import { errorBody, errorTable, PrsistError } from '../core/errors.ts';
import type { SyncReport } from '../features/sync/engine.ts';
import type { Membership } from '../features/sync/keyring/membership.ts';
import { leavingOf, unconfirmedOf } from '../features/sync/preview.ts';
import type { RemoteRow } from '../features/sync/remotes/queries.ts';
import { allRemotes } from '../features/sync/remotes/queries.ts';
import type { RunNeeds } from '../features/sync/run-verbs.ts';
import { allProjects } from '../features/system/queries.ts';
import { twinNotes } from '../features/system/shared-projects.ts';
import { exists } from '../platform/walk.ts';
import type { Store } from '../store/store.ts';
import type { Projects } from './projects.ts';
import { rehearsalNotes } from './rehearsal-words.ts';
import { notesOf } from './sync-notes.ts';
import type { SyncSchedule } from './sync-schedule.ts';
import type { Syncing } from './syncing.ts';

export interface RunsParts {
  readonly syncing: Syncing;
  readonly membership: Membership;
  readonly projects: () => Projects;
  readonly config: () => Config;
  readonly schedule: () => SyncSchedule;
  readonly clock: () => number;
}

type Outcome = 'ok' | 'failed' | 'full' | 'stopped';

/** Failures that another try does not mend: a person has to do something first. */
const stops = /^(?:workspace|key)\/|^remote\/(?:auth|newer-format|read-only|tampered|rolled-back)$/;

/** What the operations need, and the run of the schedule. */
export function runNeeds(
  parts: RunsParts,
): Omit<RunNeeds, 'verify'> & { readonly scheduled: (remoteId: string) => Promise<Outcome> } {
  const { syncing, membership, projects, config, schedule } = parts;
  return {
    scheduled: async (remoteId) => {
      const row = syncing.remotes().find((each) => each.remote_id === remoteId);
      return row ? outcomeOf(await tried(syncing, row, {})) : 'ok';
    },
    run: async ({ remote, full, tidy }, job) => {
      const asked = syncing.remotes(remote);
      if (asked.length === 0) throw noRemote();
      const called = new AbortController();
      const items = [];
      for (const row of asked) {
        const report = (progress: Readonly<Record<string, unknown>>) => {
          job.report(progress);
          if (job.cancelled()) called.abort();
        };
        schedule().begins(row.remote_id);
        const result = await tried(syncing, row, { anew: true, full, tidy, report, signal: called.signal });
        schedule().ran(row.remote_id, outcomeOf(result));
        items.push(wireResult(row, result, twinNotes(projects().user.read)));
        if (job.cancelled()) break;
      }
      return { remotes: items };
    },
    preview: () => preview(projects()),
    status: async () => {
      const newest = membership.needs.kept.keyrings(membership.workspace).at(-1);
      const rows = projects().user.read.all(allRemotes, {});
      return {
        enabled: config().portable_sync.enabled,
        standing: await membership.standing(),
        devices: newest?.clear.devices.filter(({ revoked }) => !revoked).length ?? 1,
        remotes: await Promise.all(rows.map((row) => wireState(row, parts))),
      };
    },
  };
}

async function tried(
  syncing: Syncing,
  row: RemoteRow,
  options: Parameters<Syncing['run']>[1],
): Promise<SyncReport | PrsistError> {
  try {
    return await syncing.run(row, options);
  } catch (error) {
    if (error instanceof PrsistError) return error;
    throw error;
  }
}

function outcomeOf(result: SyncReport | PrsistError): Outcome {
  if (!(result instanceof PrsistError)) return 'ok';
  if (result.code === 'remote/full') return 'full';
  return stops.test(result.code) ? 'stopped' : 'failed';
}

function wireResult({ name, remote_id }: RemoteRow, result: SyncReport | PrsistError, twins: readonly string[]) {
  if (result instanceof PrsistError) {
    return { name, remote_id, error: errorBody(result), exit: errorTable[result.code].exit };
  }
  const { sent, received, pending, notes } = result;
  return { name, remote_id, sent, received, pending, notes: [...notesOf(notes), ...twins], error: null };
}

async function wireState(row: RemoteRow, { syncing, schedule, config, clock, projects }: RunsParts) {
  const { running, error, notes } = syncing.state(row.remote_id);
  const gaps = rehearsalNotes(projects().user.read, row);
  const due = schedule().dueIn(row.remote_id);
  const isStopped = due === undefined;
  const now = row.paused ? 'paused' : isStopped ? 'stopped' : error ? 'waits' : 'idle';
  const { enabled } = config().portable_sync;
  return {
    ...{ name: row.name, remote_id: row.remote_id, state: running ? ('running' as const) : (now as 'idle') },
    last_ok_at: row.last_ok_at === null ? null : new Date(row.last_ok_at).toISOString(),
    next_at: isStopped || row.paused || !enabled ? null : new Date(clock() + due).toISOString(),
    // what waits for long may be of a project that nobody has open
    pending: error ? await unsentOfAll(projects(), row.remote_id) : unsent(projects(), row.remote_id),
    error: error ?? null,
    notes: [...notes, ...gaps, ...twinNotes(projects().user.read)],
    comes_back: gaps.length === 0,
  };
}

/** Of the databases that are open: what is closed was sent, or is opened by the next run. */
export function unsent(projects: Projects, remoteId: string): number {
  const open = [projects.user, ...projects.openProjects.flatMap((id) => projects.opened(id) ?? [])];
  return open.reduce((sum, { read }) => sum + unconfirmedOf(read, remoteId), 0);
}

async function unsentOfAll(projects: Projects, remoteId: string): Promise<number> {
  let sum = unconfirmedOf(projects.user.read, remoteId);
  for (const { project_id } of withDatabase(projects)) {
    sum += await projects.borrow(project_id, async ({ read }: Store) => unconfirmedOf(read, remoteId));
  }
  return sum;
}

function withDatabase(projects: Projects) {
  return projects.user.read.all(allProjects, {}).filter(({ project_id }) => exists(projects.file(project_id)));
}

/** What was written here and lies in no pack yet, of every database. */
async function preview(projects: Projects): ReturnType<RunNeeds['preview']> {
  const rows = withDatabase(projects);
  const items = leavingOf(projects.user.read).map((each) => ({ project: null as string | null, ...each }));
  for (const { project_id, name } of rows) {
    const found = await projects.borrow(project_id, async (store: Store) => leavingOf(store.read));
    items.push(...found.map((each) => ({ project: name, ...each })));
  }
  const sum = (of: 'records' | 'bytes') => items.reduce((all, each) => all + each[of], 0);
  return { items, records: sum('records'), bytes: sum('bytes') };
}

function noRemote(): PrsistError {
  return new PrsistError('remote/not-found', 'there is no remote to exchange with', {
    hint: 'prsist remote add home folder:~/Sync/prsist',
  });
}
