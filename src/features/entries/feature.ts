import { join } from 'node:path';
import type { Scope } from '../../core/words.ts';
import { type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';
import { list } from './list.ts';
import { entries } from './projection.ts';
import { retire } from './retire.ts';
import { retrieve } from './retrieve.ts';
import { store } from './store.ts';

/** Context entries: what people and agents ask to be remembered, by key. */
export function entriesFeature(): Feature {
  return feature(contract, {
    verbs: {
      'context.store': store,
      'context.retrieve': retrieve,
      'context.list': list,
      'context.delete': retire,
    },
    projections: [entries],
    migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0002-entries.sql'] },
    storeOf: { 'context.store': databaseOf, 'context.delete': databaseOf },
  });
}

/** Entries of the user follow them through all projects. */
function databaseOf({ scope }: { readonly scope?: Scope | undefined }): 'project' | 'user' {
  return scope === 'user' ? 'user' : 'project';
}
