import { expect, test } from 'vitest';
import { sweepStores } from '../../src/daemon/sweep.ts';
import { addSyncEvent } from '../../src/features/sync/queries.ts';
import type { Store } from '../../src/store/store.ts';
import { plainNeeds } from '../features/entries/entry-needs.ts';
import { projectId, wiredWorld } from './wired-world.ts';

const day = 86_400_000;

const events = ({ statements }: Store) =>
  statements.all('select event_id from memory_sync_events order by event_id', []).length;

test('SN19: traces of exchanges go after a week, in every database that is open, and the newest 100,000 stay', async () => {
  const { projects, settings, clock, project } = wiredWorld();
  project();
  const stores = [projects.user, projects.store(projectId)];
  const trace = (store: Store, event_id: string, at: number) =>
    store.write((tx) =>
      tx.run(addSyncEvent, {
        ...{ event_id, key: 'packs', source: 'test', targets: '[]', payload: '{}', now: at, error: null },
      }),
    );
  for (const store of stores) {
    await trace(store, 'old', clock.now - 7 * day - 1);
    await trace(store, 'fresh', clock.now - 7 * day + 1);
  }
  const sweep = () =>
    sweepStores(projects, settings, {
      entries: plainNeeds(),
      onFault: (what, error) => expect.fail(`${what} ${String(error)}`),
    });
  await sweep();
  expect(stores.map(events)).toEqual([1, 1]);
  const [user] = stores as [Store];
  user.maintain(() =>
    user.statements.run(
      `insert into memory_sync_events (event_id, event_type, context_key, source_system, target_systems, priority, payload,
         timestamp, processed)
       with recursive many (n) as (select 1 union all select n + 1 from many where n < 100000)
       select 'e' || n, 'sync', 'packs', 'test', '[]', 'medium', '{}', ?, 1 from many`,
      [clock.now],
    ),
  );
  await sweep();
  expect(events(user)).toBe(100_000);
  expect(user.statements.all("select 1 from memory_sync_events where event_id = 'fresh'", [])).toEqual([]);
});
