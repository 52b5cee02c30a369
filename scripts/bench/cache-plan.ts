// Prints one line of JSON: processor time of a plan over 2,000 segments, for each provider, beside writing and reading the
// same segments as JSON, which whoever asks over the socket pays for anyway. Bar: 5 ms.
import { join } from 'node:path';
import { readProviders } from '../../src/config/provider-rules.ts';
import { providerNames } from '../../src/core/provider-rules.ts';
import { planWith } from '../../src/features/cache/plan/plan.ts';
import type { Segment } from '../../src/features/cache/segment.ts';

const rounds = 40;
/** The count of a thread's time is too coarse for one. */
const together = 25;
const barMs = 5;
const providers = readProviders(join(import.meta.dirname, '../..'));
const documents = Array.from({ length: 600 }, (_, n): Segment => {
  const spread = { tokens: ((n * 7_919) % 900) + 1, change: ((n * 104_729) % 2_500) / 100_000 };
  return { slot: `doc:${n}`, kind: 'documentation', place: 'system', text: `document ${n}`, ...spread };
});
const turns = Array.from({ length: 1_400 }, (_, n): Segment => {
  const role = (['user', 'assistant', 'tool', 'assistant'] as const)[n % 4] ?? 'user';
  return { slot: `turn:${n}`, kind: 'dynamic', place: 'messages', role, text: `turn ${n}`, tokens: 50, change: 0 };
});
const context = { segments: [...documents, ...turns], session: 's', project: 'p' };

const plans = Object.fromEntries(
  providerNames(providers).map((provider) => {
    return [provider, times(() => planWith(providers, context, provider, { window_tokens: 10_000_000 }))];
  }),
);
const reference = times(() => JSON.parse(JSON.stringify(context.segments)));
const slowest = Math.max(...Object.values(plans).map(({ p95_ms }) => p95_ms));
console.log(
  JSON.stringify({
    ...{ name: 'cache-plan', segments: context.segments.length, plans, json: reference },
    ...{ ratio: rounded(slowest / reference.p95_ms), bar_ms: barMs, met: slowest <= barMs },
  }),
);

function times(run: () => unknown): { readonly p50_ms: number; readonly p95_ms: number } {
  // the first runs are compiled meanwhile
  for (let n = 0; n < 20; n += 1) run();
  const all = Array.from({ length: rounds }, () => timed(run)).toSorted((a, b) => a - b);
  const at = (part: number) => rounded(all[Math.floor(all.length * part)] ?? 0);
  return { p50_ms: at(0.5), p95_ms: at(0.95) };
}

/** Milliseconds of this thread on its core for one run: the machine may be busy with other things. */
function timed(run: () => unknown): number {
  const start = process.threadCpuUsage();
  for (let n = 0; n < together; n += 1) run();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000 / together;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
