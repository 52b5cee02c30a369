import type { Parsed } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import { contract } from './contract.ts';
import type { EntryNeeds } from './needs.ts';
import { store } from './store.ts';

type Values = Parsed<(typeof contract)['context.store']>['metadata'];

/** What a session is started with, as entries of that session: by key, of layer session. Keys that are computed are left out. */
export function storeInitial(needs: Pick<EntryNeeds, 'settings' | 'ephemeral'>) {
  const keep = store(needs);
  return (tx: Write, session_id: string, values: Values, context: Context): void => {
    for (const [key, value] of Object.entries(values)) {
      if (key === '' || key.startsWith('session_state_')) continue;
      const input = { key, value, session_id, scope: 'session', layer: 'session', category: 'initial' } as const;
      keep(tx, contract['context.store'].input.parse(input), context);
    }
  };
}
