// The longest known prefix among a million blocks, by bisection, against looking block by block in the same run; what
// unpacking a segment costs. Prints one JSON line. node scripts/bench/cache-lookup.ts [blocks]
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { linkBytes } from '../../src/core/prefix-chain.ts';
import { blockKnown } from '../../src/features/cache/block-queries.ts';
import { longestPrefix } from '../../src/features/cache/blocks.ts';
import { migration } from '../../src/store/migrate.ts';
import { Store } from '../../src/store/store.ts';
import { quantile, rounded } from './measure.ts';

const blocks = Math.max(20_000, Number(process.argv[2] ?? 1_000_000));
const length = 2_000;
const questions = 2_000;
const bars = { p50_ms: 0.2, p99_ms: 1, of_linear: 0.05 };
const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-bench-'));
const id = (last: number) => `019a3985-b900-7000-8000-00000000000${last}`;
const sql = (path: string) => fs.readFileSync(join(import.meta.dirname, '../../src', path), 'utf8');

const hash = (...parts: Uint8Array[]) =>
  parts
    .reduce((all, part) => all.update(part), createHash('sha256'))
    .digest()
    .subarray(0, linkBytes);
/** Link by its chain and depth: of a chain all follow from its number. */
const chainNumber = (n: number) => {
  let h = hash(Buffer.from(`chain ${n}`));
  return Array.from({ length }, () => {
    h = hash(h);
    return { h };
  });
};

const store = new Store({
  ...{ file: join(directory, 'memory.db'), kind: 'project', deviceName: 'bench', projections: [] },
  identity: { ws: id(1), dev: id(2), user: id(3), project: id(4) },
  migrations: [
    migration('0001-log.sql', sql('store/migrations/0001-log.sql')),
    migration('0026-cache.sql', sql('features/cache/migrations/0026-cache.sql')),
    migration('0040-erasures.sql', sql('store/migrations/0040-erasures.sql')),
  ],
  ...{ clock: Date.now, random: randomBytes, failpoint: () => undefined, onCommit: () => undefined },
});

try {
  const chains = Math.ceil(blocks / length);
  fill(chains);
  for (let n = 0; n < 100; n += 1) longestPrefix(store.read, question(n % chains, n).links);
  const [bisected, linear]: number[][] = [[], []];
  for (let n = 0; n < questions; n += 1) {
    // made one by one: two thousand of them at once would be garbage to collect while others are timed
    const { links, known } = question((n * 31) % chains, n);
    bisected?.push(timed(() => longestPrefix(store.read, links), known));
    // every tenth: it takes seconds
    if (n % 10 === 0) linear?.push(timed(() => blockByBlock(links), known));
  }
  const times = shares(bisected ?? []);
  const others = shares(linear ?? []);
  const of_linear = rounded(times.p50 / others.p50, 4);
  const line = {
    ...{ bench: 'cache-lookup', blocks: chains * length, chain: length, mib: size(), lookup_ms: times },
    ...{ block_by_block_ms: others, of_linear, unpack_16k_us: unpacking(), bars },
    ok: times.p50 <= bars.p50_ms && times.p99 <= bars.p99_ms && of_linear <= bars.of_linear,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
} finally {
  store.close();
  fs.rmSync(directory, { recursive: true });
}

function fill(chains: number): void {
  const add = store.db.prepare(
    `insert into kv_block (h, parent, depth, seg, tok, cum_tok, kids, last_used) values (?, ?, ?, ?, 100, ?, ?, ?)`,
  );
  for (let n = 0; n < chains; n += 1) {
    store.maintain(() => {
      let parent: Uint8Array | null = null;
      for (const [at, { h }] of chainNumber(n).entries()) {
        add.run(h, parent, at + 1, n * length + at, (at + 1) * 100, at + 1 < length ? 1 : 0, n);
        parent = h;
      }
    });
  }
}

/** A chain that is known up to some place: any of them, also none and all. */
function question(n: number, at: number) {
  const known = (at * 7919) % (length + 1);
  const links = chainNumber(n).map((link, i) => (i < known ? link : { h: hash(link.h, Buffer.from('new')) }));
  return { links, known };
}

function blockByBlock(links: readonly { readonly h: Uint8Array }[]): number {
  const first = links.findIndex(({ h }) => store.read.one(blockKnown, { h }) === undefined);
  return first < 0 ? links.length : first;
}

function timed(work: () => number, known: number): number {
  const begun = performance.now();
  const found = work();
  const took = performance.now() - begun;
  if (found !== known) throw new Error(`${found} links found, ${known} are known`);
  return took;
}

function shares(times: readonly number[]) {
  return { p50: rounded(quantile(times, 0.5), 3), p99: rounded(quantile(times, 0.99), 3) };
}

function size(): number {
  store.fold();
  return rounded(fs.statSync(join(directory, 'memory.db')).size / 2 ** 20);
}

/** Microseconds for 16 KiB of this project's own text. */
function unpacking(): number {
  const plain = Buffer.from(sql('features/cache/block-queries.ts').repeat(4)).subarray(0, 16_384);
  const packed = zstdCompressSync(plain);
  const times = Array.from({ length: 500 }, () => {
    const begun = performance.now();
    zstdDecompressSync(packed);
    return (performance.now() - begun) * 1_000;
  });
  return rounded(quantile(times, 0.5), 1);
}
