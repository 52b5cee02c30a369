import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
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
  user_id: z.string().nullable(),
  session_id: z.string().nullable(),
  metadata: z.record(z.string(), z.json()),
  created_at: time,
  updated_at: time,
  expires_at: time.nullable(),
  access_count: z.int(),
  sync_version: z.int(),
  state: z.enum(['live', 'retired']),
  origin: z.string(),
  trust: z.int(),
});

const named = z.strictObject({ key: key.optional(), entry_id: z.string().optional(), scope: scope.optional() });

export const contract = {
  'context.store': operation({
    summary: 'Store one context entry; the same key and scope again is a new version of it',
    effect: 'write',
    input: z.strictObject({
      /** A text may come without one: then its category and words make it. */
      key: key.optional(),
      value: z.json(),
      layer: layer.default('long_term'),
      scope: scope.default('project'),
      priority: priority.default('medium'),
      category: word.default('general'),
      source: word.optional(),
      metadata: metadata.default({}),
      session_id: word.optional(),
      expires_at: time.optional(),
      if_version: z.int().min(0).optional(),
    }),
    output: z.object({
      entry_id: z.string(),
      key: z.string(),
      layer,
      scope,
      sync_version: z.int(),
      created: z.boolean(),
      updated_at: time,
    }),
  }),
  'context.retrieve': operation({
    summary: 'Get one entry by key; without a scope the project is asked first, then the user',
    effect: 'read',
    input: z.strictObject({ key, scope: scope.optional() }),
    output: entry,
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
      limit: pageSize(50, 500),
      cursor,
    }),
    output: z.object({ items: z.array(entry), next_cursor: z.string().nullable() }),
  }),
  'context.delete': operation({
    summary: 'Retire an entry: hidden, its history kept; storing it again brings it back',
    effect: 'write',
    input: named.extend({ reason: z.string().max(500).optional() }),
    output: z.object({ entry_id: z.string(), key: z.string(), retired_at: time }),
  }),
} as const satisfies Contract;
