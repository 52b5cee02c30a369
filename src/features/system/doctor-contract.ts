import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { jobStarted } from '../wire.ts';

export const doctorContract = {
  'system.doctor': operation({
    summary: 'Look everything through that the daemon holds; fix mends what can be mended without losing anything',
    effect: 'job',
    on: 'user',
    input: z.strictObject({ deep: z.boolean().default(false), fix: z.boolean().default(false) }),
    output: jobStarted,
  }),
} as const satisfies Contract;
