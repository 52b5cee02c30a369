// Requests and prompts as tests write them.
import { join } from 'node:path';
import { readPrices } from '../../../../src/config/prices.ts';
import { readProviders } from '../../../../src/config/provider-rules.ts';
import type { Tariff } from '../../../../src/features/cache/audit/cost.ts';
import { rulesIn } from '../../../../src/features/cache/audit/known-rules.ts';
import type { ModelRequest } from '../../../../src/features/cache/audit/request.ts';
import type { Segment } from '../../../../src/features/cache/segment.ts';

const root = join(import.meta.dirname, '../../../..');
export const providers = readProviders(root);
export const rulesOf = rulesIn(() => providers);
export const tariff: Tariff = { prices: readPrices(root), rulesOf };
export const minute = 60_000;
export const opus = 'claude-opus-4-5';

type Given = Partial<ModelRequest> & { readonly minutes: number };

/** A request of so many minutes after the beginning. */
export function request({ minutes, ...given }: Given): ModelRequest {
  const nothing = { read: 0, write: 0, write1h: 0, uncached: 0, output: 0 };
  return { ...nothing, at: Date.UTC(2026, 2, 4) + minutes * minute, model: opus, ...given };
}

/** A segment whose text is its content. */
export function segment(place: Segment['place'], slot: string, text: string): Segment {
  return { slot, place, text, kind: place === 'messages' ? 'dynamic' : 'system', tokens: 100, change: 0 };
}
