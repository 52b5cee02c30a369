import type { Parsed, Reply } from '../../core/operation.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import { chainCount, lookupsSince } from './block-queries.ts';
import type { ContextLoading } from './context/loading.ts';
import type { blocksContract } from './contract-blocks.ts';
import { detectCacheablePrefixes } from './detect.ts';
import { usageOf } from './evict.ts';
import { leastTokens } from './least-tokens.ts';
import type { BlocksNeeds } from './needs-blocks.ts';
import { segmentKinds } from './segment.ts';
import type { TensorTotals } from './tensors/registry.ts';

type Stats = (typeof blocksContract)['cache.stats'];

const dayMs = 86_400_000;

/** What stands beside the blocks. */
interface Besides {
  readonly loading: Pick<ContextLoading, 'preloadState'>;
  readonly tensors: () => TensorTotals;
}

/** What the cache of a project keeps, how much of it was known when it was asked, and what sessions have in common. */
export function stats(needs: BlocksNeeds, { loading, tensors }: Besides) {
  const { room, setting } = needs;
  return (context: Context, input: Parsed<Stats>): Reply<Stats> => {
    const read = context.read.project;
    const { blocks, segments, bytes, kinds } = usageOf(read);
    const { enabled, max_cache_size_mb } = setting(context.project.root);
    const evicting = room.evicting(context.project.id, blocks);
    const { prefixes, limit, provider, model, least_tokens: tokens } = input;
    const least = leastTokens(needs.providers, { tokens, provider, model }, () => needs.usedModel(read));
    const shares = segmentKinds.map(
      (kind) => [kind, { ...kinds[kind], share: shareOf(kinds[kind].bytes, bytes) }] as const,
    );
    return {
      ...{ enabled, policy: evicting.inForce, strategy: evicting.strategy, evicted: evicting.evicted },
      ...{ blocks, segments, bytes },
      // counted from time to time: never less than what is seen here
      ...{ total_bytes: Math.max(room.totalBytes(), bytes), max_bytes: max_cache_size_mb * 2 ** 20 },
      sessions: read.one(chainCount, {})?.sessions ?? 0,
      kinds: Object.fromEntries(shares) as Reply<Stats>['kinds'],
      last_7_days: usedSince(read, context.now, 7),
      last_30_days: usedSince(read, context.now, 30),
      skipped: room.skipped(),
      tensors: tensors(),
      prefixes: prefixes ? detectCacheablePrefixes(read, { least: least.tokens, limit }) : [],
      least,
      preload: loading.preloadState(),
    };
  };
}

function usedSince(read: Read, now: number, days: number): Reply<Stats>['last_7_days'] {
  const sums = read.one(lookupsSince, { day: Math.floor(now / dayMs) - days + 1 });
  const { lookups, asked, hit } = sums ?? { lookups: 0, asked: 0, hit: 0 };
  return { lookups, asked_tokens: asked, hit_tokens: hit, hit_rate: asked === 0 ? null : hit / asked };
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
