import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import { audit } from './audit/audit.ts';
import type { AuditNeeds } from './audit/needs.ts';
import type { ContextLoading } from './context/loading.ts';
import { contract } from './contract.ts';
import { cacheErasing } from './erasing.ts';
import { explain } from './explain.ts';
import type { BlocksNeeds } from './needs-blocks.ts';
import { type PlanNeeds, planVerb } from './plan-verb.ts';
import { stats } from './stats.ts';
import type { Tensors } from './tensors/registry.ts';
import { prepareTensors, tensorVerbs } from './tensors/verbs.ts';

/** What the prefix cache is handed by the daemon. */
export interface CacheNeeds {
  readonly audit: AuditNeeds;
  readonly planning: PlanNeeds;
  readonly blocks: BlocksNeeds;
  readonly loading: Pick<ContextLoading, 'verbs' | 'preloadState'>;
  readonly tensors: Tensors;
}

/** Rendered context that providers and local engines may keep warm, what is known of it, and what it saves. */
export function cacheFeature({ audit: auditing, planning, blocks, loading, tensors }: CacheNeeds): Feature {
  return feature(contract, {
    projections: [cacheErasing(() => blocks.room.erased())],
    migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0026-cache.sql'] },
    verbs: {
      'cache.audit': audit(auditing),
      'cache.plan': planVerb(planning),
      'cache.stats': stats(blocks, { loading, tensors: () => tensors.totals() }),
      'cache.explain': explain(blocks, { audit: auditing, planning }),
      'cache.clear': (job, { kind }) => blocks.room.clear(job.project.id, kind, job),
      'cache.evict': (job, { target_mb }) => blocks.room.trim(target_mb * 2 ** 20, job),
      ...loading.verbs,
      ...tensorVerbs(tensors),
    },
    prepare: { ...prepareTensors(tensors) },
  });
}
