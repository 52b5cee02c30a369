import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { mergeStrategies, packedKinds } from '../packed.ts';
import { jobStarted, time } from '../wire.ts';

const path = z.string().min(1).max(4096);
const passphrase = z.string().min(1).max(1024);

const taken = z.object({
  package_id: z.string(),
  /** Name of the project it is of, as the package says. */
  name: z.string(),
  /** The device that signed it, and whether it is one of this workspace: what a stranger says is in quarantine. */
  dev: z.string(),
  is_member: z.boolean(),
  strategy: z.enum(mergeStrategies),
  records: z.int(),
  started_at: time,
  /** null: it was not taken in whole. */
  ended_at: time.nullable(),
  undone_at: time.nullable(),
});

export const packageContract = {
  'package.export': operation({
    summary: 'Write what a project remembers into one sealed file, for another person or machine; people only',
    effect: 'job',
    secrets: 'used',
    input: z.strictObject({
      /** Of a new file. Left out only for a dry run. */
      path: path.optional(),
      /** One of both. Recipients of age. */
      passphrase: passphrase.min(8).optional(),
      recipients: z.array(z.string().min(1).max(4096)).max(100).optional(),
      /** What is marked so, other scopes, quarantined texts, tools with their output, thinking: everything of the project. */
      include_sensitive: z.boolean().default(false),
      kinds: z.array(z.enum(packedKinds)).max(packedKinds.length).optional(),
      since: time.optional(),
      /** By id or an unambiguous beginning of it, with their sub-agents. */
      sessions: z.array(z.string().min(1).max(128)).max(1_000).optional(),
      /** Numbers of each day, too. */
      insights: z.boolean().default(false),
      dry_run: z.boolean().default(false),
    }),
    output: jobStarted,
  }),
  'package.import': operation({
    summary: 'Take in what a package holds; again adds nothing. dry_run tells what each strategy would do; people only',
    effect: 'job',
    secrets: 'used',
    input: z.strictObject({
      path,
      passphrase: passphrase.optional(),
      /** Secret keys of age, beside the one of this device. */
      identities: z.array(z.string().min(1).max(4096)).max(100).default([]),
      /** What becomes of what is known here and there, and differs. */
      strategy: z.enum(mergeStrategies).default('smart'),
      dry_run: z.boolean().default(false),
    }),
    output: jobStarted,
  }),
  'package.list': operation({
    summary:
      'Packages that were taken into a project, newest first, and the recipient by which one is made for this device',
    effect: 'read',
    input: z.strictObject({}),
    output: z.object({
      items: z.array(taken),
      /** For `recipients` of whoever makes one for this device alone. */
      recipient: z.string(),
    }),
  }),
} as const satisfies Contract;
