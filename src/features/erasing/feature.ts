import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';
import { databaseOf, erase } from './erase.ts';
import type { ErasingNeeds } from './needs.ts';
import { tombstones } from './projection.ts';

/** Erasing for good, and the memory of what was erased, so that it does not come back. */
export function erasingFeature(needs: ErasingNeeds): Feature {
  return feature(contract, {
    verbs: { 'store.erase': erase(needs) },
    projections: [tombstones],
    migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0010-erasing.sql'] },
    storeOf: { 'store.erase': databaseOf },
  });
}
