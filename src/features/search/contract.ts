import { z } from 'zod';
import { limits } from '../../core/limits.ts';
import { type Contract, operation } from '../../core/operation.ts';
import { findableKinds, meaningStates } from '../../core/words.ts';
import { cursor, layer, pageSize, priority, scope, time, word } from '../wire.ts';

const id = z.string().min(1).max(128);
/** RFC 3339, a day, or a time span back from now: 7d, 12h, 2w. */
const when = z.string().min(1).max(40);
// its size is checked where it is read, so that a long one gets the error of its own
const question = z.string();

const nearby = z.object({ id: z.string(), author: z.string().nullable(), at: time, text: z.string() });

const result = z.object({
  kind: z.enum(findableKinds),
  id: z.string(),
  key: z.string().nullable(),
  title: z.string().nullable(),
  snippet: z.string(),
  /** Pairs of offsets into the snippet, in UTF-16 units, end exclusive. */
  highlights: z.array(z.tuple([z.int(), z.int()])),
  score: z.number(),
  at: time,
  session_id: z.string().nullable(),
  project_id: z.string().nullable(),
  /** Its name; null for what is the user's own. */
  project: z.string().nullable(),
  author: z.string().nullable(),
  agent: z.string().nullable(),
  path: z.string().nullable(),
  trust: z.int(),
  quarantined: z.boolean(),
  /** words: it has some of the question; meaning: it comes near to it; around: it stands beside messages that do. */
  found_by: z.enum(['words', 'meaning', 'around']),
  /** The message above it, where that is why it was found: an answer seldom repeats the question. */
  above: z.string().nullable(),
  /** With budget_tokens: the whole part that was found. */
  text: z.string().optional(),
  /** With neighbours: the messages before and after it in its session, in their order. */
  around: z.array(nearby).optional(),
  /** With explain: what the score is made of. The parts added, times the factors, are the total; total / of is the score. */
  explain: z
    .object({
      parts: z.record(z.string(), z.number()),
      /** What each word of the question adds to the part `words`. */
      words: z.record(z.string(), z.number()),
      factors: z.record(z.string(), z.number()),
      total: z.number(),
      of: z.number(),
      pass: z.enum(['careful', 'wide']),
      /** How probable it is that it answers the question, from 0 to 1, and what that is told from. */
      relevance: z.number(),
      signs: z.record(z.string(), z.number()),
    })
    .optional(),
});

const foundEntry = z.object({
  key: z.string(),
  /** null and truncated for a value of more than 16 KiB: read it by its key. */
  value: z.json(),
  layer,
  priority,
  updated_at: time,
  entry_id: z.string(),
  scope,
  category: z.string(),
  score: z.number(),
  snippet: z.string(),
  truncated: z.boolean(),
  quarantined: z.boolean(),
});

const example = z.object({
  kind: z.string(),
  /** Key of an entry, uri of a document. */
  name: z.string(),
  /** What it is the same as, what superseded it, or the file that is gone; null: nothing else. */
  as: z.string().nullable(),
  text: z.string(),
});

const rate = z.object({
  count: z.int(),
  /** Of how many texts, from 0 to 1. */
  rate: z.number(),
  /** At most three. */
  examples: z.array(example),
});

export const contract = {
  'search.query': operation({
    summary:
      'Search entries, messages, tool calls, commits, tasks and documents: words, "exact phrase", -word, key:value',
    effect: 'read',
    input: z.strictObject({
      query: question,
      kinds: z.array(z.enum(findableKinds)).max(findableKinds.length).optional(),
      session_id: id.optional(),
      agent: word.optional(),
      author: z.string().min(1).max(200).optional(),
      branch: z.string().min(1).max(200).optional(),
      layer: layer.optional(),
      scope: scope.optional(),
      tags: z.array(word).max(8).optional(),
      path: z.string().min(1).max(1024).optional(),
      since: when.optional(),
      until: when.optional(),
      /** Other projects to search as well, by name or id; ["*"]: all of them. */
      projects: z.array(z.string().min(1).max(200)).min(1).max(limits.searchProjects).optional(),
      /** Words as they are typed: nothing repaired, no other forms of them. */
      exact: z.boolean().optional(),
      explain: z.boolean().optional(),
      /** Messages before and after each message found. */
      neighbours: z.int().min(0).max(3).optional(),
      /** Whole texts, as many of the best as fit into so many tokens, instead of `limit`. */
      budget_tokens: z.int().min(50).max(100_000).optional(),
      /** With budget_tokens: the probability below which a result is left out, instead of the one in the settings. */
      least_relevance: z.number().min(0).max(1).optional(),
      limit: pageSize(20, 200),
      cursor,
    }),
    output: z.object({
      query: z.string(),
      result_count: z.int(),
      took_ms: z.number(),
      /** Misspelt words and what they were taken for. */
      did_you_mean: z.array(z.object({ typed: z.string(), meant: z.string(), also: z.string().nullable() })),
      /** Projects that were asked for and could not be searched. */
      left_out: z.array(z.string()),
      /** With budget_tokens: results left out although there was room, by why. */
      dropped: z.object({ below: z.int(), same: z.int(), superseded: z.int() }).optional(),
      /** With budget_tokens: whether a reranker put the best of them in order. */
      reranked: z.boolean().optional(),
      /** Whether vectors of an embedder were compared, else why not; and of how many percent of the texts there are any. */
      meaning: z.object({ state: z.enum(meaningStates), percent: z.int() }),
      /** With explain: how the question was read. */
      question: z
        .object({
          words: z.array(z.string()),
          /** Said too often to say anything: not looked for. */
          dropped: z.array(z.string()),
          /** What a word with an asterisk stands for. */
          completed: z.array(z.string()),
          unknown: z.array(z.string()),
          named: z.array(z.string()),
          times: z.array(z.string()),
          candidates: z.int(),
        })
        .optional(),
      results: z.array(result),
      /** Conversations that answer best as a whole, best first, at most 20: of the first page only. */
      sessions: z.array(z.object({ session_id: z.string(), project_id: z.string().nullable(), score: z.number() })),
      next_cursor: z.string().nullable(),
    }),
  }),
  'context.search': operation({
    summary: 'Search context entries',
    effect: 'read',
    input: z.strictObject({
      query: question,
      scope: scope.optional(),
      layer: layer.optional(),
      priority: priority.optional(),
      category: word.optional(),
      tags: z.array(word).max(8).optional(),
      tenant_id: word.optional(),
      user_id: word.optional(),
      session_id: id.optional(),
      agent_id: word.optional(),
      since: when.optional(),
      until: when.optional(),
      quarantined: z.boolean().optional(),
      limit: pageSize(20, 100),
      cursor,
    }),
    output: z.object({
      query: z.string(),
      result_count: z.int(),
      results: z.array(foundEntry),
      next_cursor: z.string().nullable(),
    }),
  }),
  'hygiene.get': operation({
    summary: 'How clean what is kept is: duplicates, echoes, stale texts, secrets; nothing is deleted; for people only',
    effect: 'read',
    input: z.strictObject({}),
    output: z.object({
      /** Parts of entries and documents of this project that can be found. */
      texts: z.int(),
      exact: rate,
      near: rate,
      /** Answers of agents that only repeated what they were shown, and are not kept; the rate is of all answers. */
      echo: rate,
      stale: rate,
      secret: rate,
    }),
  }),
} as const satisfies Contract;
