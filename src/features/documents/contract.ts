import { z } from 'zod';
import { limits } from '../../core/limits.ts';
import { type Contract, operation } from '../../core/operation.ts';
import { cursor, jobStarted, metadata, pageSize, time, word } from '../wire.ts';

const uri = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[^\u0000-\u001f\u007f]+$/, { error: 'one line without control characters' });
const title = z.string().min(1).max(512);
const content = z.string();
/** An absolute path of this machine. */
const path = z.string().min(1).max(4096).startsWith('/', { error: 'an absolute path' });

const said = {
  title: title.optional(),
  kind: word.optional(),
  mime: word.optional(),
  version: word.optional(),
  source: word.optional(),
  session_id: word.optional(),
  metadata: metadata.optional(),
};

const put = z.object({
  uri: z.string(),
  document_id: z.string(),
  revision: z.int(),
  bytes: z.int(),
  written: z.enum(['new', 'changed', 'same']),
});

const about = z.object({
  uri: z.string(),
  document_id: z.string(),
  title: z.string(),
  kind: z.string(),
  mime: z.string(),
  bytes: z.int(),
  revision: z.int(),
  version: z.string().nullable(),
  source: z.string(),
  path: z.string().nullable(),
  session_id: z.string().nullable(),
  metadata: z.record(z.string(), z.json()),
  created_at: time,
  updated_at: time,
  retired_at: time.nullable(),
  trust: z.int(),
  quarantined: z.boolean(),
});

const bank = {
  effect: 'job',
  input: z.strictObject({
    directory: path,
    /** Only these files, by their name below the directory. */
    names: z.array(z.string().min(1).max(512)).max(limits.bankFiles).optional(),
    /** Whose lines count where memory and file changed the same ones: ours is memory, theirs the file. */
    prefer: z.enum(['ours', 'theirs']).optional(),
    dry_run: z.boolean().default(false),
  }),
  output: jobStarted,
} as const;

export const contract = {
  'document.put': operation({
    summary: 'Keep a text as a document: Markdown, plain text, source code; the same text again writes nothing',
    effect: 'write',
    input: z.strictObject({
      uri: uri.optional(),
      content: content.optional(),
      ...said,
      items: z
        .array(z.strictObject({ uri, content, ...said }))
        .max(limits.documentBatch)
        .optional(),
    }),
    /** items: what was put, in the order given; of a single document its members stand at the top, too. */
    output: put.partial().extend({ items: z.array(put) }),
  }),
  'document.import': operation({
    summary: 'Read files and directories of this machine into documents: text, HTML, PDF, office files',
    effect: 'job',
    input: z.strictObject({
      paths: z.array(path).min(1).max(limits.documentBatch),
      kind: word.default('file'),
      title: title.optional(),
      metadata: metadata.optional(),
      dry_run: z.boolean().default(false),
    }),
    output: jobStarted,
  }),
  'document.get': operation({
    summary: 'Get a document with its text, as it is or as an earlier revision had it',
    effect: 'read',
    input: z.strictObject({ uri, revision: z.int().min(1).optional() }),
    output: about.extend({ content: z.string() }),
  }),
  'document.list': operation({
    summary: 'List documents, latest change first',
    effect: 'read',
    input: z.strictObject({
      kind: word.optional(),
      source: word.optional(),
      prefix: z.string().max(1024).optional(),
      state: z.enum(['live', 'retired']).default('live'),
      limit: pageSize(50, 500),
      cursor,
    }),
    output: z.object({ items: z.array(about), next_cursor: z.string().nullable() }),
  }),
  'document.history': operation({
    summary: 'Every change of a document, latest first',
    effect: 'read',
    input: z.strictObject({ uri }),
    output: z.object({
      items: z.array(
        z.object({
          /** null: the text stayed as it was. */
          revision: z.int().nullable(),
          change: z.enum(['put', 'retire', 'restore']),
          bytes: z.int().nullable(),
          title: z.string().nullable(),
          reason: z.string().nullable(),
          by: z.string(),
          at: time,
        }),
      ),
    }),
  }),
  'document.delete': operation({
    summary: 'Retire a document: hidden, its history kept',
    effect: 'write',
    input: z.strictObject({ uri, reason: z.string().max(2048).optional() }),
    output: z.object({ uri: z.string(), document_id: z.string(), retired_at: time }),
  }),
  'document.restore': operation({
    summary: 'Show a retired document again, or give it the text of an earlier revision',
    effect: 'write',
    input: z.strictObject({ uri, revision: z.int().min(1).optional() }),
    output: put,
  }),
  'document.trust': operation({
    summary: 'How far a document is trusted, decided by a person: 0 quarantined, 3 one’s own word',
    effect: 'write',
    input: z.strictObject({ uri, trust: z.int().min(0).max(3), reason: z.string().max(500).optional() }),
    output: about,
  }),
  'bank.import': operation({ summary: 'Take the files of a memory bank into documents', ...bank }),
  'bank.export': operation({ summary: 'Write the documents of the memory bank as files', ...bank }),
  'bank.sync': operation({ summary: 'Bring memory bank and files to the same text, both ways', ...bank }),
} as const satisfies Contract;
