// Announcements: how far each log of a device reaches, signed. A hint where to look, and a witness of what is withheld.
import { canonical } from '../../core/canonical.ts';
import { isSignedBy } from './keyring/ed25519.ts';
import type { PackKeys } from './keys.ts';
import { type HeadsName, headsName } from './names.ts';
import { hash16, type Sealed } from './pack/pack.ts';
import { signatureBytes } from './pack/seal.ts';

/** log → last position, head in hex, project. */
export type AnnouncedLogs = Readonly<Record<string, readonly [seq: number, head: string, project: string]>>;

export interface Announcement {
  readonly ws: string;
  readonly dev: string;
  readonly n: number;
  /** Version of the keyring its device held. */
  readonly keyring: number;
  readonly logs: AnnouncedLogs;
}

const signedPrefix = Buffer.from('prsist heads v1\0');

/** Signs an announcement. */
export function sealAnnouncement(n: number, logs: AnnouncedLogs, keys: PackKeys): Sealed {
  const said: Announcement = { ws: keys.ws, dev: keys.dev, n, keyring: keys.version, logs };
  const text = Buffer.from(canonical(said));
  const bytes = Buffer.concat([text, keys.sign(Buffer.concat([signedPrefix, text]))]);
  return { name: headsName({ ws: keys.ws, dev: keys.dev, n, hash16: hash16(bytes) }), bytes };
}

/** Reads one; undefined for what its device did not sign under this very name. */
export function openAnnouncement(name: HeadsName, bytes: Buffer, keys: PackKeys): Announcement | undefined {
  const signer = keys.signer(name.dev);
  if (!signer || bytes.length <= signatureBytes || hash16(bytes) !== name.hash16) return undefined;
  const text = bytes.subarray(0, -signatureBytes);
  if (!isSignedBy(signer.publicKey, Buffer.concat([signedPrefix, text]), bytes.subarray(-signatureBytes)))
    return undefined;
  const said = announced(text);
  return said && said.ws === name.ws && said.dev === name.dev && said.n === name.n ? said : undefined;
}

function announced(text: Buffer): Announcement | undefined {
  try {
    const value = JSON.parse(text.toString('utf8'));
    const isWhole = typeof value.logs === 'object' && value.logs !== null && Object.values(value.logs).every(isEntry);
    return isWhole ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    Number.isSafeInteger(value[0]) &&
    typeof value[1] === 'string' &&
    typeof value[2] === 'string'
  );
}
