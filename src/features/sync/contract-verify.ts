import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { jobStarted } from '../wire.ts';

export const verifyContract = {
  'sync.verify': operation({
    summary: 'Rebuild databases from a remote alone, beside those in use, and compare: what would come back from there',
    effect: 'job',
    on: 'user',
    input: z.strictObject({
      /** Name or id; all that are not paused when absent. */
      remote: z.string().min(1).max(128).optional(),
      /** Id, name or directory of one project; all that are here, and the user database, when absent. */
      project: z.string().min(1).max(4096).optional(),
    }),
    output: jobStarted,
  }),
} as const satisfies Contract;
