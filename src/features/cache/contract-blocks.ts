// What is kept of prefixes: what there is, why a session hits or misses, emptying and trimming.
import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { jobStarted, pageSize, time, word } from '../wire.ts';
import { plainCauses } from './audit/breaks.ts';
import { exactCause } from './contract-audit.ts';
import { preload } from './contract-loading.ts';
import { breakpoint, zones } from './contract-plan.ts';
import { unstable } from './lint.ts';
import { strategies } from './policies/strategy.ts';
import { segmentKinds, segmentPlaces } from './segment.ts';
import { tensorTotals } from './tensors/wire.ts';

const kind = z.enum(segmentKinds);
const room = z.object({ segments: z.int(), bytes: z.int(), share: z.number() });
const used = z.object({
  lookups: z.int(),
  asked_tokens: z.int(),
  hit_tokens: z.int(),
  /** Of the tokens asked for; null where nothing was. */
  hit_rate: z.number().nullable(),
});

const prefix = z.object({
  h: z.string(),
  segments: z.int(),
  tokens: z.int(),
  sessions: z.int(),
  uses: z.int(),
  branches: z.int(),
  kind,
});

const explained = z.object({
  slot: z.string(),
  kind,
  place: z.enum(segmentPlaces),
  role: z.string().nullable(),
  tokens: z.int(),
  hash: z.string(),
  /** How probable another text is at the next request. */
  change: z.number(),
  /** shared: other sessions begin the same way · known: kept of this one · new. */
  state: z.enum(['shared', 'known', 'new']),
  sessions: z.int(),
  /** What in it will differ though nothing changed. */
  unstable: z.array(z.object({ what: z.enum(unstable), line: z.int(), text: z.string() })),
});

/** What a plan would have sent for the session; null where no provider of its model is known, or it fits into none. */
const planned = z.object({
  ...{ provider: z.string(), model: z.string().nullable(), rules: z.string(), ttl: z.string().nullable() },
  key: z.object({ name: z.string(), value: z.string() }).nullable(),
  breakpoints: z.array(breakpoint),
  /** Of a request that follows another, what is read from the cache. */
  share: z.number(),
  /** The first pieces in the order of the plan. */
  order: z.array(z.object({ slot: z.string(), zone: z.enum(zones), tokens: z.number() })),
});

const request = z.object({
  ...{ request: z.int(), id: z.string().nullable(), at: time, model: z.string() },
  ...{ read: z.int(), written: z.int(), uncached: z.int() },
  /** Why it read less than it could, by usage alone and more exactly; null where it did not. */
  ...{ cause: z.enum(plainCauses).nullable(), because: exactCause.nullable(), lost: z.int() },
  /** What stood in its prompt, and how many of the first stood in the one before of the same model. */
  ...{ pieces: z.int(), kept_pieces: z.int() },
  /** Where the prompt became another one; null where it only grew. */
  difference: z
    .object({
      ...{ piece: z.int(), slot: z.string(), role: z.string().nullable(), line: z.int() },
      /** null where the words are not for the caller. */
      ...{ was: z.string().nullable(), is: z.string().nullable() },
    })
    .nullable(),
});

export const blocksContract = {
  'cache.stats': operation({
    summary: 'What the prefix cache of this project keeps, and how much of new sessions it knew',
    effect: 'read',
    input: z.strictObject({
      prefixes: z.boolean().default(false),
      /** Shared beginnings from so many tokens on; else from the provider's minimum. */
      least_tokens: z.int().min(1).max(1e7).optional(),
      /** Whose minimum; else that of the model used last in the project. */
      provider: z.string().max(64).optional(),
      model: z.string().max(128).optional(),
      limit: pageSize(20, 200),
    }),
    output: z.object({
      enabled: z.boolean(),
      /** What evicts. */
      policy: z.enum(strategies),
      /** What the setting says; another one evicts only where a project is too large for it. */
      strategy: z.enum(strategies),
      /** To make room, since the daemon started. */
      evicted: z.object({
        blocks: z.int(),
        segments: z.int(),
        bytes: z.int(),
        /** Which go first: their sessions were ended or went on without them, or their branches are deleted. */
        retired_blocks: z.int(),
      }),
      blocks: z.int(),
      segments: z.int(),
      bytes: z.int(),
      /** Of all projects together. */
      total_bytes: z.int(),
      max_bytes: z.int(),
      sessions: z.int(),
      kinds: z.record(kind, room),
      last_7_days: used,
      last_30_days: used,
      /** Chains that were not kept for want of room since the daemon started. */
      skipped: z.int(),
      /** States of local engines, of all projects. */
      tensors: tensorTotals,
      prefixes: z.array(prefix),
      preload,
      /** From how many tokens on they are told, and whose minimum that is; null where none is known. */
      least: z.object({ tokens: z.int(), provider: z.string().nullable(), model: z.string().nullable() }),
    }),
  }),
  'cache.explain': operation({
    summary: 'A session as segments: what other sessions begin with as well, and where it first differs',
    effect: 'read',
    when: 'settled',
    input: z.strictObject({
      session_id: word,
      limit: pageSize(50, 4096),
      /** One of its requests: the number that the audit gives it, or the provider's id. */
      request: word.optional(),
    }),
    output: z.object({
      session_id: z.string(),
      at: time,
      segments: z.int(),
      tokens: z.int(),
      shared_segments: z.int(),
      shared_tokens: z.int(),
      known_segments: z.int(),
      items: z.array(explained),
      /** Where the session parts from the one that shares most with it. */
      difference: z
        .object({
          slot: z.string(),
          /** Bytes from the beginning of the segment. */
          offset: z.int(),
          line: z.int(),
          /** null where the text is not kept, or not for the caller. */
          ours: z.string().nullable(),
          theirs: z.string().nullable(),
        })
        .nullable(),
      plan: planned.nullable(),
      /** The one that was asked for. */
      request: request.nullable(),
    }),
  }),
  'cache.clear': operation({
    summary: 'Empty the prefix cache of this project, or one kind of it; what is needed is rendered again',
    effect: 'job',
    input: z.strictObject({ kind: kind.optional() }),
    output: jobStarted,
  }),
  'cache.evict': operation({
    summary: 'Trim the prefix caches of all projects together to a size',
    effect: 'job',
    on: 'user',
    input: z.strictObject({ target_mb: z.number().min(0).max(65_536) }),
    output: jobStarted,
  }),
} as const satisfies Contract;
