// One run of the product's engine on one device, against one remote on one of its days.
import { PrsistError } from '../../src/core/errors.ts';
import { pull, push } from '../../src/features/sync/engine.ts';
import type { SyncParts } from '../../src/features/sync/ports.ts';
import type { SyncReport } from '../../src/features/sync/report.ts';
import { rebuild } from '../../src/store/rebuild.ts';
import { packKeys } from '../harness/pack-keys.ts';
import { project, type SimDevice, workspace } from './device.ts';
import type { Fault, RemotePlace } from './lying-remote.ts';

export interface SyncTold {
  /** Objects that went up and records that came down. */
  readonly moved: number;
  readonly told: string;
  /** Kinds of what somebody may have to know. */
  readonly notes: readonly string[];
}

export interface How {
  readonly fault?: Fault;
  /** As once a day: everything is looked at. */
  readonly full?: boolean;
  /** Small packs are joined. */
  readonly tidy?: boolean;
  /** A snapshot is made, however little there is. */
  readonly snapshots?: boolean;
}

/** Sends, then takes in; what the remote fails at is told, not thrown. */
export async function syncWith(
  device: SimDevice,
  members: readonly string[],
  place: RemotePlace,
  how: How,
): Promise<SyncTold> {
  const parts = partsOf(device, members, place, how);
  try {
    const up = await push(parts);
    const down = await pull(parts);
    for (const id of new Set([...up.late, ...down.late])) rebuild(id === project ? device.store : device.user);
    return toldOf(up, down);
  } catch (error) {
    if (device.isDead || !(error instanceof PrsistError)) throw error;
    return { moved: 0, told: `${error.code}: ${error.message}`, notes: [error.code] };
  }
}

function toldOf(up: SyncReport, down: SyncReport): SyncTold {
  const notes = [...up.notes, ...down.notes];
  const said = notes.map(({ is, ...more }) => ` ${is} ${JSON.stringify(more)}`);
  return {
    moved: up.sent.packs + down.received.packs,
    told: `up ${up.sent.records} down ${down.received.records}${said.join('')}`,
    notes: notes.map(({ is }) => is),
  };
}

function partsOf(
  device: SimDevice,
  members: readonly string[],
  place: RemotePlace,
  { fault, full, tidy, snapshots }: How,
): SyncParts {
  const { shelf, marks } = device.aside;
  let passed = 0;
  return {
    remote: place.view(() => device.requireAlive(), fault),
    remoteId: place.name,
    keys: packKeys(device.dev, { ws: workspace, devices: members }),
    user: device.user,
    projects: [{ project, use: (work) => work(device.store) }],
    shelf: {
      read: (key) => shelf.get(key),
      write: (key, bytes) => void shelf.set(key, Uint8Array.from(bytes)),
      remove: (key) => void shelf.delete(key),
    },
    marks: {
      get: (log) => marks.get(log) ?? 0,
      raise: (raised) => {
        for (const [log, seq] of Object.entries(raised)) marks.set(log, Math.max(seq, marks.get(log) ?? 0));
      },
    },
    writer: 'simulator',
    clock: device.clock.now,
    // time passes as work is done, the same in every run
    monotonic: () => {
      passed += 0.01;
      return passed;
    },
    random: device.random,
    failpoint: device.failpoint,
    ...(full ? { full } : {}),
    ...(tidy ? { tidy } : {}),
    ...(snapshots ? { snapshots: { from: 1, behind: 0 } } : {}),
    breathe: async () => undefined,
    signal: new AbortController().signal,
  };
}
