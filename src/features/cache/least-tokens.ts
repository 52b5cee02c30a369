// From how many tokens on a beginning is worth looking at: below its provider's minimum nothing is cached.
import { PrsistError } from '../../core/errors.ts';
import { priceName } from '../../core/prices.ts';
import { type Providers, providerNames, rulesFor, valueFor } from '../../core/provider-rules.ts';
import { rulesIn } from './audit/known-rules.ts';
import { valueFor as minimumFor } from './audit/rules.ts';

/** Where a provider says nothing, and where nobody knows which one is meant. */
const usual = 1024;

export interface Least {
  readonly tokens: number;
  /** By whose rule; null where no rule is known. */
  readonly provider: string | null;
  readonly model: string | null;
}

export interface Asked {
  readonly tokens?: number | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
}

/**
 * The number asked for; else the minimum of the provider and model asked for; else that of the model used last.
 * Throws provider/unknown and model/unknown with what is known.
 */
export function leastTokens(providers: Providers, asked: Asked, used: () => string | null): Least {
  const { tokens, provider, model } = asked;
  if (tokens !== undefined) return { tokens, provider: null, model: null };
  if (provider !== undefined) {
    const { rules, known } = rulesFor(providers, provider, model);
    return { tokens: valueFor(rules.min_tokens, known) ?? usual, provider, model: model ?? null };
  }
  const found = ofModel(providers, model ?? used());
  if (model === undefined || found.provider !== null) return found;
  throw new PrsistError('model/unknown', `no provider is known of ${model}`, {
    ...{ field: 'model', hint: `name its provider: one of ${providerNames(providers).join(', ')}` },
  });
}

function ofModel(providers: Providers, model: string | null): Least {
  const rules = rulesIn(() => providers)(priceName(model ?? ''));
  if (model === null || rules.provider === 'unknown') return { tokens: usual, provider: null, model };
  // the rules of its newer models stand apart
  const provider = rules.provider === 'openai_5_6' ? 'openai' : rules.provider;
  return { tokens: minimumFor(rules.minTokens, priceName(model)) ?? usual, provider, model };
}
