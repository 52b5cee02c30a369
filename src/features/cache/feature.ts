import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';
import type { Tensors } from './tensors/registry.ts';
import { prepareTensors, tensorVerbs } from './tensors/verbs.ts';

export interface CacheNeeds {
  readonly tensors: Tensors;
}

/** Rendered context that providers and local engines may keep warm, what is known of it, and what it saves. */
export function cacheFeature({ tensors }: CacheNeeds): Feature {
  return feature(contract, {
    migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0026-cache.sql'] },
    verbs: { ...tensorVerbs(tensors) },
    prepare: { ...prepareTensors(tensors) },
  });
}
