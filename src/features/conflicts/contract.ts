import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { pageSize, time, word } from '../wire.ts';

const side = z.object({
  /** Address of the record that says it. */
  log: z.string(),
  seq: z.int(),
  /** null as well where it took the field away (`removed`), or is kept from agents (`withheld`). */
  value: z.json(),
  removed: z.boolean(),
  withheld: z.boolean(),
  agent: z.string().nullable(),
  /** The memory package it came with. */
  package_id: z.string().nullable(),
  user: z.string(),
  session_id: z.string().nullable(),
  /** Name of the device; its id where the name is not known. */
  device: z.string(),
  origin: z.string(),
  trust: z.int(),
  at: time,
});

export const conflict = z.object({
  conflict_id: z.string(),
  entity_id: z.string(),
  /** context, task, document or session. */
  type: z.string(),
  /** Key of an entry, uri of a document, id of a task, title of a session. */
  name: z.string(),
  /** value.theme: a member of an entry's value. */
  field: z.string(),
  /** The earliest first. */
  sides: z.array(side),
  /** Number of the side that is displayed, from 1. */
  shown: z.int(),
  /** What all sides had in common last; null where there was nothing. */
  before: z.json(),
  status: z.enum(['open', 'resolved']),
  opened_at: time,
  resolved_at: time.nullable(),
  /** rule: a person's word beats that of agents · resolved: somebody decided · changed: somebody wrote over it. */
  resolved_how: z.enum(['rule', 'resolved', 'changed']).nullable(),
  resolved_by: z.string().nullable(),
  of: z.enum(['project', 'user']),
});

export const contract = {
  'conflict.list': operation({
    summary: 'Fields that were given different values on several devices, with who said what; nothing waits for them',
    effect: 'read',
    input: z.strictObject({
      /** Those that are settled instead of those that are open. */
      settled: z.boolean().default(false),
      type: word.optional(),
      limit: pageSize(100, 1000),
    }),
    /** Newest first. */
    output: z.object({ items: z.array(conflict), open: z.int(), more: z.boolean() }),
  }),
  'conflict.show': operation({
    summary: 'One conflict by its id or the beginning of it',
    effect: 'read',
    input: z.strictObject({ conflict_id: word }),
    output: z.object({ conflict }),
  }),
  'conflict.resolve': operation({
    summary: 'Decide a conflict: by the number of a side, both, or another value; it holds on every device',
    effect: 'write',
    input: z.strictObject({
      conflict_id: word,
      /** Number of a side, from 1. */
      pick: z.int().min(1).optional(),
      /** Texts joined, lists united. */
      both: z.boolean().default(false),
      value: z.json().optional(),
    }),
    output: z.object({ conflict, value: z.json() }),
  }),
} as const satisfies Contract;
