import type { ModelRules } from '../../../core/provider-rules.ts';
import type { Breakpoint, CachePlan, PlanContext, PlanOptions, PlanWarning } from './cache-plan.ts';
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

/** One call of a provider's API. Paths are relative to its address; no key or address is ever in it. */
export interface ProviderRequest {
  readonly method: 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Calls to be made before it. */
  readonly before: readonly Omit<ProviderRequest, 'before'>[];
}

/** A provider: how requests to it are planned, and what they look like. Both are pure. */
export interface Provider {
  readonly decide: (asked: Asked) => Decision;
  readonly render: (plan: CachePlan, layout: Layout) => ProviderRequest;
}
