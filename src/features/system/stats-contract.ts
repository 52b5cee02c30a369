import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';

export const contract = {
  'stats.disk': operation({
    summary: 'Where the disk space goes: per project, largest first',
    effect: 'read',
    on: 'user',
    input: z.strictObject({}),
    output: z.object({
      projects: z.array(
        z.object({
          project_id: z.string(),
          name: z.string(),
          /** The database and its write-ahead log; the next two are parts of it. */
          db: z.int(),
          /** Texts too large for a record, packed. */
          blobs: z.int(),
          /** Kept transcript lines, packed. */
          transcripts: z.int(),
          /** Everything of the project. */
          bytes: z.int(),
        }),
      ),
    }),
  }),
} as const satisfies Contract;
