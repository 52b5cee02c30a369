import { z } from 'zod';
import { limits } from '../../core/limits.ts';
import { type Contract, operation } from '../../core/operation.ts';
import { pageSize, time, word } from '../wire.ts';

const lines = z.int().min(0).max(1e7).default(0);

/** One sign of life of an editor: names and counts after the WakaTime model, never the content of a file. */
export const heartbeat = z.object({
  v: z.literal(1).default(1),
  /** The editor. */
  source: word.optional(),
  /** Absolute path of a file; the name of what else is worked on. */
  entity: z.string().min(1).max(4096),
  type: z.enum(['file', 'app', 'domain', 'url', 'event']).default('file'),
  /** Seconds since 1970 UTC, with fractions. */
  time: z.number().min(0).max(4e9),
  branch: z.string().max(256).optional(),
  language: word.optional(),
  category: word.default('coding'),
  is_write: z.boolean().default(false),
  line_additions: lines,
  line_deletions: lines,
  ai_line_changes: lines,
});

const stretch = z.object({
  entity: z.string(),
  branch: z.string().nullable(),
  language: z.string().nullable(),
  category: z.string().nullable(),
  source: z.string(),
  start: time,
  end: time,
  lines_added: z.int(),
  lines_removed: z.int(),
  ai_lines: z.int(),
  writes: z.int(),
});

const share = z.object({ name: z.string(), ms: z.int(), lines_added: z.int(), lines_removed: z.int() });

export const contract = {
  'activity.heartbeat': operation({
    summary: 'Signs of life of an editor, at most 100; joined to stretches of time',
    effect: 'write',
    input: z.strictObject({ items: z.array(heartbeat).min(1).max(limits.heartbeats) }),
    output: z.object({ accepted: z.int() }),
  }),
  'activity.list': operation({
    summary: 'Stretches of time spent on files, latest first',
    effect: 'read',
    input: z.strictObject({ since: time.optional(), limit: pageSize(50, 500) }),
    output: z.object({ items: z.array(stretch) }),
  }),
  'activity.summary': operation({
    summary: 'Time in editors since a moment: by file, language, category and editor',
    effect: 'read',
    when: 'settled',
    input: z.strictObject({ since: time.optional(), limit: pageSize(10, 100) }),
    output: z.object({
      since: time,
      total_ms: z.int(),
      files: z.array(share),
      languages: z.array(share),
      categories: z.array(share),
      editors: z.array(share),
    }),
  }),
} as const satisfies Contract;
