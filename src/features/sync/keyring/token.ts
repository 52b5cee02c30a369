// What `device invite` prints: where to go, whom to believe there, and a secret that proves who asks.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PrsistError } from '../../../core/errors.ts';
import { remoteKinds } from '../remote.ts';
import { base64, canonicalBytes, hex, parseCanonical, uuid } from './canonical-file.ts';

/** A URL that names no password: those never travel in a token. */
const url = z
  .string()
  .min(1)
  .max(4_096)
  .refine((text) => !holdsPassword(text));
const token = z.strictObject({
  format: z.literal(1),
  ws: uuid,
  kind: z.enum(remoteKinds),
  url,
  /** Of the device that invites, and what it is called. */
  fingerprint: hex(16),
  by: z.string().max(512),
  secret: base64(16),
});

export type Invitation = z.output<typeof token>;

const prefix = 'prsist-join-1.';
const mostLength = 8_192;

/** One line without spaces. Throws input/invalid for a URL with a password in it. */
export function tokenOf(invitation: Invitation): string {
  if (holdsPassword(invitation.url)) {
    throw new PrsistError('input/invalid', 'the URL of this remote holds a password, which no token carries', {
      hint: 'put it into the credential store of git, and add the remote without it',
    });
  }
  const bytes = canonicalBytes(invitation);
  return `${prefix}${Buffer.from(bytes).toString('base64url')}.${checksum(bytes)}`;
}

/** Reads a token. Throws input/invalid, never repeating it: it holds a secret. */
export function readToken(text: string): Invitation {
  const line = text.trim();
  const [body = '', sum = '', ...more] = line.startsWith(prefix) ? line.slice(prefix.length).split('.') : [];
  const bytes = Buffer.from(body.slice(0, mostLength), 'base64url');
  const isWhole = more.length === 0 && bytes.toString('base64url') === body && checksum(bytes) === sum;
  const read = isWhole ? parseCanonical(bytes, token) : undefined;
  if (read) return read;
  const why = line.startsWith('prsist-join-') && !line.startsWith(prefix) ? 'is of another version' : 'is not whole';
  throw new PrsistError('input/invalid', `the token ${why}`, {
    ...{ field: 'token', hint: 'copy the whole line that prsist device invite printed' },
  });
}

function holdsPassword(text: string): boolean {
  return /:\/\/[^/@]*:[^/@]*@/.test(text);
}

/** Against lines that were not copied whole; who made the token is proved by its secret. */
function checksum(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}
