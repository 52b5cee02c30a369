import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { time, word } from '../wire.ts';

const words = z.array(z.string().min(1).max(64)).max(64);
/** Id, a beginning of it, or name of a device. */
const meant = word;
/** How long the answer may wait for what is asked about. */
const waitSeconds = z.int().min(0).max(25).default(0);
const remoteName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
  error: 'lower-case letters, digits, dots, hyphens and underscores, at most 64',
});
const url = z.string().min(1).max(4_096);

const device = z.object({
  device_id: z.string(),
  name: z.string(),
  user_id: z.string(),
  role: z.enum(['admin', 'member']),
  this_device: z.boolean(),
  added_at: time,
  revoked_at: time.nullable(),
  /** When it last said something new here; null: not yet. */
  last_seen: time.nullable(),
});
const joined = z.object({ workspace_id: z.string(), keyring_version: z.int(), devices: z.int() });
const asking = z.object({ device_id: z.string(), name: z.string(), words: z.array(z.string()) });
const opened = z.object({ keyring_version: z.int(), epoch: z.int(), devices: z.int() });

/** What every one of them is: about the person, with a secret in its input or answer, so kept nowhere. */
const secret = { effect: 'write', on: 'user', repeat: 'never kept', secrets: 'used' } as const;

export const keyContract = {
  'device.list': operation({
    summary: 'The devices of the workspace, how this one stands, and where its keys are kept',
    effect: 'read',
    on: 'user',
    input: z.strictObject({}),
    output: z.object({
      /** alone: no workspace was made yet. locked: the keys of this device are out of reach. */
      standing: z.enum(['alone', 'waiting', 'member', 'revoked', 'locked']),
      workspace_id: z.string(),
      keyring_version: z.int(),
      epoch: z.int().nullable(),
      recovery: z.boolean(),
      keys_in: z.enum(['keyring', 'files']).nullable(),
      /** Why the keyring of the system is not used. */
      keys_why: z.string().nullable(),
      waiting: z.object({ invited_by: z.string(), words: z.array(z.string()) }).nullable(),
      items: z.array(device),
    }),
  }),
  'device.invite': operation({
    ...secret,
    summary: 'A one-line token for another device: used once, within fifteen minutes, and confirmed by check words',
    input: z.strictObject({ remote: remoteName.optional() }),
    output: z.object({ invite_id: z.string(), token: z.string(), expires_in_seconds: z.int() }),
  }),
  'device.asking': operation({
    ...secret,
    summary: 'Who asks to be let in with the token of an invitation, with the check words to compare',
    input: z.strictObject({ invite_id: word, wait_seconds: waitSeconds }),
    output: z.object({ items: z.array(asking) }),
  }),
  'device.admit': operation({
    ...secret,
    summary: 'Let in a device that asks; words: as they stand on its screen, others are refused',
    input: z.strictObject({ invite_id: word, device_id: word, words: words.optional() }),
    output: asking,
  }),
  'device.join': operation({
    ...secret,
    summary: 'Ask to be let into a workspace by a token; the answer holds the check words to compare',
    input: z.strictObject({
      token: z.string().min(1).max(16_384),
      /** Address of the same remote as it is reached from here, where that differs. */
      url: url.optional(),
      /** What the remote will be called here. */
      name: remoteName.default('home'),
    }),
    output: z.object({ workspace_id: z.string(), invited_by: z.string(), words: z.array(z.string()) }),
  }),
  'device.joined': operation({
    ...secret,
    summary: 'Whether this device was let in; it takes the workspace over when it was',
    input: z.strictObject({ wait_seconds: waitSeconds }),
    output: z.object({ joined: joined.nullable() }),
  }),
  'device.cancel': operation({
    ...secret,
    summary: 'Give up waiting to be let in',
    input: z.strictObject({}),
    output: z.object({ cancelled: z.boolean() }),
  }),
  'device.revoke': operation({
    summary: 'Put a device out: it reads nothing written from now on; what it holds it keeps',
    effect: 'write',
    on: 'user',
    input: z.strictObject({ device_id: meant }),
    output: device,
  }),
  'device.rename': operation({
    summary: 'Another name for a device, for all devices',
    effect: 'write',
    on: 'user',
    input: z.strictObject({ device_id: meant, name: word }),
    output: device,
  }),
  'recovery.create': operation({
    ...secret,
    summary: 'Make 24 recovery words; they count once some of them were typed again',
    input: z.strictObject({}),
    output: z.object({ words: z.array(z.string()), positions: z.array(z.int()), replaces: z.boolean() }),
  }),
  'recovery.confirm': operation({
    ...secret,
    summary: 'The recovery words that were asked for, in the order of their positions',
    input: z.strictObject({ words }),
    output: opened,
  }),
  'recovery.test': operation({
    ...secret,
    summary: 'Open the current keyring with recovery words; nothing is changed',
    input: z.strictObject({ words }),
    output: opened,
  }),
  'recovery.join': operation({
    ...secret,
    summary: 'Let this device into a workspace by its recovery words alone',
    input: z.strictObject({ words, url, name: remoteName.default('home') }),
    output: joined,
  }),
} as const satisfies Contract;
