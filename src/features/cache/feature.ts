import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import type { ContextLoading } from './context/loading.ts';
import { contract } from './contract.ts';

export interface CacheNeeds {
  readonly loading: Pick<ContextLoading, 'verbs'>;
}

/** Rendered context that providers and local engines may keep warm, what is known of it, and what it saves. */
export function cacheFeature({ loading }: CacheNeeds): Feature {
  return feature(contract, {
    migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0026-cache.sql'] },
    verbs: { ...loading.verbs },
  });
}
