import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import { audit } from './audit/audit.ts';
import type { AuditNeeds } from './audit/needs.ts';
import { contract } from './contract.ts';
import { type PlanNeeds, planVerb } from './plan-verb.ts';

/** What the prefix cache is handed by the daemon. */
export interface CacheNeeds {
  readonly audit: AuditNeeds;
  readonly planning: PlanNeeds;
}

/** Rendered context that providers and local engines may keep warm, what is known of it, and what it saves. */
export function cacheFeature(needs: CacheNeeds): Feature {
  return feature(contract, {
    migrations: { directory: join(import.meta.dirname, 'migrations'), files: ['0026-cache.sql'] },
    verbs: { 'cache.audit': audit(needs.audit), 'cache.plan': planVerb(needs.planning) },
  });
}
