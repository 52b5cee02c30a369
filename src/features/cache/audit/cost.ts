// What requests cost, in units of an uncached input token, and in money where the price is known.
import { type Price, type Prices, type Tokens, costOf as usdOf } from '../../../core/prices.ts';
import { type ModelRequest, promptOf } from './request.ts';
import { type CacheRules, valueFor } from './rules.ts';

/** Prices of tokens in units of an uncached one. */
export interface Rates {
  readonly read: number;
  readonly write: number;
  readonly write1h: number;
}

export interface Tariff {
  readonly prices: Prices;
  readonly rulesOf: (model: string) => CacheRules;
}

/** By the price list; by the provider's rules where it has no price. */
export function ratesOf({ prices, rulesOf }: Tariff, model: string): Rates {
  const price = prices.models.get(model);
  if (price && price.input > 0) return ofPrice(price);
  const rules = rulesOf(model);
  const write = rules.write[rules.lifetime] ?? 1;
  return { read: valueFor(rules.read, model) ?? 1, write, write1h: rules.write['1h'] ?? write };
}

function ofPrice({ input, cache_read, cache_write_5m, cache_write_1h }: Price): Rates {
  return { read: cache_read / input, write: cache_write_5m / input, write1h: cache_write_1h / input };
}

/** The input of one request in units of uncached tokens. */
export function unitsOf(
  { read, write, write1h }: Rates,
  request: Omit<ModelRequest, 'at' | 'model' | 'output'>,
): number {
  return request.uncached + request.read * read + request.write * write + request.write1h * write1h;
}

/** US dollars for the input of some requests; null when a price of one of them is not known. */
export function inputUsd({ prices }: Tariff, requests: readonly ModelRequest[]): number | null {
  let sum = 0;
  for (const request of requests) {
    const price = prices.models.get(request.model);
    if (!price) return null;
    sum += usdOf(price, tokensOf(request), promptOf(request));
  }
  return sum;
}

/** What an uncached input token costs, in US dollars; null without a price. */
export function usdPerUnit({ prices }: Tariff, model: string): number | null {
  const price = prices.models.get(model);
  return price ? price.input / 1_000_000 : null;
}

function tokensOf({ uncached, read, write, write1h }: ModelRequest): Tokens {
  return { fresh: uncached, cache_read: read, cache_write: write + write1h, write_1h: write1h, output: 0 };
}
