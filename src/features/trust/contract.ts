import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { origins } from '../../core/words.ts';
import { pageSize, time, word } from '../wire.ts';

const reason = z.string().max(500).optional();

export const doubted = z.object({
  kind: z.enum(['entry', 'document']),
  /** Of the entry or document. */
  id: z.string(),
  /** Key of an entry, uri of a document. */
  name: z.string(),
  /** null for documents. */
  scope: z.string().nullable(),
  /** Beginning of its text. */
  text: z.string(),
  origin: z.string(),
  trust: z.int(),
  author: z.string(),
  session_id: z.string().nullable(),
  at: time,
  /** Why it is trusted less than its origin; empty where the origin itself is not trusted. */
  doubts: z.array(z.string()),
  /** A person has decided about the text that stands. */
  decided: z.boolean(),
  state: z.enum(['live', 'retired']),
});

export const contract = {
  'trust.list': operation({
    summary: 'What is quarantined or trusted less than its origin, with who wrote it and why; for people only',
    effect: 'read',
    input: z.strictObject({
      /** With what people have decided about, and what is retired. */
      all: z.boolean().default(false),
      session_id: word.optional(),
      /** Name of an agent, id of a person, or you. */
      author: word.optional(),
      limit: pageSize(100, 1000),
    }),
    /** Newest first. */
    output: z.object({ items: z.array(doubted), more: z.boolean() }),
  }),
  'trust.revert': operation({
    summary: 'Undo what a session, an author or an origin did to entries; a person only, each step can be undone',
    effect: 'write',
    input: z.strictObject({
      session_id: word.optional(),
      author: word.optional(),
      origin: z.enum(origins).optional(),
      /** What came with a memory package, by its id. */
      package_id: z.uuid().optional(),
      since: time.optional(),
      until: time.optional(),
      /** The database: that of the project, or the person's own entries. */
      of: z.enum(['project', 'user']).default('project'),
      reason,
      dry_run: z.boolean().default(false),
    }),
    output: z.object({
      dry_run: z.boolean(),
      items: z.array(
        z.object({
          entry_id: z.string(),
          key: z.string(),
          scope: z.string(),
          /** put back: the newest version that is not theirs · retired: there is none. */
          done: z.enum(['put back', 'retired']),
          /** Beginning of the text before and after; null: none. */
          before: z.string(),
          after: z.string().nullable(),
          /** Number in the history of the version that stood before. */
          version: z.int(),
        }),
      ),
    }),
  }),
} as const satisfies Contract;
