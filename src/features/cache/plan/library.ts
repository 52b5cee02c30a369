// What programs import as 'prsist': plans, and the requests they make. The rules are built in; it reads no file, asks
// nobody, and knows nothing of a daemon.
import type { Providers } from '../../../core/provider-rules.ts';
import type { CachePlan, PlanContext, PlanOptions, ProviderRequest } from './cache-plan.ts';
import { planWith, render as rendered } from './plan.ts';

export type { Segment } from '../segment.ts';
export type * from './cache-plan.ts';

/** config/providers.yaml, checked and put in by scripts/build.ts. */
declare const shippedProviders: Providers;

/**
 * Plans a request so that a provider's prompt cache serves it: the order of its segments, breakpoints, keys and lifetimes,
 * and what that is expected to read, write and cost. `render` makes the request of it.
 *
 * Pure. What is thrown has a `code` and a `hint`: provider/unknown, model/unknown, context/over-window, limit/too-large,
 * input/invalid.
 */
export function plan(context: PlanContext, provider: string, options: PlanOptions = {}): CachePlan {
  return planWith(shippedProviders, context, provider, options);
}

/**
 * The request of a plan, as the provider's API takes it: path, headers, body, and what is to be called before it.
 * context: the very one the plan was made of. Keys and addresses of the API are the program's own to add.
 */
export function render(plan: CachePlan, context: PlanContext): ProviderRequest {
  return rendered(plan, context);
}
