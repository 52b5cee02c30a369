import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { jobStarted, time } from '../wire.ts';
import { chain, engine, fileName, key, keyBeginning, ownServer, state, whyMissing } from './tensors/wire.ts';

const nothing = z.strictObject({});

/** Operations of the tensor tier: the engine's own process writes and reads the files, the daemon says which. */
export const tensorContract = {
  'tensor.list': operation({
    summary: 'Kept states of local engines, the last used first; engines that are paused',
    effect: 'read',
    on: 'user',
    input: nothing,
    output: z.object({
      enabled: z.boolean(),
      directory: z.string(),
      max_bytes: z.int(),
      bytes: z.int(),
      /** As the settings have it (kv_tensors.server). */
      server: ownServer.nullable(),
      items: z.array(state),
      paused: z.array(z.object({ engine: z.string(), why: z.string(), until: time })),
    }),
  }),
  'tensor.place': operation({
    summary: 'A file for an engine to write a state to; tensor.adopt makes it a kept one',
    effect: 'read',
    on: 'user',
    input: z.strictObject({ engine }),
    output: z.object({ directory: z.string(), name: z.string(), path: z.string() }),
  }),
  'tensor.adopt': operation({
    summary: 'Keep a state that an engine has written: sealed, within the budget, under its engine and prefix',
    effect: 'write',
    on: 'user',
    input: z.strictObject({
      engine,
      chain,
      name: fileName,
      tokens: z.int().min(1),
      /** As the engine says. */
      bytes: z.int().min(1),
      /** What computing it took. */
      prefill_ms: z.int().min(0),
      /** Id, name or directory of the project whose texts it holds. */
      project: z.string().min(1).max(4096).optional(),
    }),
    output: state.extend({ path: z.string(), dropped: z.int() }),
  }),
  'tensor.find': operation({
    summary: 'The longest kept state of exactly this engine that the prefix begins with, looked through byte by byte',
    effect: 'read',
    on: 'user',
    input: z.strictObject({ engine, chain }),
    output: z.object({
      found: z
        .object({
          state_key: z.string(),
          directory: z.string(),
          name: z.string(),
          path: z.string(),
          segments: z.int(),
          tokens: z.int(),
          bytes: z.int(),
          prefill_ms: z.int(),
        })
        .nullable(),
      /** Why there is none. */
      why: z.enum(whyMissing).nullable(),
    }),
  }),
  'tensor.failed': operation({
    summary: 'An engine did not take a state: its file goes, and the tier of this engine rests',
    effect: 'write',
    on: 'user',
    // not called a key: what looks like one of a service is replaced before anything sees it
    input: z.strictObject({ state: key, why: z.string().max(500) }),
    output: z.object({ dropped: z.boolean(), paused_until: time.nullable() }),
  }),
  'tensor.drop': operation({
    summary: 'Remove one kept state, or all',
    effect: 'write',
    on: 'user',
    input: z.strictObject({ state: keyBeginning.optional(), all: z.boolean().default(false) }),
    output: z.object({ dropped: z.int(), bytes: z.int() }),
  }),
  'tensor.verify': operation({
    summary: 'Read every kept state and remove damaged ones; ends the rest of paused engines',
    effect: 'job',
    on: 'user',
    input: nothing,
    output: jobStarted,
  }),
} as const satisfies Contract;
