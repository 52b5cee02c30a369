import type { ModelRules } from '../../../core/provider-rules.ts';
import type { Breakpoint, CachePlan, PlanContext, PlanOptions, PlanWarning, ProviderRequest } from './cache-plan.ts';
import type { Layout } from './layout.ts';

export interface Asked {
  readonly layout: Layout;
  readonly chosen: ModelRules;
  readonly context: PlanContext;
  readonly options: PlanOptions;
}

/** What a provider's own rules add to the order of the segments. */
export interface Decision {
  /** Absent: the provider keeps whatever beginning it has seen. */
  readonly breakpoints?: readonly Breakpoint[];
  /** Positions up to which the request before this one has left an entry that this one finds. */
  readonly entries?: readonly number[];
  readonly ttl: string | null;
  readonly key?: CachePlan['key'];
  readonly headers?: CachePlan['headers'];
  readonly settings?: CachePlan['settings'];
  readonly explicit?: CachePlan['explicit'];
  readonly warnings?: readonly PlanWarning[];
}

/** A provider: how requests to it are planned, and what they look like. Both are pure. */
export interface Provider {
  /** Requests say how long entries live. */
  readonly takesLifetime?: true;
  readonly decide: (asked: Asked) => Decision;
  readonly render: (plan: CachePlan, layout: Layout) => ProviderRequest;
}
