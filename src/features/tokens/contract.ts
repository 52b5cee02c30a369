import { z } from 'zod';
import { type Contract, operation } from '../../core/operation.ts';
import { rights } from '../../core/words.ts';
import { time, word } from '../wire.ts';

const token = z.object({
  token_id: z.string(),
  name: z.string(),
  rights: z.enum(rights),
  project_id: z.string().nullable(),
  tenant_id: z.string().nullable(),
  user_id: z.string().nullable(),
  created_at: time,
  expires_at: time.nullable(),
  last_used_at: time.nullable(),
  revoked_at: time.nullable(),
});

export const contract = {
  'token.new': operation({
    summary: 'A bearer token for the loopback listener; it is shown once and only its hash is kept',
    effect: 'write',
    on: 'user',
    repeat: 'never kept',
    input: z.strictObject({
      name: word,
      rights: z.enum(rights),
      /** Id, name or directory of the one project it opens. */
      project: z.string().min(1).max(4096).optional(),
      tenant: word.optional(),
      user: word.optional(),
      expires_at: time.optional(),
    }),
    output: token.extend({ token: z.string() }),
  }),
  'token.list': operation({
    summary: 'The tokens given out, newest first, without their secret',
    effect: 'read',
    on: 'user',
    input: z.strictObject({}),
    output: z.object({ items: z.array(token) }),
  }),
  'token.revoke': operation({
    summary: 'Take a token back, by id or name; again changes nothing',
    effect: 'write',
    on: 'user',
    input: z.strictObject({ token_id: word }),
    output: token,
  }),
} as const satisfies Contract;
