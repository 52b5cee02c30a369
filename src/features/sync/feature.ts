import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';
import { type KeyVerbNeeds, keyPreparations, keyVerbs } from './keyring/verbs.ts';
import type { PackageNeeds } from './package/needs.ts';
import { packageVerbs } from './package/verbs.ts';
import { formatPlace } from './remotes/remote-url.ts';
import { add, list, prepareAdd, prepareTest, type RemoteNeeds, remove, test } from './remotes/verbs.ts';
import { type RunNeeds, runVerbs } from './run-verbs.ts';

export interface SyncNeeds {
  readonly remotes: RemoteNeeds;
  readonly keys: () => KeyVerbNeeds;
  readonly runs: RunNeeds;
  readonly packages: PackageNeeds;
}

/** The same memory on every machine: where packs go; the engine itself is run by the daemon (`engine.ts`). */
export function syncFeature({ remotes, keys, runs, packages }: SyncNeeds): Feature {
  return feature(contract, {
    migrations: {
      directory: join(import.meta.dirname, 'migrations'),
      files: [
        '0030-packs.sql',
        '0031-remotes.sql',
        '0032-keyring.sql',
        '0036-conflict-state.sql',
        '0039-rehearsals.sql',
        '0041-pack-revisions.sql',
      ],
    },
    verbs: {
      'remote.add': add(remotes),
      'remote.list': list,
      'remote.remove': remove,
      'remote.test': test,
      ...keyVerbs(keys),
      ...runVerbs(runs),
      ...packageVerbs(packages),
    },
    prepare: {
      'remote.add': prepareOurs(remotes, keys),
      'remote.test': prepareTest(remotes),
      ...keyPreparations(keys),
    },
  });
}

/** A place of another workspace is refused before anything is written down of it. */
function prepareOurs(remotes: RemoteNeeds, keys: SyncNeeds['keys']) {
  const prepare = prepareAdd(remotes);
  return async (...asked: Parameters<typeof prepare>) => {
    const tried = await prepare(...asked);
    await keys().membership.requireOurs({ kind: tried.place.kind, url: formatPlace(tried.place) });
    return tried;
  };
}
