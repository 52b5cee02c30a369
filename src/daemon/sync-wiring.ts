// What sync gets from the rest.
import { join } from 'node:path';
import type { Check } from '../core/finding.ts';
import { adoptEntries } from '../features/entries/adopt.ts';
import type { Feature } from '../features/feature.ts';
import { noProject } from '../features/sync/engine.ts';
import { syncFeature } from '../features/sync/feature.ts';
import type { Membership } from '../features/sync/keyring/membership.ts';
import type { Adopted } from '../features/sync/keyring/needs.ts';
import { openRemote } from '../features/sync/remotes/open.ts';
import { allRemotes } from '../features/sync/remotes/queries.ts';
import { formatPlace, parsePlace } from '../features/sync/remotes/remote-url.ts';
import { formerSelves } from '../features/system/queries.ts';
import { writeAtomic } from '../platform/files.ts';
import { objectFiles } from '../platform/object-files.ts';
import { logMarks, packFiles } from '../platform/pack-files.ts';
import { createRandom } from '../platform/random.ts';
import { pause } from '../platform/time.ts';
import type { StoreEvent } from '../store/transaction.ts';
import { deviceCheck } from './device-check.ts';
import { noteErasing } from './erasing.ts';
import type { RemoteStanding } from './gauges.ts';
import { type KeyParts, wireMembership } from './key-wiring.ts';
import { type PackageParts, packageNeeds } from './package-wiring.ts';
import { Rehearsals } from './rehearsals.ts';
import { remoteCheck } from './remote-check.ts';
import { runNeeds, unsent } from './sync-runs.ts';
import { SyncSchedule } from './sync-schedule.ts';
import { Syncing, type SyncingParts } from './syncing.ts';

export interface SyncWiringParts
  extends Omit<KeyParts, 'open' | 'adopt'>,
    Pick<PackageParts, 'redactorOf'>,
    Pick<SyncingParts, 'clock' | 'failpoint' | 'breathe' | 'isQuiet' | 'onApplied' | 'recompute' | 'tell' | 'erased'> {
  /** Secrets are replaced with the key of the workspace from now on. */
  readonly rekey: (key: Uint8Array) => void;
}

export interface SyncWired {
  readonly feature: Feature;
  /** Who belongs to the workspace. */
  readonly membership: Membership;
  readonly syncing: Syncing;
  readonly schedule: SyncSchedule;
  /** Whether the memory would come back from a remote alone. */
  readonly rehearsals: Rehearsals;
  /** How it stands with every remote that takes part. */
  readonly standings: () => readonly RemoteStanding[];
  /** What doctor says of the keys of this device. */
  readonly deviceKeys: () => Promise<Check>;
  /** What it says of the remotes. */
  readonly remotes: () => Check;
  /** Something was written: it is sent when it is quiet, or at once where somebody will look for it elsewhere. */
  readonly committed: (events: readonly StoreEvent[]) => void;
  /** Calls off what is under way, and returns when nothing is. */
  readonly stop: () => Promise<void>;
}

/** What is told to other devices at once. */
const urgent: ReadonlySet<string> = new Set([
  ...['handoff.create', 'handoff.accept', 'session.end', 'session.compact'],
  ...['record.erase', 'record.erased'], // what is to be gone, and that it is
  'commit.share', // a push: the work is looked for elsewhere soon
]);

/** Ties remotes, keys and the engine to the places and the databases of this installation. */
export function wireSync(parts: SyncWiringParts): SyncWired {
  const {
    paths,
    projects,
    settings,
    monotonic,
    clock,
    failpoint,
    breathe,
    isQuiet,
    onApplied,
    recompute,
    tell,
    erased,
  } = parts;
  const config = () => settings.config;
  const rclone = () => config().portable_sync;
  const opening = { home: paths.home, desks: join(paths.data, 'remotes'), rclone };
  const open = (url: string) => openRemote(url, opening);
  const membership = wireMembership({
    ...{ ...parts, open: ({ url }) => open(url), adopt: adopting(parts) },
    log(event, details) {
      parts.log(event, details);
      // other keys: what was sealed to nobody here may be open now, and who was let in waits for what is here
      for (const { remote_id } of projects().user.read.all(allRemotes, {})) schedule.again(remote_id);
    },
  });
  const random = createRandom();
  const syncing = new Syncing({
    ...{
      membership,
      projects,
      open,
      config,
      clock,
      monotonic,
      failpoint,
      breathe,
      isQuiet,
      pause,
      onApplied,
      recompute,
      tell,
      random,
      erased,
    },
    erasing: (project) => noteErasing(projects(), project ?? noProject, project === null ? 'user' : 'project'),
    ...{ shelf: packFiles(join(paths.data, 'packs')), marks: logMarks(paths.logMarks) },
    onBug: (error) => parts.log('sync-failed', { why: error instanceof Error ? (error.stack ?? error.message) : '' }),
  });
  const rehearsals = new Rehearsals({
    ...{ membership, projects, config, clock, monotonic, random, failpoint, breathe, pause, syncing, log: parts.log },
    open: (url, desks) => openRemote(url, { ...opening, desks }),
    directory: join(paths.data, 'rehearsal'),
  });
  const needs = runNeeds({ syncing, membership, projects, config, clock, schedule: () => schedule });
  const schedule = new SyncSchedule({
    ...{ monotonic, run: needs.scheduled, remotes: () => syncing.remotes() },
    isEnabled: () => config().portable_sync.enabled,
    minutes: () => config().portable_sync.auto_sync_interval_minutes,
    random: () => (random(4)[0] ?? 0) / 255,
  });
  const feature = syncFeature({
    remotes: {
      ...{ home: paths.home, open, files: objectFiles() },
      ws: () => projects().identity.ws,
      acceptRollback: async (remoteId) => {
        await syncing.acceptRollback(remoteId);
        return membership.needs.kept.forgetSeen(remoteId);
      },
      works: (remoteId) => schedule.again(remoteId),
    },
    keys: () => ({
      membership,
      place(written, directory = paths.home) {
        const place = parsePlace(written, { home: paths.home, directory });
        return { kind: place.kind, url: formatPlace(place) };
      },
    }),
    runs: { ...needs, verify: rehearsals.verify },
    packages: packageNeeds(parts, membership),
  });
  return {
    ...{ feature, membership, syncing, schedule, rehearsals, deviceKeys: () => deviceCheck(membership, paths.keys) },
    standings: () =>
      syncing.remotes().map((row) => {
        const isStopped = config().portable_sync.enabled && schedule.dueIn(row.remote_id) === undefined;
        return { ...syncing.state(row.remote_id), row, isStopped, pending: unsent(projects(), row.remote_id) };
      }),
    remotes: () => remoteCheck(projects(), syncing, schedule),
    committed(events) {
      // what came from the others is no news to them
      const own = events.filter(({ foreign }) => !foreign);
      if (own.some(({ name }) => urgent.has(name))) schedule.urgent();
      else if (own.length > 0) schedule.changed();
    },
    async stop() {
      await rehearsals.stop();
      await syncing.stop();
      await schedule.settle();
    },
  };
}

/**
 * This device becomes one of a person's: its logs go along, and what it remembered for the person it was before belongs
 * to the one it is now. Again changes nothing.
 */
function adopting({ paths, projects, rekey, log }: SyncWiringParts) {
  return async ({ ws, user, userName, redactionKey }: Adopted): Promise<void> => {
    const before = projects().identity;
    writeAtomic(join(paths.keys, 'redaction.key'), redactionKey);
    rekey(Buffer.from(redactionKey, 'hex'));
    if (before.ws !== ws || before.user !== user) projects().adopt({ ws, user, name: userName });
    // of all former ids: one may have been left in the middle of this
    await projects().user.write((tx) => {
      for (const { user_id } of tx.all(formerSelves, {})) adoptEntries(tx, { from: user_id, to: user });
    });
    log('workspace-joined', { ws });
  };
}
