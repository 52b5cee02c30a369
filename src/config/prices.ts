import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { PrsistError } from '../core/errors.ts';
import { type Prices, priceName } from '../core/prices.ts';
import { readText } from '../platform/files.ts';

const dollars = z.number().min(0);
const price = z.strictObject({
  ...{ input: dollars, cache_read: dollars, cache_write_5m: dollars, cache_write_1h: dollars, output: dollars },
  basis: z.enum(['primary', 'secondary']),
  // rows are summed in these classes of prompts, so no other length can be told apart
  long_prompt: z
    .strictObject({ over: z.union([z.literal(100_000), z.literal(272_000)]), input: z.number(), output: z.number() })
    .optional(),
});
// what else stands in the file are the rules of prompt caches: provider-rules.ts
const file = z.object({
  version: z.literal(1),
  as_of: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  models: z.record(z.string(), price),
});

/**
 * The price lists that ship with prsist, read at their first use: that is a tenth of a daemon's start. That use throws
 * config/invalid when they are missing or not in their form.
 */
export function readPrices(packageRoot: string): Prices {
  let known: Prices | undefined;
  const prices = () => {
    known ??= readNow(packageRoot);
    return known;
  };
  return {
    get as_of() {
      return prices().as_of;
    },
    get models() {
      return prices().models;
    },
  };
}

function readNow(packageRoot: string): Prices {
  const path = join(packageRoot, 'config', 'providers.yaml');
  const text = readText(path);
  if (text === undefined) throw new PrsistError('config/invalid', `${path} is missing: the installation is incomplete`);
  const parsed = file.safeParse(parse(text));
  if (!parsed.success) throw new PrsistError('config/invalid', `${path}: ${z.prettifyError(parsed.error)}`);
  const models = Object.entries(parsed.data.models).map(([name, each]) => [priceName(name), each] as const);
  return { as_of: parsed.data.as_of, models: new Map(models) };
}
