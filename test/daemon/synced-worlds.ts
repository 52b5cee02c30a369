// Devices of one person in one process, with a folder between them.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Syncing, type SyncingParts } from '../../src/daemon/syncing.ts';
import { openRemote } from '../../src/features/sync/remotes/open.ts';
import { allRemotes } from '../../src/features/sync/remotes/queries.ts';
import { ownDirectory } from '../../src/platform/files.ts';
import { logMarks, packFiles } from '../../src/platform/pack-files.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { projectId, type WiredWorld, wiredWorld } from './wired-world.ts';

export { projectId };

export interface SyncedWorld extends WiredWorld {
  readonly ask: (operation: string, body: object, project?: string) => Promise<Record<string, unknown>>;
  /** Runs an operation that is a job to its end. */
  readonly job: (operation: string, body?: object) => Promise<Record<string, unknown>>;
  /** Runs of their own, over the same keys and databases, with something of theirs otherwise. */
  readonly syncing: (otherwise?: Partial<SyncingParts>) => Syncing;
  readonly remember: (key: string, value: unknown, scope?: 'user' | 'project') => Promise<unknown>;
  readonly recall: (key: string, scope?: 'user' | 'project') => Promise<unknown>;
}

/** The nth device: its own ids, its own keys. */
export function syncedWorld(n: number): SyncedWorld {
  const world = wiredWorld({ random: drawing(n) });
  const { paths, projects, dispatch, clock } = world;
  ownDirectory(paths.keys);
  fs.writeFileSync(join(paths.keys, 'redaction.key'), `${n}`.repeat(64).slice(0, 64));
  const ask: SyncedWorld['ask'] = async (operation, body, project) => {
    const caller = { user: projects.identity.user, origin: 'human' as const, directory: world.top };
    return (await dispatch({ operation, body, caller, project, idempotencyKey: undefined })).reply;
  };
  return {
    ...world,
    ask,
    async job(operation, body = {}) {
      const { job_id } = await ask(operation, body);
      const view = await world.jobs.show(String(job_id), 60_000);
      return view.result ?? expect.fail(JSON.stringify(view.error));
    },
    syncing: (otherwise = {}) =>
      new Syncing({
        ...{ membership: world.wired.sync.membership, projects: () => projects, config: () => world.settings.config },
        open: (url) => openRemote(url, { home: paths.home, desks: join(paths.data, 'remotes') }),
        shelf: packFiles(join(paths.data, 'packs')),
        marks: logMarks(paths.logMarks),
        ...{ clock: () => clock.now, monotonic: () => 0, random: drawing(n + 100), failpoint: () => undefined },
        ...{
          breathe: async () => undefined,
          isQuiet: () => false,
          pause: async () => undefined,
          onApplied: () => undefined,
        },
        tell: () => undefined,
        recompute: async () => undefined,
        ...{ erasing: () => undefined, erased: async () => undefined },
        onBug: (error) => expect.fail(String(error)),
        ...otherwise,
      }),
    remember: (key, value, scope = 'project') =>
      ask('context.store', { key, value, scope }, scope === 'project' ? projectId : undefined),
    recall: async (key, scope = 'project') => {
      const body = { key, scope };
      return (await ask('context.retrieve', body, scope === 'project' ? projectId : undefined)).value;
    },
  };
}

/** Two devices of one person, each with the same project, over one folder; the second has joined. */
export async function two(): Promise<{ readonly first: SyncedWorld; readonly second: SyncedWorld; folder: string }> {
  const { first, second, folder } = await apart();
  await letIn(first, second);
  return { first, second, folder };
}

/** The same before the second has asked to be let in: only the first has the remote. */
export async function apart(): Promise<{ readonly first: SyncedWorld; readonly second: SyncedWorld; folder: string }> {
  const folder = join(fs.realpathSync(temporaryDirectory()), 'there');
  fs.mkdirSync(folder);
  const [first, second] = [syncedWorld(1), syncedWorld(2)];
  for (const each of [first, second]) each.project();
  await first.ask('remote.add', { name: 'home', url: `folder:${folder}` });
  return { first, second, folder };
}

/** The host lets the guest in; entering: right before the guest takes the workspace over. */
export async function letIn(host: SyncedWorld, guest: SyncedWorld, entering: () => void = () => undefined) {
  const { token, invite_id } = await host.ask('device.invite', {});
  const { words } = await guest.ask('device.join', { token });
  const { items } = await host.ask('device.asking', { invite_id, wait_seconds: 0 });
  const [asking] = items as { device_id: string }[];
  await host.ask('device.admit', { invite_id, device_id: asking?.device_id, words });
  entering();
  return guest.ask('device.joined', { wait_seconds: 0 });
}

export const remoteOf = ({ projects }: SyncedWorld) =>
  projects.user.read.all(allRemotes, {})[0] ?? expect.fail('no remote');

/** Bytes that no other device draws. */
function drawing(n: number): (bytes: number) => Uint8Array {
  let drawn = 0;
  return (bytes) => {
    const out = Buffer.alloc(bytes, n);
    drawn += 1;
    out.writeUIntBE(drawn, bytes - 6, 6);
    return out;
  };
}
