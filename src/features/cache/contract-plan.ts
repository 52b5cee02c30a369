import { z } from 'zod';
import { limits } from '../../core/limits.ts';
import { type Contract, operation } from '../../core/operation.ts';
import { word } from '../wire.ts';
import { segmentKinds, segmentPlaces } from './segment.ts';

export const zones = ['stable', 'history', 'tail'] as const;
const names = ['shared', 'snapshot', 'previous', 'anchor', 'newest'] as const;
const roles = ['user', 'assistant', 'tool'] as const;
const tokens = z.number().min(0);

const segment = z.strictObject({
  slot: z.string().min(1).max(512),
  kind: z.enum(segmentKinds),
  place: z.enum(segmentPlaces),
  role: z.enum(roles).optional(),
  text: z.string(),
  /** Estimated where it is not said. */
  tokens: tokens.optional(),
  change: z.number().min(0).max(1).default(0),
  frozen: z.boolean().optional(),
  block: z.enum(['call', 'result', 'thinking']).optional(),
  call: word.optional(),
  tool: word.optional(),
  signature: z.string().optional(),
});
const planned = z.object({
  ...{ index: z.int(), slot: z.string(), kind: z.enum(segmentKinds), place: z.enum(segmentPlaces) },
  ...{ role: z.enum(roles).nullable(), zone: z.enum(zones), tokens, change: z.number() },
  ...{ read: tokens, written: tokens, uncached: tokens },
});
export const breakpoint = z.object({
  ...{ name: z.enum(names), at: z.int(), slot: z.string(), tokens, ttl: z.string().nullable(), implicit: z.boolean() },
});
const costs = { first: z.number(), following: z.number(), without_cache: z.number() };
const plain = z.record(z.string(), z.unknown());
const call = { method: z.literal('POST'), path: z.string(), headers: z.record(z.string(), z.string()), body: plain };

export const planContract = {
  'cache.plan': operation({
    summary:
      'How a request is laid out so that a provider’s prompt cache serves it: order, breakpoints, keys, lifetimes, expected cost',
    effect: 'read',
    when: 'settled',
    input: z.strictObject({
      provider: word,
      model: word.optional(),
      /** Of these, of a recorded session, or, without either, of what an agent of this project starts with. */
      segments: z.array(segment).min(1).max(limits.planSegments).optional(),
      session_id: z.string().min(1).max(128).optional(),
      ttl: word.optional(),
      messages_ttl: word.optional(),
      requests_per_minute: z.number().min(0).max(1e6).optional(),
      expected_reads: z.number().min(0).max(1e6).optional(),
      window_tokens: z.int().min(1).optional(),
      slots: z.int().min(1).max(1024).optional(),
      state_file: z.string().min(1).max(255).optional(),
      /** With the request itself, as the provider's API takes it. */
      body: z.boolean().default(false),
    }),
    output: z.object({
      source: z.enum(['segments', 'session', 'project']),
      session_id: z.string().nullable(),
      /** Who named the model; null: nobody, and the safest values are taken. */
      model_from: z.enum(['asked', 'session']).nullable(),
      ...{ provider: z.string(), model: z.string().nullable(), rules: z.string(), mode: z.string().nullable() },
      ...{ segments: z.array(planned), breakpoints: z.array(breakpoint), ttl: z.string().nullable() },
      key: z.object({ name: z.string(), value: z.string() }).nullable(),
      ...{ headers: z.record(z.string(), z.string()), settings: plain },
      explicit: z.object({ upto: z.int(), ttl_s: z.number() }).nullable(),
      tokens: z.object({ total: tokens, stable: tokens, history: tokens, tail: tokens, window: tokens.nullable() }),
      hits: z.object({ read: tokens, written: tokens, uncached: tokens, share: z.number() }),
      expected_cost: z
        .object({ unit: z.literal('tokens of uncached input'), ...costs, usd: z.object(costs).nullable() })
        .nullable(),
      keep_alive: z.object({ every_s: z.number(), most: z.int(), saves: z.number(), each: z.number() }).nullable(),
      warnings: z.array(z.object({ code: z.string(), text: z.string(), slot: z.string().optional() })),
      request: z.object({ ...call, before: z.array(z.object(call)) }).optional(),
    }),
  }),
} as const satisfies Contract;
