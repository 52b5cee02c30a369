// What the prefix cache gets from the other features.
import { readProviders } from '../config/provider-rules.ts';
import type { Prices } from '../core/prices.ts';
import type { Providers } from '../core/provider-rules.ts';
import type { Redactor } from '../core/redact.ts';
import type { BriefSources } from '../features/brief/assemble.ts';
import type { BriefNeeds } from '../features/brief/feature.ts';
import type { ContextLoading } from '../features/cache/context/loading.ts';
import type { CacheNeeds } from '../features/cache/feature.ts';
import type { Tensors } from '../features/cache/tensors/registry.ts';
import { auditNeeds } from './cache-audit.ts';
import { cachePlanning } from './cache-planning.ts';
import { type ContextParts, contextLoading } from './context-loading.ts';
import { IdleTensors } from './idle-tensors.ts';
import { blocksNeeds } from './prefix-sources.ts';
import { createTensors } from './tensors.ts';
import { toldTo } from './told-briefs.ts';

export interface CacheParts extends Omit<ContextParts, 'redactorAt'> {
  readonly redactor: Redactor;
  readonly redactorAt: (root: string | undefined) => Redactor;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly breathe: () => Promise<void>;
  readonly prices: Prices;
  readonly sources: BriefSources;
  /** What a session was told at its start. */
  readonly told: BriefNeeds['told'];
}

export interface CacheWired {
  readonly needs: CacheNeeds;
  readonly loading: ContextLoading;
  readonly tensors: Tensors;
  readonly idleTensors: IdleTensors;
  readonly closeLoading: () => void;
}

/** The prefix cache, wired. */
export function wireCache(parts: CacheParts): CacheWired {
  const { loading, close } = contextLoading(parts);
  const tensors = createTensors(parts);
  const idleTensors = new IdleTensors({
    ...{ ...parts, tensors },
    onFault: (error) => parts.log('tensors', { why: error instanceof Error ? error.message : String(error) }),
  });
  const given = { ...parts, toldTo: toldTo(parts.paths.printed), providers: providersOf(parts.packageRoot) };
  return {
    needs: {
      ...{
        loading,
        tensors,
        audit: auditNeeds(given),
        blocks: blocksNeeds(given, parts.told),
        planning: cachePlanning(given),
      },
    },
    ...{ loading, tensors, idleTensors, closeLoading: close },
  };
}

/** Rules of providers, read when they are first looked at: that would be a tenth of a daemon's start. */
function providersOf(packageRoot: string): () => Providers {
  let known: Providers | undefined;
  return () => {
    known ??= readProviders(packageRoot);
    return known;
  };
}
