import type { Reply } from '../../core/operation.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import { accessTotals, type KeyAccesses, type LayerCount, layerCounts, mostRead } from './access-queries.ts';
import type { contract } from './contract.ts';
import type { EntryNeeds } from './needs.ts';
import { conflictCount } from './queries.ts';

type Stats = Reply<(typeof contract)['stats.get']>;
const topKeys = 10;
const statisticsMs = 30 * 86_400_000;

/** What is remembered, of the project and of the person, and how often it is found: up to five seconds behind. */
export function stats(needs: EntryNeeds) {
  return (context: Context): Stats => {
    const { read, project, now } = context;
    const since = now - statisticsMs;
    const counts = [read.project, read.user].flatMap((one) =>
      one.all(layerCounts, { now, short_from: now - needs.settings(project.root).shortTermMs }),
    );
    const both = [read.project, read.user];
    const accesses = both.flatMap((one) => one.one(accessTotals, { since }) ?? []).reduce(added, nothing);
    const { messages, ...sessions } = needs.sessions(project.root).counts(read.project, now);
    return {
      ...entryCounts(counts, needs.ephemeral.count),
      ...sessions,
      ...{ total_accesses: accesses.total, message_count: messages },
      // what is stored is read through the database's own cache of pages; there is no second one
      cache_size: { ephemeral: needs.ephemeral.bytes, session: 0 },
      pending_syncs: needs.stores.pendingSyncs(read.project),
      document_count: needs.stores.documents(read.project),
      conflict_count: conflicts(read.project) + conflicts(read.user),
      db_bytes: needs.stores.bytes(project.id),
      cache_hit_rate: accesses.total === 0 ? null : accesses.hits / accesses.total,
      top_keys: both
        .flatMap((one) => one.all(mostRead, { since, limit: topKeys }))
        .sort((a, b) => b.accesses - a.accesses)
        .slice(0, topKeys)
        .map(rated),
    };
  };
}

function entryCounts(counts: readonly LayerCount[], ephemeral_count: number) {
  const sum = (of: (each: LayerCount) => boolean) => counts.filter(of).reduce((all, { count }) => all + count, 0);
  const inLayer = (layer: string) => sum((each) => each.layer === layer);
  return {
    ...{ total_entries: sum(() => true) + ephemeral_count, ephemeral_count, session_count: inLayer('session') },
    ...{ short_term_count: inLayer('short_term'), long_term_count: inLayer('long_term') },
    ...{ permanent_count: inLayer('permanent'), critical_count: sum(({ priority }) => priority === 'critical') },
  };
}

const nothing = { total: 0, hits: 0, from_memory: 0 };

function added(a: typeof nothing, b: typeof nothing): typeof nothing {
  return { total: a.total + b.total, hits: a.hits + b.hits, from_memory: a.from_memory + b.from_memory };
}

function conflicts(read: Read): number {
  return read.one(conflictCount, {})?.count ?? 0;
}

function rated({ key, accesses, hits }: KeyAccesses) {
  return { key, accesses, hit_rate: accesses === 0 ? 0 : hits / accesses };
}
