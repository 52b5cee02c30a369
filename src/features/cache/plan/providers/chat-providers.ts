// Providers that take chat completions and cache by themselves: what helps them is that requests come to the same machine.

import type { CachePlan, ProviderRequest } from '../cache-plan.ts';
import { sessionKey } from '../keys.ts';
import type { Layout } from '../layout.ts';
import type { Asked, Decision, Provider } from '../provider.ts';
import { chatBody } from '../requests/chat.ts';

/** A cache per server: a header keeps a conversation on one. */
export const xai: Provider = {
  decide: ({ chosen, context }) => ({
    ttl: chosen.rules.ttl?.default ?? null,
    headers: context.session === undefined ? {} : { 'x-grok-conv-id': sessionKey(context.session) },
  }),
  render,
};

/** A cache per server: a key in the body keeps a conversation on one. */
export const mistral: Provider = {
  decide: ({ chosen, context }) => ({
    ttl: chosen.rules.ttl?.default ?? null,
    key:
      context.session === undefined || chosen.rules.mode.key === undefined
        ? null
        : { name: chosen.rules.mode.key, value: sessionKey(context.session) },
  }),
  render,
};

/** Whole units are kept, which end with what is said: history only grows, and what follows it is in no unit. */
export const deepseek: Provider = { decide: decideUnits, render };

/** Nothing can be said to it. */
export const groq: Provider = {
  decide: ({ chosen }) => ({ ttl: chosen.rules.ttl?.v?.[0] ?? null }),
  render,
};

function decideUnits({ layout, chosen }: Asked): Decision {
  const { blocks, stableEnd, sharedEnd, historyEnd } = layout;
  const warnings = [];
  if (sharedEnd >= 0 && sharedEnd < stableEnd) {
    const slot = blocks[sharedEnd]?.segment.slot;
    const text = `what begins alike up to ${slot} and then differs is read from the third request on, not before`;
    warnings.push({ code: 'shared-head', text, slot });
  }
  if (blocks.length > historyEnd + 1) {
    const slot = blocks[historyEnd + 1]?.segment.slot;
    const text = `${slot} is new every time: the unit it ends is written for nothing, the ones before it are read`;
    warnings.push({ code: 'tail-unit', text, slot });
  }
  return { ttl: chosen.rules.ttl?.default ?? null, warnings };
}

function render(plan: CachePlan, layout: Layout): ProviderRequest {
  const key = plan.key === null ? {} : { [plan.key.name]: plan.key.value };
  const body = { ...chatBody(layout, plan.model), ...key };
  // DeepSeek's address has no version in it
  const path = plan.rules === 'deepseek' ? '/chat/completions' : '/v1/chat/completions';
  return { method: 'POST', path, headers: plan.headers, body, before: [] };
}
