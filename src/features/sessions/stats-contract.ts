import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { time } from '../wire.ts';

const tokens = {
  ...{ requests: z.int(), fresh: z.int(), cache_read: z.int(), cache_write: z.int(), output: z.int() },
  /** US dollars by the price lists; null when no model of it has a price. */
  cost: z.number().nullable(),
  /** Some of its requests have no price: the cost is of the others. */
  partial: z.boolean(),
};

export const contract = {
  'stats.today': operation({
    summary: 'What agents did since a moment: asks, files, commits and failed commands, session by session',
    effect: 'read',
    when: 'settled',
    input: z.strictObject({
      /** The last 24 hours when absent. */
      since: time.optional(),
    }),
    output: z.object({
      since: time,
      sessions: z.array(
        z.object({
          session_id: z.string(),
          agent: z.string().nullable(),
          title: z.string().nullable(),
          first_at: time,
          last_at: time,
          /** In the user's own words, oldest first, the first 20. */
          asks: z.array(z.object({ text: z.string(), at: time })),
          asks_total: z.int(),
          /** Most changed first, the first 20. */
          files: z.array(z.object({ path: z.string(), added: z.int(), removed: z.int() })),
          files_total: z.int(),
          commits: z.array(z.object({ sha: z.string(), subject: z.string(), at: time })),
          /** Commands that failed, newest first, the first 10. */
          commands: z.array(
            z.object({
              command: z.string(),
              exit_code: z.int().nullable(),
              error_line: z.string().nullable(),
              at: time,
            }),
          ),
          commands_failed: z.int(),
        }),
      ),
      /** Commits of the time that belong to none of these sessions. */
      other_commits: z.array(z.object({ sha: z.string(), subject: z.string(), at: time })),
    }),
  }),
  'stats.usage': operation({
    summary: 'Tokens and their cost by day, agent, model or session',
    effect: 'read',
    when: 'settled',
    input: z.strictObject({
      by: z.enum(['day', 'agent', 'model', 'session']).default('day'),
      since: time.optional(),
      until: time.optional(),
      /** IANA name; days are days there. That of this machine when absent. */
      time_zone: z.string().max(64).optional(),
    }),
    output: z.object({
      rows: z.array(z.object({ group: z.string(), name: z.string().nullable(), ...tokens })),
      totals: z.object(tokens),
      prices_as_of: z.string(),
      unpriced_models: z.array(z.string()),
    }),
  }),
} as const satisfies Contract;
