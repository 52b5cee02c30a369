// Databases whose prefix cache is full, written row by row: through the index it would take minutes.
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { linkBytes } from '../../src/core/prefix-chain.ts';
import { rowBytes } from '../../src/features/cache/segments.ts';
import { migration } from '../../src/store/migrate.ts';
import { Store } from '../../src/store/store.ts';

export interface Shape {
  readonly projects: number;
  /** Of each project. */
  readonly blocks: number;
  /** Blocks of a chain. */
  readonly chain: number;
  /** Of each text; 0: it stands in a message. */
  readonly bytes: number;
}

const id = (last: number) => `019a3985-b900-7000-8000-00000000000${last}`;
const sql = (path: string) => fs.readFileSync(join(import.meta.dirname, '../../src', path), 'utf8');

/** Opens a database of a project that has the tables of the cache. */
export function cacheStore(file: string): Store {
  return new Store({
    ...{ file, kind: 'project', deviceName: 'bench', projections: [] },
    identity: { ws: id(1), dev: id(2), user: id(3), project: id(4) },
    migrations: [
      migration('0001-log.sql', sql('store/migrations/0001-log.sql')),
      migration('0026-cache.sql', sql('features/cache/migrations/0026-cache.sql')),
      migration('0040-erasures.sql', sql('store/migrations/0040-erasures.sql')),
    ],
    ...{ clock: Date.now, random: randomBytes, failpoint: () => undefined, onCommit: () => undefined },
  });
}

/** Hashes of a chain: each follows from the one before, the first from its number. */
export function linksOf(number: number, length: number): readonly { readonly h: Uint8Array }[] {
  let h: Uint8Array = Buffer.from(`chain ${number}`);
  return Array.from({ length }, () => {
    h = createHash('sha256').update(h).digest().subarray(0, linkBytes);
    return { h };
  });
}

/** Makes the databases of a shape in a directory. Returns their paths. */
export function fillCache(directory: string, { projects, blocks, chain, bytes }: Shape): readonly string[] {
  fs.mkdirSync(directory, { recursive: true });
  return Array.from({ length: projects }, (_, project) => {
    const file = join(directory, `${project}.db`);
    const store = cacheStore(file);
    // nobody needs this file after a crash
    store.db.pragma('synchronous = OFF');
    store.db.pragma('cache_size = -262144');
    const together = Math.ceil(20_000 / chain);
    for (let first = 0; first * chain < blocks; first += together) {
      store.maintain(() => {
        for (let n = first; n < first + together && n * chain < blocks; n += 1) addChain(store, { n, chain, bytes });
      });
    }
    store.fold();
    store.close();
    return file;
  });
}

function addChain(store: Store, { n, chain, bytes }: { n: number; chain: number; bytes: number }): void {
  const segment = store.db.prepare(
    `insert into kv_cache (id, cache_key, content_hash, kind, codec, plain_bytes, size_bytes, tokens, ent, created_at, content)
     values (?, ?, ?, ?, ?, ?, ?, 100, ?, 1, ?)`,
  );
  const block = store.db.prepare(
    `insert into kv_block (h, parent, depth, seg, tok, cum_tok, sessions, turn, kids, last_used)
     values (?, ?, ?, ?, 100, ?, 1, 0, ?, ?)`,
  );
  let parent: Uint8Array | null = null;
  for (const [at, { h }] of linksOf(n, chain).entries()) {
    const number = n * chain + at + 1;
    const hash = createHash('sha256').update(h).digest('hex');
    const [codec, kind, ent] = bytes === 0 ? [1, 'dynamic', `message ${number}`] : [0, 'documentation', null];
    segment.run(number, `${kind}:${hash}:1`, hash, kind, codec, 2_500, bytes + rowBytes, ent, randomBytes(bytes));
    block.run(h, parent, at + 1, number, (at + 1) * 100, at + 1 < chain ? 1 : 0, n);
    parent = h;
  }
}
