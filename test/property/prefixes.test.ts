import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeSegments } from '../../src/features/cache/blocks.ts';
import { evictionOf, evictSlice } from '../../src/features/cache/evict.ts';
import { blockKey } from '../../src/features/cache/policies/eviction.ts';
import { evictionOf as policyOf } from '../../src/features/cache/policies/policy.ts';
import { strategies } from '../../src/features/cache/policies/strategy.ts';
import { tellAsked } from '../../src/features/cache/told-policy.ts';
import { addChain, cacheStore, chainNamed, faults, standing } from '../features/cache/world.ts';

const floors = { system: 0.4, template: 0.3, documentation: 0.2, dynamic: 0.1 };
const names = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 7 });
const step = fc.oneof(
  fc.record({ does: fc.constant('insert' as const), names, kind: fc.constantFrom('system', 'dynamic') }),
  fc.record({ does: fc.constant('evict' as const), blocks: fc.nat(12), leaves: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ does: fc.constant('take' as const), at: fc.nat(5) }),
);

/** A world without a test's own end: its directory goes when the work is done. */
async function inWorld(work: (world: ReturnType<typeof cacheStore>) => Promise<void>): Promise<void> {
  const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-prefixes-'));
  const world = cacheStore({ directory });
  try {
    await work(world);
  } finally {
    world.store.close();
    fs.rmSync(directory, { recursive: true });
  }
}

test('PC440: however insertions, evictions by any strategy and erasures come, every block has its parent and bisection is a linear scan', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...strategies), fc.array(step, { maxLength: 14 }), async (strategy, steps) => {
      await inWorld(async ({ store, clock }) => {
        // hears of what is asked for and evicted, and not of what is taken
        const policy = strategy === 'lru' ? undefined : policyOf(strategy, 1e6);
        for (const each of steps) {
          clock.now += 1;
          if (each.does === 'insert') {
            const links = chainNamed(each.names, { kind: each.kind as 'system' });
            await addChain(store, links);
            const chain = links.map(({ h }) => ({ key: blockKey(h), size: 300 }));
            if (policy) tellAsked(policy, chain, clock.now);
          } else if (each.does === 'evict') {
            const eviction = evictionOf(store.read);
            const room = { bytes: 1e9, blocks: each.blocks, floors, held: new Set<number>(), policy };
            let left = each.leaves;
            await store.write((tx) => evictSlice(tx, eviction, room, () => --left === 0));
          } else {
            const ids = store.db.prepare('select id from kv_cache order by id').pluck().all().map(Number);
            const id = ids[each.at % Math.max(ids.length, 1)];
            if (id !== undefined) await store.write((tx) => takeSegments(tx, [id]));
          }
          expect(faults(store)).toEqual([]);
        }
        const known = new Set(store.db.prepare('select hex(h) from kv_block').pluck().all());
        for (const each of steps) {
          if (each.does !== 'insert') continue;
          const links = chainNamed(each.names);
          const linear = links.findIndex(({ h }) => !known.has(Buffer.from(h).toString('hex').toUpperCase()));
          expect(standing(store, links)).toBe(linear === -1 ? links.length : linear);
        }
      });
    }),
    { numRuns: 40 },
  );
});

const kills = 6;

test('PC441: a process killed while it writes and evicts, by any strategy, leaves whole prefixes', async () => {
  await inWorld(async ({ store, file }) => {
    for (let kill = 0; kill < kills; kill += 1) {
      store.db.pragma('wal_checkpoint(truncate)');
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, '../harness/write-chains.ts'), file, String(kill), strategies[kill % 3] ?? ''],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
      // killed in the middle of its work: some time after it has begun
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, 15 + 23 * kill));
      child.kill('SIGKILL');
      expect(await ended).toBe('SIGKILL');
      expect(faults(store)).toEqual([]);
    }
    expect(evictionOf(store.read).blocks).toBeGreaterThan(0);
  });
}, 60_000);
