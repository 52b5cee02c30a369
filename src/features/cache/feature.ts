import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';
import { type PlanNeeds, planVerb } from './plan-verb.ts';

export interface CacheNeeds {
  readonly planning: PlanNeeds;
}

/** Rendered context that providers and local engines may keep warm, what is known of it, and what it saves. */
export function cacheFeature(needs: CacheNeeds): Feature {
  return feature(contract, {
    migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0026-cache.sql'] },
    verbs: { 'cache.plan': planVerb(needs.planning) },
  });
}
