import { hash } from 'node:crypto';
import { canonical } from './canonical.ts';

declare const idBrand: unique symbol;
/** A UUID in its lower-case text form. */
export type Id = string & { readonly [idBrand]: true };

const idForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for the lower-case text form of any UUID. */
export function isId(value: string): value is Id {
  return idForm.test(value);
}

/** UUIDv7 (RFC 9562 §5.7) from a time in milliseconds and ten random bytes. */
export function uuidV7(atMs: number, random: Uint8Array): Id {
  const bytes = new Uint8Array(16);
  let rest = atMs;
  for (let i = 5; i >= 0; i -= 1) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes.set(random.subarray(0, 10), 6);
  return stamped(bytes, 0x70);
}

/** UUIDv8 (RFC 9562 §5.8) from the first 128 bits of SHA-256 over the canonical JSON of a key: same key, same id. */
export function uuidV8(key: readonly (string | null)[]): Id {
  const bytes = hash('sha256', canonical(key), 'buffer').subarray(0, 16);
  return stamped(bytes, 0x80);
}

/** The sixteen bytes of a UUID. */
export function idBytes(id: string): Uint8Array {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

/** SHA-256 of a text's UTF-8 bytes (or of bytes), as lower-case hex. */
export function sha256Hex(data: string | Uint8Array): string {
  // in one step: for the short texts that most are, half of the time
  return hash('sha256', data);
}

/** The first eight characters, as ids are shown to people. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

function stamped(bytes: Uint8Array, version: number): Id {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | version;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  const text = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  // built in exactly the form that isId tests
  return text as Id;
}
