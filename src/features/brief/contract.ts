import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { word } from '../wire.ts';

export const contract = {
  'brief.get': operation({
    summary:
      'What an agent is told at its start, now or as its session was told: the text, its size, and why each line is in it',
    effect: 'read',
    when: 'settled',
    input: z.strictObject({
      agent: word.default('claude-code'),
      session_id: z.string().min(1).max(128).optional(),
      reason: z.enum(['startup', 'resume', 'compact', 'handoff']).default('startup'),
      budget_tokens: z.int().min(200).max(8000).default(2000),
    }),
    output: z.object({
      brief: z.string(),
      tokens: z.int(),
      sha256: z.string(),
      /** The very text this session was told at its start; false: rendered now. */
      frozen: z.boolean(),
      items: z.array(z.object({ ent: z.string(), line: z.string(), why: z.string() })),
    }),
  }),
} as const satisfies Contract;
