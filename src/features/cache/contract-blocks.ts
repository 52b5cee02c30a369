// What is kept of prefixes: what there is, why a session hits or misses, emptying and trimming.
import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { jobStarted, pageSize, time, word } from '../wire.ts';
import { unstable } from './lint.ts';
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

export const blocksContract = {
  'cache.stats': operation({
    summary: 'What the prefix cache of this project keeps, and how much of new sessions it knew',
    effect: 'read',
    input: z.strictObject({
      prefixes: z.boolean().default(false),
      least_tokens: z.int().min(1).max(1e7).default(1024),
      limit: pageSize(20, 200),
    }),
    output: z.object({
      enabled: z.boolean(),
      policy: z.string(),
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
    }),
  }),
  'cache.explain': operation({
    summary: 'A session as segments: what other sessions begin with as well, and where it first differs',
    effect: 'read',
    when: 'settled',
    input: z.strictObject({ session_id: word, limit: pageSize(50, 4096) }),
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
