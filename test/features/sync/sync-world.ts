// Devices of one workspace, each with a project and a user database of its own, and a remote between them.
import fs from 'node:fs';
import { type Shelf, type SyncParts, type SyncReport, sync } from '../../../src/features/sync/engine.ts';
import type { PackKeys } from '../../../src/features/sync/keys.ts';
import type { Remote } from '../../../src/features/sync/remote.ts';
import type { Store, StoreSettings } from '../../../src/store/store.ts';
import { type Members, packKeys } from '../../harness/pack-keys.ts';
import { withNotes } from '../../store/notes.ts';
import { type Clock, openStore, shippedMigration, storeSetting } from '../../store/temporary-store.ts';

export const ws = '019a3985-b900-7000-8000-000000000001';
export const project = '019a3985-b900-7000-8000-000000000005';
export const user = '019a3985-b900-7000-8000-000000000006';
export const deviceId = (n: number) => `019a3985-b900-7000-8000-0000000000${(0xa0 + n).toString(16)}`;
export const members: Members = { ws, devices: [1, 2, 3, 4, 5].map(deviceId) };

/** The schema of notes that travel. */
export const syncMigrations = [
  ...withNotes.migrations,
  shippedMigration('store/migrations/0012-sync-events.sql'),
  shippedMigration('features/sync/migrations/0030-packs.sql'),
  shippedMigration('features/sync/migrations/0041-pack-revisions.sql'),
];

interface Copy {
  readonly user: Buffer;
  readonly project: Buffer;
}

export interface Device {
  readonly dev: string;
  readonly clock: Clock;
  readonly user: Store;
  readonly store: Store;
  readonly settings: { readonly user: StoreSettings; readonly project: StoreSettings };
  readonly shelf: Shelf & { readonly kept: Map<string, Uint8Array> };
  readonly marks: Map<string, number>;
  /** Its databases as they are now, for a copy of the device, or to be put back. */
  readonly copy: () => Copy;
  /** Goes on with what is on disk, as after a start, or with a copy in its place. */
  readonly reopen: (from?: Copy) => void;
  readonly parts: (remote: Remote, more?: Partial<SyncParts>) => SyncParts;
  readonly sync: (remote: Remote, more?: Partial<SyncParts>) => Promise<SyncReport>;
}

/** Bytes that no other device draws. */
export function bytesOf(n: number): (bytes: number) => Uint8Array {
  let drawn = 0;
  return (bytes) => {
    const out = Buffer.alloc(bytes, n);
    drawn += 1;
    out.writeUIntBE(drawn, bytes - 6, 6);
    return out;
  };
}

export function memoryShelf(): Device['shelf'] {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    read: (key) => kept.get(key),
    write: (key, bytes) => void kept.set(key, Uint8Array.from(bytes)),
    remove: (key) => void kept.delete(key),
  };
}

/** A device of the workspace, number n; keys: those of a member when absent. */
export function device(
  n: number,
  { keys, from, salt = 0, ...more }: { keys?: PackKeys; from?: Copy; salt?: number } & Partial<StoreSettings> = {},
): Device {
  const dev = deviceId(n);
  const clock: Clock = { now: Date.UTC(2026, 0, 2, 3, 4, 5) };
  const identity = { ws, dev, user, project };
  const of = (kind: 'user' | 'project') =>
    storeSetting({
      ...withNotes,
      ...{
        migrations: syncMigrations,
        kind,
        deviceName: `device ${n}`,
        random: bytesOf(salt + 2 * n + (kind === 'user' ? 1 : 0)),
      },
      identity: { ...identity, project: kind === 'user' ? null : project },
      ...more,
    });
  const [userSetting, projectSetting] = [of('user'), of('project')];
  const settings = {
    user: { ...userSetting.settings, clock: () => clock.now },
    project: { ...projectSetting.settings, clock: () => clock.now },
  };
  if (from) lay(settings, from);
  let [userStore, store] = [openStore(settings.user), openStore(settings.project)];
  const random = bytesOf(100 + n + salt);
  const [shelf, marks] = [memoryShelf(), new Map<string, number>()];
  const made: Device = {
    ...{ dev, clock, settings, shelf, marks },
    get user() {
      return userStore;
    },
    get store() {
      return store;
    },
    copy: () => ({ user: userStore.db.serialize(), project: store.db.serialize() }),
    reopen(before) {
      for (const each of [userStore, store]) if (each.db.open) each.close();
      if (before) lay(settings, before);
      [userStore, store] = [openStore(settings.user), openStore(settings.project)];
    },
    parts: (remote, parts = {}) => ({
      ...{ remote, remoteId: 'remote-1', keys: keys ?? packKeys(dev, members), user: userStore, shelf },
      projects: [{ project, use: (work) => work(store) }],
      marks: {
        get: (log) => marks.get(log) ?? 0,
        raise: (some) => {
          for (const [log, seq] of Object.entries(some)) marks.set(log, Math.max(seq, marks.get(log) ?? 0));
        },
      },
      ...{ writer: 'test', clock: () => clock.now, monotonic: () => 0, random },
      ...{ failpoint: () => undefined, breathe: async () => undefined, signal: new AbortController().signal },
      ...parts,
    }),
    sync: (remote, parts) => sync(made.parts(remote, parts)),
  };
  return made;
}

function lay(settings: Device['settings'], from: Copy): void {
  for (const kind of ['user', 'project'] as const) fs.writeFileSync(settings[kind].file, from[kind], { mode: 0o600 });
}

/** Notes that are shown, in a form that does not depend on the order in which they came. */
export function shown({ store }: Device): readonly unknown[] {
  return store.statements.all('select ent, text, meta from notes order by ent', []);
}

export const linesOf = ({ store }: Device): string[] =>
  store.statements.all<{ text: string }>('select text from lines order by text', []).map(({ text }) => text);
