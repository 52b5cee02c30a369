import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';
import { cacheErasing } from './erasing.ts';

/** Rendered context that providers and local engines may keep warm, what is known of it, and what it saves. */
export function cacheFeature(): Feature {
  return feature(contract, {
    migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0026-cache.sql'] },
    projections: [cacheErasing],
    verbs: {},
  });
}
