// What sync gets from the rest.
import { join } from 'node:path';
import type { Check } from '../core/finding.ts';
import type { Feature } from '../features/feature.ts';
import { syncFeature } from '../features/sync/feature.ts';
import type { Membership } from '../features/sync/keyring/membership.ts';
import { openRemote } from '../features/sync/remotes/open.ts';
import { formatPlace, parsePlace } from '../features/sync/remotes/remote-url.ts';
import { objectFiles } from '../platform/object-files.ts';
import { deviceCheck } from './device-check.ts';
import { type KeyParts, wireMembership } from './key-wiring.ts';

type SyncParts = Omit<KeyParts, 'open' | 'adopt'>;

export interface SyncWired {
  readonly feature: Feature;
  /** Who belongs to the workspace. */
  readonly membership: Membership;
  /** What doctor says of the keys of this device. */
  readonly deviceKeys: () => Promise<Check>;
}

/** Ties remotes and keys to the places and the workspace of this installation. */
export function wireSync(parts: SyncParts): SyncWired {
  const { paths, projects, log } = parts;
  const opening = { home: paths.home, desks: join(paths.data, 'remotes') };
  const open = (url: string) => openRemote(url, opening);
  const membership = wireMembership({
    ...parts,
    open: ({ url }) => open(url),
    adopt: async ({ ws }) => log('workspace-joined', { ws }),
  });
  const feature = syncFeature({
    remotes: {
      ...{ home: paths.home, open, files: objectFiles() },
      ws: () => projects().identity.ws,
      acceptRollback: (remoteId) => membership.needs.kept.forgetSeen(remoteId),
    },
    keys: () => ({
      membership,
      place(written, directory = paths.home) {
        const place = parsePlace(written, { home: paths.home, directory });
        return { kind: place.kind, url: formatPlace(place) };
      },
    }),
  });
  return { feature, membership, deviceKeys: () => deviceCheck(membership, paths.keys) };
}
