import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';

export const contract = {
  'batch.run': operation({
    summary: 'Several writes to one database as one transaction, all or none',
    effect: 'write',
    input: z.strictObject({
      operations: z
        .array(z.strictObject({ name: z.string().min(1).max(128), input: z.record(z.string(), z.json()).default({}) }))
        .min(1)
        .max(500),
    }),
    output: z.object({ items: z.array(z.record(z.string(), z.unknown())) }),
  }),
} as const satisfies Contract;
