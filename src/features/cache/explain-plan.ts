// What a plan would have sent for a recorded session: order, breakpoints, keys.
import { PrsistError } from '../../core/errors.ts';
import type { Reply } from '../../core/operation.ts';
import { priceName } from '../../core/prices.ts';
import type { Context } from '../feature.ts';
import { makerOf } from './audit/known-rules.ts';
import type { blocksContract } from './contract-blocks.ts';
import type { CachePlan } from './plan/cache-plan.ts';
import { planWith } from './plan/plan.ts';
import { type PlanNeeds, sessionPlanned } from './plan-verb.ts';

type Planned = Reply<(typeof blocksContract)['cache.explain']>['plan'];

/** So many pieces are named in their order; the turns behind them stand as they were said. */
const shownPieces = 100;

/** The plan of a session for the provider of its model; null where none is known, or it fits into none. */
export async function explainedPlan(needs: PlanNeeds, context: Context, session_id: string): Promise<Planned> {
  const { planned, model } = await sessionPlanned(needs, context, session_id);
  const provider = model === null ? undefined : makerOf(priceName(model));
  if (provider === undefined || planned.segments.length === 0) return null;
  const plan = ofModel(provider, model ?? undefined) ?? ofModel(provider, undefined);
  return plan ? reply(plan, model) : null;

  /** Undefined for a model of which nothing is known, and for a session that is larger than all it takes. */
  function ofModel(of: string, named: string | undefined): CachePlan | undefined {
    try {
      return planWith(needs.providers, planned, of, { model: named });
    } catch (error) {
      if (error instanceof PrsistError && refused.includes(error.code)) return undefined;
      throw error;
    }
  }
}

const refused: readonly string[] = ['model/unknown', 'context/over-window', 'limit/too-large'];

function reply({ provider, rules, segments, breakpoints, key, ttl, hits }: CachePlan, model: string | null): Planned {
  return {
    ...{ provider, model, rules, breakpoints: [...breakpoints], key, ttl, share: hits.share },
    order: segments.slice(0, shownPieces).map(({ slot, zone, tokens }) => ({ slot, zone, tokens })),
  };
}
