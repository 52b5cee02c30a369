// Rebuilding databases from one remote alone, beside those in use, and comparing.
import { productVersion } from '../core/protocol.ts';
import { noProject, type Rebuilt, rehearse, type SyncParts } from '../features/sync/engine.ts';
import type { Membership } from '../features/sync/keyring/membership.ts';
import type { Remote } from '../features/sync/remote.ts';
import type { RemoteRow } from '../features/sync/remotes/queries.ts';
import { aliasesOf } from '../features/system/shared-projects.ts';
import { fileBytes } from '../platform/walk.ts';
import type { Store } from '../store/store.ts';
import type { Projects } from './projects.ts';
import { type Compared, compare } from './rehearsal-compare.ts';
import { type Expected, expectedOf } from './rehearsal-expected.ts';
import { Scratch } from './rehearsal-scratch.ts';
import { throttled } from './sync-throttle.ts';
import type { SyncingParts } from './syncing.ts';

type Shared = 'projects' | 'config' | 'clock' | 'monotonic' | 'random' | 'failpoint' | 'breathe' | 'pause';

export interface RehearsalParts extends Pick<SyncingParts, Shared> {
  readonly membership: Pick<Membership, 'requireOurs' | 'holding' | 'packKeys'>;
  /** desks: where it may work for the moment. */
  readonly open: (url: string, desks: string) => Remote;
  /** A directory of its own, which is removed. */
  readonly directory: string;
}

/** A database that can be rebuilt. */
export interface Target {
  /** `noProject` for the user database. */
  readonly project_id: string;
  readonly name: string;
}

export interface Rehearsed extends Target, Compared {}

export interface Wanted {
  readonly row: RemoteRow;
  readonly targets: readonly Target[];
  readonly signal: AbortSignal;
  readonly report: (progress: Readonly<Record<string, unknown>>) => void;
  /** One is done. */
  readonly onCompared: (found: Rehearsed) => Promise<void>;
}

/** Goes through the targets one after the other. Throws what keeps the remote from being read, and when it is called off. */
export async function rehearseRemote(parts: RehearsalParts, wanted: Wanted): Promise<void> {
  const { membership, projects } = parts;
  const { row, targets } = wanted;
  await membership.requireOurs({ kind: row.kind, url: row.url });
  await membership.holding(); // says why, where this device may read nothing
  const expected = new Map<string, Expected>();
  for (const { project_id } of targets) {
    expected.set(project_id, await withLive(projects(), project_id, async (live) => expectedOf(live, row.remote_id)));
  }
  const scratch = new Scratch(parts.directory, projects());
  try {
    await scratch.with(null, (user) => inScratch({ parts, wanted, expected, scratch, user }));
  } finally {
    scratch.remove();
  }
}

interface Going {
  readonly parts: RehearsalParts;
  readonly wanted: Wanted;
  readonly expected: ReadonlyMap<string, Expected>;
  readonly scratch: Scratch;
  /** What comes into the user database, and what the remote was seen to hold. */
  readonly user: Store;
}

async function inScratch(going: Going): Promise<void> {
  const { parts, wanted, scratch } = going;
  const { targets, row } = wanted;
  const remote = throttled(parts.open(row.url, scratch.desks), parts.config().portable_sync.max_kib_per_s, parts.pause);
  try {
    await rehearse(await syncParts(going, remote), {
      only: new Set(targets.map(({ project_id }) => project_id)),
      reached: async (project, rebuilt) => {
        const target = targets.find(({ project_id }) => project_id === project);
        const found = target && (await compared(going, target, rebuilt));
        if (found) await wanted.onCompared({ ...target, ...found });
        scratch.dropPacks();
      },
    });
  } finally {
    await remote.close();
  }
}

async function syncParts({ parts, wanted, scratch, user }: Going, remote: Remote): Promise<SyncParts> {
  const { membership, projects, clock, monotonic, random, failpoint, config } = parts;
  const { row, signal, targets } = wanted;
  const { read } = projects().user;
  let at = '';
  return {
    ...{ remote, remoteId: row.remote_id, keys: await membership.packKeys(), user, shelf: scratch.shelf },
    ...{ marks: scratch.marks, writer: productVersion, clock, monotonic, random, failpoint, signal },
    texts: config().portable_sync.texts,
    breathe: () => turn(parts, signal),
    projects: targets
      .filter(({ project_id }) => project_id !== noProject)
      .map(({ project_id, name }) => ({
        project: project_id,
        aliases: aliasesOf(read, project_id),
        use: (work) => {
          at = name;
          scratch.requireRoom(fileBytes(projects().file(project_id)));
          return scratch.with(project_id, work);
        },
      })),
    progress: ({ doing, done, of, bytes }) =>
      wanted.report({
        ...{ remote: row.name, ...(at === '' ? {} : { rebuilding: at }), doing },
        ...{ packs: `${done}/${of}`, kib: Math.round(bytes / 1024) },
      }),
  };
}

/** Others have their turn; whoever was called off stops there. */
async function turn({ breathe }: RehearsalParts, signal: AbortSignal): Promise<void> {
  await breathe();
  signal.throwIfAborted();
}

async function compared(
  { parts, wanted, expected }: Going,
  target: Target,
  rebuilt: Rebuilt,
): Promise<Compared | undefined> {
  const { projects, monotonic, config } = parts;
  const { row, signal } = wanted;
  wanted.report({ remote: row.name, rebuilding: target.name, doing: 'comparing' });
  const { version: keyring } = await parts.membership.packKeys();
  return withLive(projects(), target.project_id, (live) =>
    compare({
      ...{ live, rebuilt, keyring, texts: config().portable_sync.texts },
      expected: expected.get(target.project_id) ?? { held: new Map(), sent: new Map(), seen: new Map() },
      words: { remote: row.name, dev: live.settings.identity.dev },
      pace: { monotonic, breathe: parts.breathe, cancelled: () => signal.aborted },
    }),
  );
}

function withLive<T>(projects: Projects, projectId: string, work: (live: Store) => Promise<T>): Promise<T> {
  return projectId === noProject ? work(projects.user) : projects.borrow(projectId, work);
}
