// What sync gets from the rest.
import { join } from 'node:path';
import type { Feature } from '../features/feature.ts';
import { syncFeature } from '../features/sync/feature.ts';
import { openRemote } from '../features/sync/remotes/open.ts';
import { objectFiles } from '../platform/object-files.ts';
import type { Paths } from '../platform/paths.ts';
import type { Projects } from './projects.ts';

interface SyncParts {
  readonly paths: Paths;
  readonly projects: () => Projects;
}

/** Ties remotes to the places and the workspace of this installation. */
export function wireSync({ paths, projects }: SyncParts): Feature {
  const opening = { home: paths.home, desks: join(paths.data, 'remotes') };
  return syncFeature({
    remotes: {
      home: paths.home,
      open: (url) => openRemote(url, opening),
      files: objectFiles(),
      ws: () => projects().identity.ws,
      acceptRollback: async () => 0, // nothing is marked as seen before packs go there
    },
  });
}
