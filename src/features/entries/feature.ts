import { join } from 'node:path';
import type { Scope } from '../../core/words.ts';
import { type Context, type Feature, feature, type StorePlace } from '../feature.ts';
import { feedback, link, tag, trust } from './annotate.ts';
import { contract } from './contract.ts';
import { history } from './history.ts';
import { databaseOf } from './identity.ts';
import { list } from './list.ts';
import { placeOfNamed } from './named.ts';
import type { EntryNeeds } from './needs.ts';
import { entries } from './projection.ts';
import { heldInMemory, restore, retire } from './retire.ts';
import { retrieve } from './retrieve.ts';
import { stats } from './stats.ts';
import { store } from './store.ts';
import type { StoreInput } from './wanted.ts';

/** What belongs to the person and to no project, so no project is needed. */
const isPersons = ({ scope }: { readonly scope?: Scope | undefined }) =>
  scope !== undefined && databaseOf(scope) === 'user';

/** Context entries: what people and agents ask to be remembered, by key. */
export function entriesFeature(needs: EntryNeeds): Feature {
  const placeOfStore = ({ layer, scope }: StoreInput, { project }: Context): StorePlace => {
    const { defaultLayer, defaultScope } = needs.settings(project.root);
    return (layer ?? defaultLayer) === 'ephemeral' ? 'memory' : databaseOf(scope ?? defaultScope);
  };
  return feature(contract, {
    verbs: {
      'context.store': store(needs),
      'context.retrieve': retrieve(needs),
      'context.list': list(needs),
      'context.delete': retire(needs),
      'context.restore': restore(needs),
      'context.history': history,
      'context.tag': tag,
      'context.link': link,
      'context.trust': trust,
      'context.feedback': feedback,
      'stats.get': stats(needs),
    },
    projections: [entries],
    migrations: {
      directory: join(import.meta.dirname, 'migrations'),
      files: ['0002-entries.sql', '0014-entries-whole.sql', '0022-trust.sql'],
    },
    anywhere: {
      'context.store': ({ scope }) => isPersons({ scope: scope ?? needs.settings(undefined).defaultScope }),
      'context.retrieve': isPersons,
      'context.list': isPersons,
      'context.delete': isPersons,
      'context.restore': isPersons,
      'context.history': isPersons,
      'context.tag': isPersons,
      'context.link': isPersons,
      'context.trust': isPersons,
      'context.feedback': isPersons,
    },
    storeOf: {
      'context.store': placeOfStore,
      'context.delete': (input, context) =>
        heldInMemory(needs.ephemeral, input, context) ? 'memory' : placeOfNamed(input, context),
      'context.restore': placeOfNamed,
      'context.tag': placeOfNamed,
      'context.link': placeOfNamed,
      'context.trust': placeOfNamed,
      'context.feedback': placeOfNamed,
    },
  });
}
