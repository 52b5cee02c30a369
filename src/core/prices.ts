// What a model request costs by a provider's price list.

/** US dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly cache_read: number;
  readonly cache_write_5m: number;
  readonly cache_write_1h: number;
  readonly output: number;
  /** Requests with a longer prompt cost so many times as much. */
  readonly long_prompt?: { readonly over: number; readonly input: number; readonly output: number } | undefined;
}

export interface Prices {
  /** Day on which the lists were read. */
  readonly as_of: string;
  /** By the name that `priceName` makes of a model. */
  readonly models: ReadonlyMap<string, Price>;
}

/** Tokens of requests, in the same classes as they are stored. */
export interface Tokens {
  readonly fresh: number;
  readonly cache_read: number;
  /** With those for one hour. */
  readonly cache_write: number;
  readonly write_1h: number;
  readonly output: number;
}

/** A model's name without who serves it, its date and its variants of the same price: agents write it in many ways. */
export function priceName(model: string): string {
  const name = model.toLowerCase().split('/').at(-1) ?? '';
  return name
    .replace(/\[1m\]$/, '')
    .replace(/-latest$|-\d{8}$|-\d{4}-\d{2}-\d{2}$/, '')
    .replaceAll('.', '-');
}

/** Dollars for some tokens. prompt: of each of the requests they were spent in, at least. */
export function costOf(price: Price, tokens: Tokens, prompt: number): number {
  const long = price.long_prompt !== undefined && prompt > price.long_prompt.over ? price.long_prompt : undefined;
  const read = tokens.fresh * price.input + tokens.cache_read * price.cache_read;
  const written =
    (tokens.cache_write - tokens.write_1h) * price.cache_write_5m + tokens.write_1h * price.cache_write_1h;
  return ((read + written) * (long?.input ?? 1) + tokens.output * price.output * (long?.output ?? 1)) / 1_000_000;
}
