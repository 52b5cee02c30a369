// What is said once per person: which agents have hooks, which repositories are captured.
import { z } from 'zod';
import { operation } from '../../core/operation.ts';
import { hookedAgents } from '../../core/words.ts';
import { jobStarted, time } from '../wire.ts';

export const policies = ['listed', 'ask', 'all'] as const;

export const setupContract = {
  'system.setup': operation({
    summary: 'Install the hooks of the agents found, and say which repositories are captured; dry_run only shows it',
    effect: 'job',
    on: 'user',
    input: z.strictObject({
      agents: z.array(z.enum(hookedAgents)).max(20).optional(),
      /** listed: those with prsist init · ask: after asking · all: every git repository an agent works in. */
      policy: z.enum(policies).optional(),
      dry_run: z.boolean().default(false),
      agent_homes: z.record(z.string(), z.string().max(4096)).default({}),
    }),
    output: jobStarted,
  }),
  'project.unlisted': operation({
    summary:
      'Repositories agents worked in that are no projects: those that wait for an answer, and how many events were dropped',
    effect: 'read',
    on: 'user',
    input: z.strictObject({}),
    output: z.object({
      items: z.array(z.object({ root: z.string(), events: z.int(), since: time })),
      dropped: z.int(),
    }),
  }),
  'project.decline': operation({
    summary: 'Throw away what waits of a repository; now: ask again in a week, ever: never ask again',
    effect: 'write',
    on: 'user',
    input: z.strictObject({ directory: z.string().min(1).max(4096), answer: z.enum(['now', 'ever']) }),
    output: z.object({ root: z.string(), answer: z.enum(['now', 'ever']) }),
  }),
} as const;
