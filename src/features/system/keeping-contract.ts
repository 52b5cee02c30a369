// Keeping the memory: copies, restoring, compacting, and what can be done to a project as a whole.
import { z } from 'zod';
import { operation } from '../../core/operation.ts';
import { jobStarted, time, word } from '../wire.ts';

const asked = z.string().min(1).max(4096);
const path = z.string().min(1).max(4096);
const changed = z.object({ project_id: z.string(), name: z.string(), state: z.string() });

export const keepingContract = {
  'project.rename': operation({
    summary: 'Give a project another name',
    effect: 'write',
    on: 'user',
    input: z.strictObject({ project: asked, name: word }),
    output: changed.extend({ before: z.string() }),
  }),
  'project.link': operation({
    summary:
      'Join two projects that are one: the records, directories and id of the other become this one’s. undo parts them again',
    effect: 'job',
    on: 'user',
    input: z.strictObject({ project: asked, other: asked, undo: z.boolean().default(false) }),
    output: jobStarted,
  }),
  'project.remove': operation({
    summary: 'Stop working with a project; its database stays unless keep_store is false. undo takes it back',
    effect: 'job',
    on: 'user',
    input: z.strictObject({ project: asked, keep_store: z.boolean().default(true), undo: z.boolean().default(false) }),
    output: jobStarted,
  }),
  'store.compact': operation({
    summary: 'Give unused space of the database back to the disk',
    effect: 'job',
    input: z.strictObject({}),
    output: jobStarted,
  }),
  'store.backup': operation({
    summary: 'Copy the database of the project, checked, with a manifest',
    effect: 'job',
    input: z.strictObject({ path: path.optional() }),
    output: jobStarted,
  }),
  'store.backups': operation({
    summary:
      'Copies of a project’s database that are kept here, newest first; of the caller’s directory when none is named',
    effect: 'read',
    on: 'user',
    input: z.strictObject({ project: asked.optional() }),
    output: z.object({
      items: z.array(z.object({ path: z.string(), at: time, reason: z.string(), bytes: z.int() })),
    }),
  }),
  'store.restore': operation({
    // on the user database: the project's own may be beyond opening
    summary: 'Put a copy in the place of a project’s database, or make it a project of its own',
    effect: 'job',
    on: 'user',
    input: z.strictObject({ path, as_new: z.boolean().default(false), project: asked.optional() }),
    output: jobStarted,
  }),
} as const;
