import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { key, scope, time } from '../wire.ts';

const count = z.int();

export const contract = {
  'store.erase': operation({
    summary: 'Erase a session or an entry for good, in every place it stands; dry_run only shows what would go',
    effect: 'write',
    when: 'settled',
    after: 'erased',
    input: z.strictObject({
      /** One of the next four. A session by its id or an unambiguous beginning of it; its sub-agents go with it. */
      session_id: z.string().min(1).max(128).optional(),
      /** An entry by its key or id. */
      entry: key.optional(),
      /** What was changed last: a session, an entry, or any of both. */
      last: z.enum(['any', 'session', 'entry']).optional(),
      /** What came with a memory package, as far as nobody else has said anything of it. */
      package_id: z.uuid().optional(),
      /** Where an entry is looked for. */
      scope: scope.default('project'),
      reason: z.string().min(1).max(500),
      dry_run: z.boolean().default(false),
    }),
    output: z.object({
      /** null for a dry run. */
      receipt_id: z.string().nullable(),
      erased: z.object({
        ...{ sessions: count, messages: count, tool_calls: count, edits: count, tasks: count, handoffs: count },
        ...{ entries: count, records: count },
        /** Parts of kept transcripts. */
        kept_parts: count,
      }),
      /** What would go, by name; only for a dry run. */
      what: z.array(
        z.object({
          kind: z.enum(['session', 'entry']),
          id: z.string(),
          name: z.string().nullable(),
          agent: z.string().nullable(),
          at: time.nullable(),
        }),
      ),
      replicas: z.array(z.object({ device: z.string(), confirmed_at: time })),
    }),
  }),
} as const satisfies Contract;
