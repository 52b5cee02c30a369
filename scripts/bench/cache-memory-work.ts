// What a process does with the prefix cache, and what it takes afterwards.

import { setImmediate as breathe } from 'node:timers/promises';
import { limits } from '../../src/core/limits.ts';
import { PrefixPolicies } from '../../src/daemon/prefix-policies.ts';
import { longestPrefix } from '../../src/features/cache/blocks.ts';
import { evictionOf, evictSlice, usageOf } from '../../src/features/cache/evict.ts';
import { blockKey } from '../../src/features/cache/policies/eviction.ts';
import type { Strategy } from '../../src/features/cache/policies/strategy.ts';
import type { Store } from '../../src/store/store.ts';
import { cacheStore, linksOf } from './filled-cache.ts';
import { quantile, rounded } from './measure.ts';

/** Milliseconds of processor time of this thread: of what waits for others nothing is counted. */
const now = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

export interface Work {
  readonly files: readonly string[];
  readonly strategy: string;
  /** So many blocks are asked for in each of them: what is remembered of those that are not kept is counted in. */
  readonly asked: number;
}

const chain = 100;
const floors = { system: 0.4, template: 0.3, documentation: 0.2, dynamic: 0.1 };
const mib = (bytes: number) => rounded(bytes / 2 ** 20, 1);

/** Does it, and says how much memory is in use then, in MiB. */
export async function work({ files, strategy, asked }: Work) {
  const policies = new PrefixPolicies({
    ...{ strategy: () => strategy as Strategy, capacity: () => 500 * 2 ** 20 },
    hasEnded: () => () => false,
    pace: { monotonic: now, breathe },
  });
  const stores = files.map(cacheStore);
  const slices: number[] = [];
  const told: number[] = [];
  let evicted = 0;
  for (const store of stores) {
    const begun = now();
    const policy = await policies.of(store.settings.file, store);
    told.push(now() - begun);
    usageOf(store.read);
    for (let n = 0; n * chain < asked; n += 1) {
      const links = linksOf(n < 200 ? n : 1e6 + n, chain);
      if (n < 200) longestPrefix(store.read, links);
      policy?.request(
        links.map(({ h }) => ({ key: blockKey(h), size: 2_756 })),
        Date.now() + 100 * n,
      );
    }
    evicted += await evict(store, policy, slices);
  }
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const policy = mib(policies.bytes);
  for (const store of stores) store.close();
  return {
    ...{ rss: mib(rss), heap: mib(heapUsed), buffers: mib(arrayBuffers), policy, evicted },
    told_ms: rounded(Math.max(...told)),
    slice_ms: { p50: quantiles(slices, 0.5), p99: quantiles(slices, 0.99), most: quantiles(slices, 1) },
  };
}

/** Lets a twentieth go, in slices as the daemon does; notes how long each held the process. */
async function evict(store: Store, policy: Awaited<ReturnType<PrefixPolicies['of']>>, slices: number[]) {
  const eviction = evictionOf(store.read);
  const room = { bytes: 0.95 * eviction.bytes, blocks: 1e9, floors, held: new Set<number>(), policy };
  for (let state = 'more'; state === 'more' && eviction.bytes > 0; ) {
    state = await store.write((tx) => {
      const begun = now();
      const came = evictSlice(tx, eviction, room, () => now() - begun >= limits.evictSliceMs);
      slices.push(now() - begun);
      return came;
    });
  }
  return eviction.gone.blocks;
}

function quantiles(times: readonly number[], share: number): number {
  return times.length === 0 ? 0 : rounded(quantile(times, share), 2);
}
