import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { word } from '../wire.ts';

const explained = z.object({
  key: z.string(),
  value: z.unknown(),
  source: z.string(),
  range: z.string(),
  meaning: z.string(),
  variable: z.string(),
  /** The default. */
  initial: z.unknown(),
  /** When it has an effect, where that is not at once. */
  note: z.string(),
  /** Whether a project's own file may set it. */
  in_project: z.boolean(),
});

/** Id, name or directory of the project whose settings are meant; the user's own when absent. */
const project = z.string().min(1).max(4096).optional();

export const configContract = {
  'config.explain': operation({
    summary: 'What a setting is now, where that comes from, what it may be; all of them without a key',
    effect: 'read',
    on: 'user',
    input: z.strictObject({ key: word.optional(), project }),
    output: z.object({ items: z.array(explained) }),
  }),
  'config.get': operation({
    summary: 'The value of one setting',
    effect: 'read',
    on: 'user',
    input: z.strictObject({ key: word, project }),
    output: z.object({ key: z.string(), value: z.unknown(), source: z.string(), note: z.string() }),
  }),
  'config.set': operation({
    summary: 'Set one key of the file, or take it out; comments stay, the whole file is checked before it is written',
    effect: 'write',
    on: 'user',
    input: z.strictObject({
      key: word,
      value: z.json().optional(),
      unset: z.boolean().default(false),
      project,
      dry_run: z.boolean().default(false),
    }),
    output: explained.extend({
      path: z.string(),
      before: z.unknown(),
      changed: z.boolean(),
      diff: z.string(),
      dry_run: z.boolean(),
    }),
  }),
  'config.check': operation({
    summary: 'Are the files right; what was accepted without an effect so far',
    effect: 'read',
    on: 'user',
    input: z.strictObject({ project }),
    output: z.object({ path: z.string(), notes: z.array(z.string()) }),
  }),
  'config.schema': operation({
    summary: 'The format of the file as JSON Schema, for editors',
    effect: 'read',
    on: 'user',
    input: z.strictObject({}),
    output: z.object({ schema: z.record(z.string(), z.unknown()) }),
  }),
} as const satisfies Contract;
