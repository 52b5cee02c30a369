import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';
import { add, list, prepareAdd, prepareTest, type RemoteNeeds, remove, test } from './remotes/verbs.ts';

export interface SyncNeeds {
  readonly remotes: RemoteNeeds;
}

/** The same memory on every machine: where packs go; the engine itself is run by the daemon (`engine.ts`). */
export function syncFeature({ remotes }: SyncNeeds): Feature {
  return feature(contract, {
    migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0030-packs.sql', '0031-remotes.sql'] },
    verbs: {
      'remote.add': add(remotes),
      'remote.list': list,
      'remote.remove': remove,
      'remote.test': test,
    },
    prepare: { 'remote.add': prepareAdd(remotes), 'remote.test': prepareTest(remotes) },
  });
}
