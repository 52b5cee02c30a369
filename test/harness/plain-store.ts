// A store of the product with the entries of the product, opened in this process.
import { randomBytes } from 'node:crypto';
import { uuidV8 } from '../../src/core/ids.ts';
import { readMigrations } from '../../src/daemon/migrations.ts';
import { entriesFeature } from '../../src/features/entries/feature.ts';
import { store as storing } from '../../src/features/entries/store.ts';
import type { Caller } from '../../src/features/feature.ts';
import { Store } from '../../src/store/store.ts';
import { verify } from '../../src/store/verify.ts';
import { plainNeeds } from '../features/entries/entry-needs.ts';

const id = (name: string) => uuidV8(['plain-store', name]);
const needs = plainNeeds();
const caller: Caller = { user: id('user'), origin: 'human' };

/** Opens a project's database; made when it is not there. */
export function openStore(file: string): Store {
  const features = [entriesFeature(needs)];
  return new Store({
    ...{ file, kind: 'project', deviceName: 'test', migrations: readMigrations(features) },
    projections: features.flatMap((feature) => feature.projections),
    identity: { ws: id('ws'), dev: id('dev'), user: caller.user, project: id('project') },
    ...{ clock: Date.now, random: randomBytes, failpoint: () => undefined, onCommit: () => undefined },
  });
}

/** What the tests do with a store. */
export function storeOf(store: Store) {
  return {
    /** Resolves when the entry is acknowledged. */
    put: (key: string, value: string) =>
      store.write((tx) =>
        storing(needs)(
          tx,
          {
            ...{ key, value, layer: 'long_term', scope: 'project', priority: 'medium', category: 'general' },
            metadata: {},
          },
          {
            ...{ caller, project: { id: id('project'), name: 'test' }, read: { project: tx, user: tx }, now: tx.now },
            ...{ worktree: undefined, branch: undefined, git: null },
          },
        ),
      ),
    /** Keys in the order in which they were stored. */
    keys: () => store.db.prepare('select key from memory_context_registry order by id').pluck().all().map(String),
    problems: () => verify(store, 'deep').problems,
  };
}
