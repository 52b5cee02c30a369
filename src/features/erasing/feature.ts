import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';
import { databaseOf, erase } from './erase.ts';
import type { ErasingNeeds } from './needs.ts';

/** Erasing for good, everywhere it stands. */
export function erasingFeature(needs: ErasingNeeds): Feature {
  return feature(contract, {
    verbs: { 'store.erase': erase(needs) },
    migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0010-erasing.sql'] },
    storeOf: { 'store.erase': databaseOf },
  });
}
