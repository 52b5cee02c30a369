import { z } from 'zod';
import { limits } from '../../core/limits.ts';
import { type Contract, operation } from '../../core/operation.ts';
import { relations } from '../../core/words.ts';
import { cursor, key, layer, metadata, pageSize, priority, scope, time, word } from '../wire.ts';

export const entry = z.object({
  entry_id: z.string(),
  key: z.string(),
  value: z.json(),
  layer,
  scope,
  priority,
  category: z.string(),
  source: z.string(),
  tenant_id: z.string().nullable(),
  user_id: z.string().nullable(),
  /** Of scope session the session it belongs to; of layer session the one that holds it. */
  session_id: z.string().nullable(),
  agent_id: z.string().nullable(),
  metadata: z.record(z.string(), z.json()),
  tags: z.array(z.string()),
  created_at: time,
  updated_at: time,
  expires_at: time.nullable(),
  access_count: z.int(),
  sync_version: z.int(),
  state: z.enum(['live', 'retired']),
  origin: z.string(),
  trust: z.int(),
  /** Why it is trusted less than its origin. */
  doubts: z.array(z.string()),
  /** Two devices changed it at once, and nobody has decided yet. */
  conflict: z.boolean(),
  useful: z.int(),
  wrong: z.int(),
});

/** Whose entry is meant: what is left out is the caller's own. */
const owner = {
  tenant_id: word.optional(),
  user_id: word.optional(),
  session_id: word.optional(),
  agent_id: word.optional(),
};
const named = { key: key.optional(), entry_id: z.uuid().optional(), scope: scope.optional(), ...owner };
const tags = z.array(word).max(limits.entryTags);
const link = z.strictObject({ rel: z.enum(relations), entry_id: z.uuid() });
const links = z.array(link).max(limits.entryLinks);
const count = z.int().min(0).max(1_000).default(0);
const reason = z.string().max(500).optional();

export const contract = {
  'context.store': operation({
    summary: 'Store one context entry; the same key and scope again is a new version of it',
    effect: 'write',
    input: z.strictObject({
      /** A text may come without one: then its category and words make it. */
      key: key.optional(),
      value: z.json(),
      layer: layer.optional(),
      scope: scope.optional(),
      /** Left out, what the entry has stays; a new one is medium and general. */
      priority: priority.optional(),
      category: word.optional(),
      source: word.optional(),
      metadata: metadata.default({}),
      ...owner,
      tags: tags.optional(),
      expires_at: time.optional(),
      ttl_seconds: z.int().min(1).max(315_360_000).optional(),
      if_version: z.int().min(0).optional(),
    }),
    output: entry
      .pick({
        entry_id: true,
        key: true,
        layer: true,
        scope: true,
        sync_version: true,
        updated_at: true,
        conflict: true,
      })
      .extend({ created: z.boolean() }),
  }),
  'context.retrieve': operation({
    summary: 'Get one entry by key; without a scope the nearest: agent, session, project, user, tenant, global',
    effect: 'read',
    input: z.strictObject({ key, scope: scope.optional(), layer: layer.optional(), ...owner }),
    output: entry.extend({
      /** Answered from memory alone. */
      hit_cache: z.boolean(),
      links: z.array(link),
    }),
  }),
  'context.list': operation({
    summary: 'List entries, newest first',
    effect: 'read',
    input: z.strictObject({
      scope: scope.optional(),
      layer: layer.optional(),
      category: word.optional(),
      priority: priority.optional(),
      state: z.enum(['live', 'retired']).default('live'),
      key_prefix: z.string().max(512).optional(),
      updated_since: time.optional(),
      ...owner,
      limit: pageSize(50, 500),
      cursor,
    }),
    output: z.object({ items: z.array(entry), next_cursor: z.string().nullable() }),
  }),
  'context.delete': operation({
    summary: 'Retire an entry: hidden, its history kept; context.restore brings it back',
    effect: 'write',
    input: z.strictObject({ ...named, reason }),
    output: z.object({ entry_id: z.string(), key: z.string(), retired_at: time }),
  }),
  'context.restore': operation({
    summary: 'Bring a retired or expired entry back as it was',
    effect: 'write',
    input: z.strictObject(named),
    output: entry,
  }),
  'context.history': operation({
    summary: 'Every version of an entry, newest first',
    effect: 'read',
    input: z.strictObject({ ...named, limit: pageSize(50, 500), cursor }),
    output: z.object({
      items: z.array(
        z.object({
          version: z.int(),
          op: z.string(),
          /** What this version changed. */
          fields: z.record(z.string(), z.json()),
          actor: z.object({ user: z.string(), agent: z.string().optional(), session: z.string().optional() }),
          origin: z.string(),
          at: time,
          dev: z.string(),
        }),
      ),
      next_cursor: z.string().nullable(),
    }),
  }),
  'context.tag': operation({
    summary: 'Add and remove tags of an entry',
    effect: 'write',
    input: z.strictObject({ ...named, add: tags.default([]), remove: tags.default([]) }),
    output: entry,
  }),
  'context.link': operation({
    summary: 'Say how an entry stands to others: supersedes, contradicts, about, derived_from',
    effect: 'write',
    input: z.strictObject({ ...named, add: links.default([]), remove: links.default([]) }),
    output: entry.extend({ links: z.array(link) }),
  }),
  'context.trust': operation({
    summary: 'How far an entry is trusted, decided by a person: 0 quarantined, 3 one’s own word',
    effect: 'write',
    input: z.strictObject({ ...named, trust: z.int().min(0).max(3), reason }),
    output: entry,
  }),
  'context.feedback': operation({
    summary: 'Say that an entry was useful or wrong',
    effect: 'write',
    input: z.strictObject({ ...named, useful: count, wrong: count }),
    output: entry,
  }),
  'stats.get': operation({
    summary: 'How much is remembered, where, and how often it is found',
    effect: 'read',
    input: z.strictObject({}),
    output: z.object({
      total_entries: z.int(),
      ephemeral_count: z.int(),
      session_count: z.int(),
      short_term_count: z.int(),
      long_term_count: z.int(),
      permanent_count: z.int(),
      critical_count: z.int(),
      active_sessions: z.int(),
      active_tenants: z.int(),
      total_accesses: z.int(),
      /** Bytes held in memory. */
      cache_size: z.object({ ephemeral: z.int(), session: z.int() }),
      pending_syncs: z.int(),
      message_count: z.int(),
      document_count: z.int(),
      conflict_count: z.int(),
      db_bytes: z.int(),
      /** Share of reads that found something, of the last 30 days; null before the first read. */
      cache_hit_rate: z.number().nullable(),
      top_keys: z.array(z.object({ key: z.string(), accesses: z.int(), hit_rate: z.number() })),
    }),
  }),
} as const satisfies Contract;
