import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import { contract } from './contract.ts';
import { databaseOf, erase, prepareErase } from './erase.ts';
import type { ErasingNeeds } from './needs.ts';
import { receipts } from './receipts.ts';

/** Erasing for good, everywhere it stands. */
export function erasingFeature(needs: ErasingNeeds): Feature {
  return feature(contract, {
    verbs: { 'store.erase': erase(needs), 'store.erasures': receipts(needs.receipts) },
    prepare: { 'store.erase': prepareErase(needs) },
    migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0010-erasing.sql'] },
    storeOf: { 'store.erase': databaseOf },
    anywhere: { 'store.erase': (input) => databaseOf(input) === 'user', 'store.erasures': () => true },
  });
}
