// Keeps beginnings by itself; an entry of one's own costs storage, and is made only where reads are worth more than that.
import { type ModelRules, secondsOf, valueFor } from '../../../../core/provider-rules.ts';
import type { CachePlan, PlanWarning } from '../cache-plan.ts';
import type { Layout } from '../layout.ts';
import type { Asked, Decision, Provider } from '../provider.ts';
import { geminiRequest } from '../requests/gemini.ts';

export const gemini: Provider = { decide, render: geminiRequest };

function decide({ layout, chosen, options }: Asked): Decision {
  const least = valueFor(chosen.rules.min_tokens, chosen.known) ?? 0;
  const stable = layout.blocks[layout.stableEnd]?.upto ?? 0;
  const ttl = chosen.rules.ttl?.default ?? null;
  if (stable >= least) return { ttl, explicit: ownEntry(layout, chosen, options.expected_reads ?? 0) };
  const text = `the ${stable} tokens that stay as they are do not reach the minimum of ${least}: only the conversation fills it up`;
  const warnings: PlanWarning[] = [{ code: 'below-minimum', text }];
  return { ttl, warnings };
}

/** Worth it when what the reads save is more than what it costs to keep the entry for its life. */
function ownEntry({ stableEnd }: Layout, { rules, known }: ModelRules, reads: number): CachePlan['explicit'] {
  const [read, storage] = [valueFor(rules.read, known), valueFor(rules.storage_per_hour, known)];
  const life = rules.ttl?.explicit_default;
  const ttl_s = life === undefined ? undefined : secondsOf(life);
  if (read === null || storage === null || ttl_s === undefined || rules.mode.explicit === undefined) return null;
  // both sides are per token of the entry
  return reads * (1 - read) > (storage * ttl_s) / 3600 ? { upto: stableEnd, ttl_s } : null;
}
