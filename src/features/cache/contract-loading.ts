// Operations that put context together and keep its parts at hand.
import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { word } from '../wire.ts';
import { segmentKinds, segmentPlaces } from './segment.ts';

const kind = z.enum(segmentKinds);
const templateName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, { error: 'a name of small letters, digits and -' })
  .default('resume');

const segment = z.object({
  slot: z.string(),
  kind,
  place: z.enum(segmentPlaces),
  role: z.enum(['user', 'assistant', 'tool']).optional(),
  text: z.string(),
  tokens: z.int(),
  change: z.number(),
  /** SHA-256 of the text. */
  hash: z.string(),
  /** Its tokens were counted, not estimated. */
  counted: z.boolean(),
  /** Read and rendered for this request; false: it was at hand, or costs nothing. */
  rendered: z.boolean(),
});

const spent = z.object({ floor: z.int(), wanted: z.int(), used: z.int() });

/** Loading ahead of all projects together. */
export const preload = z.object({
  active: z.boolean(),
  trials: z.int(),
  right: z.int(),
  precision: z.number().nullable(),
  loaded: z.int(),
  used: z.int(),
  spent_ms: z.number(),
  saved_ms: z.number(),
});

export const loadingContract = {
  'cache.load': operation({
    summary: 'The context of a project for a model, put together within a budget of tokens: segments in a stable order',
    effect: 'read',
    when: 'settled',
    input: z.strictObject({
      template: templateName,
      session_id: z.string().min(1).max(128).optional(),
      agent: word.default('claude-code'),
      /** Stored documents by uri or id, or files by their path in the project. */
      documents: z.array(z.string().min(1).max(1024)).max(100).default([]),
      budget_tokens: z.int().min(500).max(2_000_000).default(32_000),
      /** How many of the last messages, at most. */
      turns: z.int().min(0).max(6).default(6),
      /** With a map of the project: its directories as the last commit has them. */
      map: z.boolean().optional(),
    }),
    output: z.object({
      segments: z.array(segment),
      tokens: z.int(),
      /** The beginning that was loaded before, byte for byte: what a provider may still have in its cache. */
      hit: z.object({ segments: z.int(), tokens: z.int() }),
      /** Of the hashes of the segments, in their order: the same where every byte is. */
      hash: z.string(),
      template: z.string(),
      render_version: z.int(),
      budget_tokens: z.int(),
      budget: z.record(kind, spent),
      left_out: z.array(z.object({ slot: z.string(), kind, tokens: z.int(), why: z.string() })),
      files: z.object({ looked_at: z.int(), changed: z.array(z.string()) }),
      took_ms: z.number(),
    }),
  }),
  'cache.warm': operation({
    summary: 'Read, render and count what the context of a project is made of, before it is asked for',
    effect: 'read',
    when: 'settled',
    input: z.strictObject({
      /** files: look at the files and render what changed; all: count its tokens, too. */
      what: z.enum(['files', 'all']).default('all'),
      /** What a model would ask for the beginning of this context; nothing is sent anywhere. */
      model: word.optional(),
    }),
    output: z.object({
      files: z.int(),
      changed: z.array(z.string()),
      segments: z.int(),
      tokens: z.int(),
      counted: z.int(),
      took_ms: z.number(),
      held_bytes: z.int(),
      preload,
      provider: z
        .object({ model: z.string(), tokens: z.int(), usd_5m: z.number(), usd_1h: z.number(), as_of: z.string() })
        .nullable(),
    }),
  }),
  'cache.templates': operation({
    summary: 'The templates of contexts: which there are, where they lie, what is wrong with them; the text of one',
    effect: 'read',
    on: 'user',
    input: z.strictObject({ name: z.string().min(1).max(64).optional() }),
    output: z.object({
      directory: z.string(),
      placeholders: z.array(z.string()),
      items: z.array(
        z.object({
          name: z.string(),
          source: z.enum(['shipped', 'changed', 'own']),
          path: z.string(),
          about: z.string(),
          fault: z.string().nullable(),
          /** Of the one that was named. */
          text: z.string().optional(),
        }),
      ),
    }),
  }),
} as const satisfies Contract;
