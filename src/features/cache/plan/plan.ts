import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';
import { type ModelRules, type Providers, rulesFor, valueFor } from '../../../core/provider-rules.ts';
import type { Segment } from '../segment.ts';
import type {
  CachePlan,
  PlanContext,
  PlannedSegment,
  PlanOptions,
  PlanWarning,
  ProviderRequest,
} from './cache-plan.ts';
import { expected } from './expected.ts';
import { keepAliveOf } from './keep-alive.ts';
import { type Block, type Layout, layOut } from './layout.ts';
import { tailChange } from './order.ts';
import type { Provider } from './provider.ts';
import { anthropic } from './providers/anthropic.ts';
import { deepseek, groq, mistral, xai } from './providers/chat-providers.ts';
import { gemini } from './providers/gemini.ts';
import { llamaCpp } from './providers/llama-cpp.ts';
import { ollama } from './providers/ollama.ts';
import { openaiAutomatic } from './providers/openai-automatic.ts';
import { openaiBreakpoints } from './providers/openai-breakpoints.ts';

/** By where their rules stand in config/providers.yaml. */
const planners: Readonly<Record<string, Provider>> = {
  ...{ anthropic, openai_5_6: openaiBreakpoints, openai: openaiAutomatic, gemini },
  ...{ xai, mistral, deepseek, groq, ollama, llama_cpp: llamaCpp },
};

/**
 * Plans a request so that a provider's prompt cache serves it: the order of its segments, breakpoints, keys and lifetimes,
 * and what that is expected to read, write and cost. Pure: it calls nobody and keeps nothing.
 * Throws provider/unknown, model/unknown, context/over-window, limit/too-large, and input/invalid for a segment or an
 * option that cannot be.
 */
export function planWith(
  providers: Providers,
  context: PlanContext,
  provider: string,
  options: PlanOptions = {},
): CachePlan {
  const chosen = rulesFor(providers, provider, options.model);
  const { decide, takesLifetime } = plannerOf(chosen.name);
  if (!takesLifetime) refuseLifetime(provider, options);
  checkSegments(context.segments);
  const sent = sendable(context.segments, chosen);
  const layout = layOut(sent.map(({ segment }) => segment));
  const window = options.window_tokens ?? valueFor(chosen.rules.window_tokens, chosen.known);
  const tokens = tokensOf(layout, window);
  checkWindow(tokens, chosen);
  const decided = decide({ layout, chosen, context, options });
  const { breakpoints, entries, ttl } = decided;
  const pauses = context.pauses_s ?? [];
  const { segments, hits, cost } = expected({ layout, chosen, breakpoints, entries, ttl, pauses });
  // a slot of a local engine lives as long as the engine: there is no rule to be known
  const life = chosen.rules.ttl !== undefined && ttl === null ? 'unknown' : 'known';
  return {
    ...{ provider, model: options.model ?? null, rules: chosen.name, mode: chosen.rules.mode.v },
    segments: segments.map((each) => ({ ...each, index: sent[each.index]?.index ?? each.index })),
    breakpoints: breakpoints ?? [],
    ...{ ttl, key: decided.key ?? null, headers: decided.headers ?? {}, settings: decided.settings ?? {} },
    ...{ explicit: decided.explicit ?? null, tokens, hits, expected_cost: cost },
    keep_alive: keepAliveOf({ chosen, breakpoints, ttl, hits, cost, pauses }),
    warnings: [...generalWarnings(context.segments, { sent: sent.length, life }), ...(decided.warnings ?? [])],
  };
}

/** The request itself, as the provider's API takes it. context: what the plan was made of. */
export function render(plan: CachePlan, context: PlanContext): ProviderRequest {
  const blocks = plan.segments.map((planned) => blockOf(planned, context.segments));
  const layout: Layout = { blocks, stableEnd: -1, historyEnd: -1, sharedEnd: -1, previousEnd: -1 };
  return plannerOf(plan.rules).render(plan, layout);
}

function refuseLifetime(provider: string, { ttl, messages_ttl }: PlanOptions): void {
  if (ttl === undefined && messages_ttl === undefined) return;
  throw new PrsistError('input/invalid', `${provider} lets no request say how long entries live`, {
    ...{ field: 'ttl', hint: 'leave it out' },
  });
}

function plannerOf(name: string): Provider {
  const planner = planners[name];
  if (!planner) throw new PrsistError('provider/unknown', `no plan is known for ${name}`);
  return planner;
}

function blockOf({ index, slot, zone }: PlannedSegment, segments: readonly Segment[]): Block {
  const segment = segments[index];
  if (segment?.slot !== slot) {
    throw new PrsistError('input/invalid', `the plan was made of other segments: ${slot} is not at ${index}`);
  }
  return { segment, index, zone, upto: 0, intact: 1 };
}

/** What a model thought goes back only to who signed it; counting it elsewhere would make the figures wrong. */
function sendable(segments: readonly Segment[], { name }: ModelRules) {
  const isSent = ({ block, signature }: Segment) =>
    block !== 'thinking' || (name === 'anthropic' && signature !== undefined);
  return segments.map((segment, index) => ({ segment, index })).filter(({ segment }) => isSent(segment));
}

function checkSegments(segments: readonly Segment[]): void {
  if (segments.length > limits.planSegments) {
    throw new PrsistError('limit/too-large', `${segments.length} segments are more than ${limits.planSegments}`);
  }
  for (const { slot, tokens, change } of segments) {
    const wrong =
      !Number.isFinite(tokens) || tokens < 0 ? 'tokens' : !(change >= 0 && change <= 1) ? 'change' : undefined;
    if (wrong !== undefined) {
      throw new PrsistError('input/invalid', `${wrong} of ${slot} cannot be`, {
        ...{ field: `segments.${wrong}`, hint: 'tokens are at least 0, change is from 0 to 1' },
      });
    }
  }
}

function tokensOf({ blocks, stableEnd, historyEnd }: Layout, window: number | null): CachePlan['tokens'] {
  const [total, stable] = [blocks.at(-1)?.upto ?? 0, blocks[stableEnd]?.upto ?? 0];
  const said = blocks[historyEnd]?.upto ?? 0;
  return { total, stable, history: said - stable, tail: total - said, window };
}

function checkWindow({ total, window }: CachePlan['tokens'], { model, provider }: ModelRules): void {
  if (window === null || total <= window) return;
  throw new PrsistError(
    'context/over-window',
    `${total} tokens are more than the window of ${model ?? provider}, ${window}`,
  );
}

function generalWarnings(
  segments: readonly Segment[],
  { sent, life }: { readonly sent: number; readonly life: 'known' | 'unknown' },
): readonly PlanWarning[] {
  const warnings: PlanWarning[] = [];
  if (sent < segments.length) {
    const text = `${segments.length - sent} blocks of thinking are left out: the provider takes none of them back`;
    warnings.push({ code: 'thinking-left-out', text });
  }
  const restless = segments.find(({ place, change }) => place === 'tools' && change > tailChange);
  if (restless) {
    const text = `${restless.slot} changes often and stands before everything else: each change writes all anew`;
    warnings.push({ code: 'restless-tools', text, slot: restless.slot });
  }
  if (life === 'unknown') {
    warnings.push({
      code: 'lifetime-unknown',
      text: 'how long entries live is not documented: the figures know no expiry',
    });
  }
  return warnings;
}
