// Chains in a store of their own.

import { addLinks, longestPrefix } from '../../../src/features/cache/blocks.ts';
import { chainOf, type Link, type Linkable } from '../../../src/features/cache/chain.ts';
import { cacheErasing } from '../../../src/features/cache/erasing.ts';
import type { SegmentKind } from '../../../src/features/cache/segment.ts';
import { packedLink } from '../../../src/features/cache/segments.ts';
import { Store } from '../../../src/store/store.ts';
import { shippedMigration, storeSetting, type Wanted } from '../../store/temporary-store.ts';

export const cacheMigration = shippedMigration('features/cache/migrations/0026-cache.sql');

/** A database with the tables of the cache, and the clock it goes by. */
export function cacheStore(wanted: Wanted = {}) {
  const setting = storeSetting({
    ...wanted,
    migrations: [cacheMigration],
    projections: [cacheErasing(() => undefined)],
  });
  return { store: new Store(setting.settings), clock: setting.clock, file: setting.file };
}

/** A segment that says what it is called. */
export function segmentNamed(name: string, more: Partial<Linkable> = {}): Linkable {
  const kind: SegmentKind = more.kind ?? 'documentation';
  return { slot: `doc:${name}`, kind, place: 'system', text: `${name}\n`, tokens: 10, change: 0.01, ...more };
}

/** The chain of some names: equal beginnings give equal links. */
export function chainNamed(names: readonly string[], more: Partial<Linkable> = {}): readonly Link[] {
  return chainOf(
    { model: 'm' },
    names.map((name) => segmentNamed(name, more)),
  );
}

/** Writes all links of a chain at once. */
export async function addChain(store: Store, links: readonly Link[]): Promise<number> {
  const packed = new Map(links.map((link, at) => [at, packedLink(link, true)]));
  return store.write((tx) => addLinks(tx, { links, packed, most: links.length }));
}

export function standing(store: Store, links: readonly Link[]): number {
  return longestPrefix(store.read, links);
}

/** What is wrong with the index: blocks without their parent, wrong counts, segments that are missing. */
export function faults(store: Pick<Store, 'db'>): unknown[] {
  const all = (sql: string) => store.db.prepare(sql).all();
  return [
    ...all(
      'select depth from kv_block b where parent is not null and not exists (select 1 from kv_block p where p.h = b.parent)',
    ),
    ...all('select depth from kv_block where (parent is null) <> (depth = 1)'),
    ...all('select depth, kids from kv_block b where kids <> (select count(*) from kv_block k where k.parent = b.h)'),
    ...all('select depth from kv_block b where not exists (select 1 from kv_cache c where c.id = b.seg)'),
    ...all(`select b.depth from kv_block b join kv_block p on p.h = b.parent
      where b.depth <> p.depth + 1 or b.cum_tok <> p.cum_tok + b.tok`),
  ];
}
