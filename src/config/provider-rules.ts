import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { PrsistError } from '../core/errors.ts';
import { type Providers, plainName } from '../core/provider-rules.ts';
import { readText } from '../platform/files.ts';

const dated = {
  as_of: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a day: 2026-01-31'),
  basis: z.enum(['primary', 'secondary', 'unverified']),
};
/** Members beside those named here may say more; nothing is decided by them. */
const rule = <T extends z.ZodType>(value: T) => z.looseObject({ ...dated, v: value.nullable() });
const perModel = <T extends z.ZodType>(value: T) =>
  z.looseObject({
    ...{ ...dated, v: value.nullish(), default: value.nullish() },
    models: z.record(z.string(), value.nullable()).optional(),
  });
const count = z.int().min(0);
const times = z.number().min(0).max(10);

const provider = z
  .object({
    mode: rule(z.string()).and(z.looseObject({ key: z.string().optional(), explicit: z.string().optional() })),
    max_breakpoints: rule(count).optional(),
    max_writes: rule(count).optional(),
    lookback_blocks: rule(count).optional(),
    min_tokens: perModel(count).optional(),
    step_tokens: rule(count.min(1)).optional(),
    window_tokens: perModel(count).optional(),
    ttl: z
      .looseObject({
        ...{ ...dated, v: z.array(z.string()).min(1).nullable(), default: z.string().optional() },
        ...{ in_memory_idle: z.string().optional(), explicit_default: z.string().optional() },
      })
      .optional(),
    write: rule(z.union([times, z.record(z.string(), times)])).optional(),
    read: perModel(times).optional(),
    storage_per_hour: perModel(times).optional(),
    key: z.looseObject({ ...dated, v: z.string().nullable(), requests_per_minute: count.min(1).optional() }).optional(),
    renewed_by_read: rule(z.boolean()).optional(),
    no_breakpoint_on: rule(z.array(z.string())).optional(),
    retention_24h: rule(z.array(z.string())).optional(),
  })
  // a rule that nothing here reads is data for the audit and for people: it says where it comes from as well
  .catchall(z.looseObject(dated));
const file = z
  .object({
    version: z.literal(1),
    as_of: dated.as_of,
    models: z.record(z.string(), z.looseObject({ input: z.number() })),
  })
  .catchall(provider);

/** What is known of providers' prompt caches, as shipped. Throws config/invalid, naming what is damaged. */
export function readProviders(packageRoot: string): Providers {
  const path = join(packageRoot, 'config', 'providers.yaml');
  const text = readText(path);
  if (text === undefined) throw new PrsistError('config/invalid', `${path} is missing: the installation is incomplete`);
  return parseProviders(text, path);
}

/** The same from a text; path: what errors call it. */
export function parseProviders(text: string, path: string): Providers {
  const parsed = file.safeParse(parsedYaml(text, path));
  if (!parsed.success) {
    throw new PrsistError('config/invalid', `${path}: ${z.prettifyError(parsed.error)}`, {
      hint: 'install prsist again: this file comes with it',
    });
  }
  const { version, as_of, models, ...rules } = parsed.data;
  return {
    rules,
    input_usd: Object.fromEntries(Object.entries(models).map(([name, { input }]) => [plainName(name), input])),
  };
}

function parsedYaml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new PrsistError('config/invalid', `${path} is no YAML: ${cause instanceof Error ? cause.message : ''}`, {
      ...{ cause, hint: 'install prsist again: this file comes with it' },
    });
  }
}
