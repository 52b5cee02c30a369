// What a store holds once nothing runs any more, read from the closed files by our own engine.
import fs from 'node:fs';
import { join } from 'node:path';
import { readMigrations } from '../../src/daemon/migrations.ts';
import { activityFeature } from '../../src/features/activity/feature.ts';
import { cacheFeature } from '../../src/features/cache/feature.ts';
import { captureFeature } from '../../src/features/capture/feature.ts';
import { documentsFeature } from '../../src/features/documents/feature.ts';
import * as ofDocuments from '../../src/features/documents/findable.ts';
import { entriesFeature } from '../../src/features/entries/feature.ts';
import * as ofEntries from '../../src/features/entries/findable.ts';
import { erasingFeature } from '../../src/features/erasing/feature.ts';
import type { Feature } from '../../src/features/feature.ts';
import { searchFeature } from '../../src/features/search/feature.ts';
import { meaningFeature } from '../../src/features/search/meaning/feature.ts';
import { sessionsFeature } from '../../src/features/sessions/feature.ts';
import * as ofSessions from '../../src/features/sessions/findable.ts';
import { syncFeature } from '../../src/features/sync/feature.ts';
import { systemFeature } from '../../src/features/system/feature.ts';
import { tokensFeature } from '../../src/features/tokens/feature.ts';
import { digest } from '../../src/store/digest.ts';
import { Store } from '../../src/store/store.ts';
import { verify } from '../../src/store/verify.ts';
import type { Home } from './home.ts';

/** Opens a database of a home that no daemon holds, hands it on, and closes it. */
export function withStore<T>(file: string, work: (store: Store) => T): T {
  const features = allFeatures();
  const kind = file.endsWith('user.db') ? 'user' : 'project';
  const projections = features.flatMap((feature) => feature.projections);
  const store = new Store({
    ...{ file, kind, deviceName: 'audit', identity: { ws: '', dev: '', user: '', project: null } },
    migrations: readMigrations(features),
    projections: projections.filter((each) => (each.in ?? kind) === kind),
    ...{ clock: Date.now, random: (bytes) => Buffer.alloc(bytes), failpoint: () => undefined },
    onCommit: () => undefined,
  });
  try {
    return work(store);
  } finally {
    store.close();
  }
}

/** Every database of a home. */
export function databases(home: Home): string[] {
  const projects = fs.existsSync(home.paths.projects) ? fs.readdirSync(home.paths.projects) : [];
  const files = [home.paths.userDatabase, ...projects.map((id) => join(home.paths.projects, id, 'memory.db'))];
  return files.filter((file) => fs.existsSync(file));
}

/** What a deep check of every closed database finds wrong; empty is clean. */
export function findings(home: Home): string[] {
  return databases(home).flatMap((file) => withStore(file, (store) => [...verify(store, 'deep').problems]));
}

/** Digest of every row of one database. */
export function digestOf(file: string): Readonly<Record<string, string>> {
  return withStore(file, digest);
}

/** Those of the product that have tables, with nothing behind them: their steps and projections are all that is used. */
export function allFeatures(): readonly Feature[] {
  // never called: only what the features declare is read here
  const none = {} as never;
  return [
    entriesFeature(none),
    sessionsFeature(none),
    captureFeature(none, [], none),
    activityFeature(none),
    cacheFeature({
      audit: none,
      planning: none,
      blocks: none,
      loading: { verbs: none, preloadState: none },
      tensors: none,
    }),
    tokensFeature(none),
    syncFeature({ remotes: none, keys: none, runs: none, packages: none }),
    documentsFeature(none),
    systemFeature(none),
    erasingFeature(none),
    meaningFeature(),
    searchFeature({
      findables: [...ofEntries.findables, ...ofSessions.findables, ...ofDocuments.findables],
      hidings: [...ofEntries.hidings, ...ofSessions.hidings, ...ofDocuments.hidings],
      ...{ showings: [], entryOf: none, hygiene: none },
    }),
  ];
}
