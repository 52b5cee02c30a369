import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { key, scope, time } from '../wire.ts';
import { leastSought } from './saying.ts';

const count = z.int();

export const contract = {
  'store.erase': operation({
    summary: 'Erase a session or an entry for good, in every place it stands; dry_run only shows what would go',
    effect: 'write',
    when: 'settled',
    after: 'erased',
    input: z.strictObject({
      /** One of the next six. A session by its id or an unambiguous beginning of it; its sub-agents go with it. */
      session_id: z.string().min(1).max(128).optional(),
      /** An entry by its key or id. */
      entry: key.optional(),
      /** Everything that says this text, in whatever case: entries, messages, tool calls, commits, documents, whole sessions by title. */
      match: z.string().min(leastSought).max(1_000).optional(),
      /** A person, by id, name or e-mail: what they said, and everything that names them. */
      subject: z.string().min(leastSought).max(320).optional(),
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
        ...{ entries: count, documents: count, commits: count, records: count },
        /** Parts of kept transcripts. */
        kept_parts: count,
      }),
      /** What would go, by name; only for a dry run. */
      what: z.array(
        z.object({
          kind: z.enum([
            'session',
            'entry',
            'message',
            'tool',
            'edit',
            'task',
            'handoff',
            'document',
            'commit',
            'other',
          ]),
          id: z.string(),
          name: z.string().nullable(),
          agent: z.string().nullable(),
          at: time.nullable(),
        }),
      ),
      replicas: z.array(z.object({ device: z.string(), confirmed_at: time })),
    }),
  }),
  'store.erasures': operation({
    summary: 'What became of erases: on which devices they are done, and which remotes still hold what they took away',
    effect: 'read',
    input: z.strictObject({
      /** One, by its id or the beginning of it; the newest hundred when absent. */
      receipt_id: z.string().min(4).max(64).optional(),
    }),
    output: z.object({
      receipts: z.array(
        z.object({
          receipt_id: z.string(),
          at: time,
          reason: z.string(),
          /** The device that asked for it. */
          by: z.string(),
          entities: count,
          devices: z.array(
            z.object({
              device: z.string(),
              name: z.string(),
              /** out of reach: put out, or silent for half a year. */
              state: z.enum(['done', 'pending', 'out of reach']),
              confirmed_at: time.nullable(),
              last_seen: time.nullable(),
            }),
          ),
          remotes: z.array(
            z.object({
              name: z.string(),
              state: z.enum(['done', 'pending']),
              /** Packs there that still hold it, and whose they are. */
              packs: count,
              of: z.array(z.string()),
            }),
          ),
        }),
      ),
    }),
  }),
} as const satisfies Contract;
