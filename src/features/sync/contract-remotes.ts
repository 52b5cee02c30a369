import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { time } from '../wire.ts';
import { remoteKinds } from './remote.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
  error: 'lower-case letters, digits, dots, hyphens and underscores, at most 64',
});
const kind = z.enum(remoteKinds);
const remote = z.object({
  remote_id: z.string(),
  name: z.string(),
  kind,
  /** As it is written down: `folder:/path`, `git:address`, `rclone:remote:path`. */
  url: z.string(),
  ws: z.string(),
  paused: z.boolean(),
  created_at: time,
  last_ok_at: time.nullable(),
  /** What went wrong last; null since it last went well. */
  last_error: z.string().nullable(),
});
const step = z.object({
  name: z.string(),
  ok: z.boolean(),
  ms: z.number(),
  code: z.string().optional(),
  why: z.string().optional(),
});
const probe = z.object({ ok: z.boolean(), steps: z.array(step) });

export const remoteContract = {
  'remote.add': operation({
    summary:
      'Add a remote, a folder, a git repository or a place that rclone reaches, where sealed packs are kept; it is tried first',
    effect: 'write',
    on: 'user',
    input: z.strictObject({
      name,
      url: z.string().min(1).max(4096),
      /** Where the address leaves it open. */
      kind: kind.optional(),
    }),
    /** made: the directory was not there and has been made. */
    output: remote.extend({ probe, made: z.boolean() }),
  }),
  'remote.list': operation({
    summary: 'The remotes, in the order in which they were added',
    effect: 'read',
    on: 'user',
    input: z.strictObject({}),
    output: z.object({ items: z.array(remote) }),
  }),
  'remote.remove': operation({
    summary: 'Forget a remote, by name or id; nothing is removed there',
    effect: 'write',
    on: 'user',
    input: z.strictObject({ name: z.string().min(1).max(128) }),
    output: remote,
  }),
  'remote.test': operation({
    summary: 'Try a remote: put, list, get, put again and delete one small object',
    effect: 'write',
    on: 'user',
    input: z.strictObject({
      name: z.string().min(1).max(128),
      /** What the remote shows now counts as all it ever had: it was replaced or emptied on purpose. */
      accept_rollback: z.boolean().default(false),
    }),
    /** forgotten: how many marks of what was seen there before; null where that was not asked for, or the remote failed. */
    output: remote.extend({ probe, forgotten: z.int().nullable() }),
  }),
} as const satisfies Contract;
