import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { time } from '../wire.ts';
import { plainCauses } from './audit/breaks.ts';

const count = z.int().min(0);
/** Input tokens by what became of them, their cached share from 0 to 1, and the cost in units of an uncached input token. */
const outcome = z.object({
  ...{ read: count, write_5m: count, write_1h: count, uncached: count },
  ...{ share: z.number(), cost: z.number() },
});
/** More exactly, where messages or segments tell. */
export const exactCause = z.enum([
  ...(['tools', 'tool order', 'system', 'time in the prefix', 'memory', 'compaction', 'history edited'] as const),
  ...(['model switch', 'below minimum', 'look-back'] as const),
]);
const session = z.object({
  /** Null for a file. */
  session_id: z.string().nullable(),
  path: z.string().nullable(),
  agent: z.string().nullable(),
  title: z.string().nullable(),
  models: z.array(z.string()),
  from: time,
  until: time,
  requests: count,
  ...outcome.shape,
  /** Input at the price lists, US dollars; null when a model has no price. */
  usd: z.number().nullable(),
  /** Of the cost without any cache, what the cache saved; negative where it cost more. */
  saved: z.number(),
  /** Tokens written and never read. */
  waste: count,
  breaks: z.array(
    z.object({
      /** Which request, from 1. */
      request: z.int(),
      at: time,
      model: z.string(),
      /** By usage alone. */
      cause: z.enum(plainCauses),
      /** More exactly, where messages or segments tell. */
      because: exactCause.nullable(),
      /** Where the prompt became another one: nothing was read, or tools and system were. Null where it expired. */
      where: z.enum(['tools or system', 'history']).nullable(),
      read: count,
      before: count,
      /** Tokens that could have been read and were not. */
      lost: count,
      gap_seconds: z.number(),
      /** What that cost, in units of an uncached input token. */
      cost: z.number(),
      usd: z.number().nullable(),
    }),
  ),
  causes: z.record(z.string(), count),
  /** Requests that read little for a reason that is no fault of their prefix. */
  misses: z.array(z.object({ request: z.int(), at: time, because: exactCause, tokens: count })),
  /** Requests in a row whose prompts all changed after the same tokens: something is rendered anew each time. */
  restless: z.object({ request: z.int(), requests: count, read: count }).nullable(),
  /** Points by which the simulated cached share differs: of a prompt that only grows, and told where prompts changed. */
  simulator: z.object({ error: z.number(), told_error: z.number() }),
  /** Entries of an hour and a beginning that stays as it is; null where the simulator is more than 2 points off. */
  prsist: outcome.nullable(),
  /** Every request, where one conversation was asked for. */
  picture: z.array(z.object({ at: time, model: z.string(), read: count, write: count, uncached: count })).optional(),
});

export const auditContract = {
  'cache.audit': operation({
    summary: "What agents' requests read from their provider's cache, what broke it, and what that cost",
    effect: 'read',
    when: 'settled',
    input: z.strictObject({
      session_id: z.string().max(256).optional(),
      /** Sessions with a request since then, whole; all of them when absent. */
      since: time.optional(),
      agent: z.string().max(64).optional(),
      /** Transcripts to look at instead, which are not taken in. */
      paths: z.array(z.string().min(1).max(4096)).min(1).max(1000).optional(),
      /** Sub-agents, too. */
      children: z.boolean().default(false),
    }),
    output: z.object({
      sessions: z.array(session),
      pooled: z.object({
        ...{ sessions: count, requests: count, tokens: count, breaks: count, waste: count },
        /** Of all tokens, and of the session in the middle. */
        ...{ share: z.number(), median_share: z.number(), cost: z.number(), saved: z.number() },
        usd: z.number().nullable(),
        breaks_per_100: z.number(),
        causes: z.record(z.string(), count),
        /** Mean over the sessions, in points. */
        simulator_error: z.number(),
        prsist: outcome.nullable(),
      }),
      /** Rules of providers that recorded usage contradicts. */
      contradictions: z.array(z.object({ model: z.string(), rule: z.string(), says: z.string(), found: z.string() })),
      prices_as_of: z.string(),
    }),
  }),
} as const satisfies Contract;
