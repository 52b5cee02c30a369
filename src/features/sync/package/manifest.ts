// What a package says of itself: first what it is, last what it was, signed.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { limits } from '../../../core/limits.ts';
import { packedKinds } from '../../packed.ts';
import { base64, canonicalBytes, fromBase64, parseCanonical, toBase64 } from '../keyring/canonical-file.ts';
import { isSignedBy, type SigningKey } from '../keyring/ed25519.ts';
import { unreadable } from './frames.ts';

const id = z.uuid();
const line = z.string().max(limits.packageRecordBytes);
const count = z.int().min(0);
const counts = z.record(z.string().max(64), count);

export const manifestForm = z.strictObject({
  format: z.literal(1),
  package: id,
  made_at: z.iso.datetime(),
  writer: line,
  /** Workspace, project and device it comes from, and the device's public key. */
  ws: id,
  project: z.strictObject({ id, name: line }),
  dev: id,
  sign: base64(32),
  device: line,
  /** Its one log, and the key its packs are sealed with. */
  log: id,
  key: base64(32),
  filters: z.strictObject({
    ...{ include_sensitive: z.boolean(), kinds: z.array(z.enum(packedKinds)), insights: z.boolean() },
    ...{ since: z.iso.datetime().nullable(), sessions: z.array(z.string().max(128)).max(1_000) },
  }),
  /** Things by kind, and what was left out, by kind and reason: as they were counted before. */
  content: counts,
  left_out: z.record(z.string().max(64), counts),
});
export type Manifest = z.output<typeof manifestForm>;

const endForm = z.strictObject({
  ...{ records: count, packs: count, bytes: count },
  /** Of all that stands before it. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the device: over that. */
  signature: base64(64),
});
export type PackageEnd = z.output<typeof endForm>;

export const endName = 'end.json';

/** The bytes of a manifest: canonical, so that none is without meaning. */
export function manifestBytes(manifest: Manifest): Buffer {
  return Buffer.from(canonicalBytes(manifest));
}

/** Throws package/unreadable for what is none. */
export function readManifest(bytes: Buffer): Manifest {
  const manifest = parseCanonical(bytes, manifestForm);
  if (manifest) return manifest;
  throw unreadable('what it says of itself has no known form');
}

export type Told = Omit<PackageEnd, 'sha256' | 'signature'>;

/** What stands last: how much there was, and the signature over all of it. */
export function endBytes(told: Told, sha256: Buffer, { sign }: Pick<SigningKey, 'sign'>): Buffer {
  const signature = toBase64(sign(signedBytes(told, sha256)));
  return Buffer.from(canonicalBytes({ ...told, sha256: sha256.toString('hex'), signature }));
}

/** Throws package/unreadable unless it is the end of exactly this. */
export function checkEnd(bytes: Buffer, told: Told, sha256: Buffer, manifest: Manifest): void {
  const end = parseCanonical(bytes, endForm);
  if (!end) throw unreadable('its end has no known form');
  const same = end.records === told.records && end.packs === told.packs && end.bytes === told.bytes;
  if (!same || end.sha256 !== sha256.toString('hex')) throw unreadable('its end tells of another content');
  if (!isSignedBy(fromBase64(manifest.sign), signedBytes(told, sha256), fromBase64(end.signature))) {
    throw unreadable('its signature is not that of the device it names');
  }
}

function signedBytes({ records, packs, bytes }: Told, sha256: Buffer): Buffer {
  const numbers = Buffer.from(`${records} ${packs} ${bytes}\0`);
  const prefix = Buffer.from('prsist package v1\0');
  return createHash('sha256').update(prefix).update(numbers).update(sha256).digest();
}
