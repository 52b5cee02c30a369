import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { jobStarted, time } from '../wire.ts';

const remoteState = z.object({
  name: z.string(),
  remote_id: z.string(),
  /** waits: for its next try, after a failure. stopped: for a person, who has to do something first. */
  state: z.enum(['idle', 'running', 'waits', 'stopped', 'paused']),
  last_ok_at: time.nullable(),
  next_at: time.nullable(),
  /** Own records that this remote does not have yet. */
  pending: z.int(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  /** What the last run found that somebody may have to know. */
  notes: z.array(z.string()),
  /** False where the memory, rebuilt from it alone, lacked something the last time; notes say what. */
  comes_back: z.boolean(),
});

const leaving = z.object({
  /** Name of the project; null for what is the person's own, in all projects. */
  project: z.string().nullable(),
  /** Kind of record: message.add, context.put. */
  kind: z.string(),
  records: z.int(),
  bytes: z.int(),
});

export const runContract = {
  'sync.run': operation({
    summary: 'Exchange with the remotes: take in what other devices wrote, send what was written here',
    effect: 'job',
    on: 'user',
    input: z.strictObject({
      /** Name or id; all that are not paused when absent. */
      remote: z.string().min(1).max(128).optional(),
      /** List and verify everything, not only what is news. */
      full: z.boolean().default(false),
      /** Join small packs that lie side by side now, instead of when there are enough of them. */
      tidy: z.boolean().default(false),
    }),
    output: jobStarted,
  }),
  'sync.preview': operation({
    summary: 'What would leave this device with the next exchange, by project and kind',
    effect: 'read',
    on: 'user',
    input: z.strictObject({}),
    output: z.object({ items: z.array(leaving), records: z.int(), bytes: z.int() }),
  }),
  'sync.status': operation({
    summary: 'How far each remote is, and what stands in its way',
    effect: 'read',
    on: 'user',
    input: z.strictObject({}),
    output: z.object({
      enabled: z.boolean(),
      standing: z.enum(['alone', 'waiting', 'member', 'revoked', 'locked']),
      devices: z.int(),
      remotes: z.array(remoteState),
    }),
  }),
} as const satisfies Contract;
