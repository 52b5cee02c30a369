// Files of the keyring are canonical JSON: what is signed is what is read, and no byte of a file is without meaning.
import { z } from 'zod';
import { canonical } from '../../../core/canonical.ts';
import { isId } from '../../../core/ids.ts';

/** Larger than any keyring of a thousand devices. */
export const mostFileBytes = 1 << 20;

export const uuid = z.string().refine((text): boolean => isId(text), { error: 'not an id' });
export const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
/** base64url without padding, in the one spelling there is of so many bytes. */
export const base64 = (bytes?: number) =>
  z.string().refine((text) => {
    const decoded = Buffer.from(text, 'base64url');
    return decoded.toString('base64url') === text && (bytes === undefined || decoded.length === bytes);
  });
/** An X25519 recipient of age. */
export const recipient = z.string().regex(/^age1[02-9ac-hj-np-z]{58}$/);
export const counter = z.int().min(1);

/** What a canonical file says; undefined for bytes that are no such file. */
export function parseCanonical<T>(bytes: Uint8Array, schema: z.ZodType<T>): T | undefined {
  if (bytes.length > mostFileBytes) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const parsed = isShallow(bytes) ? schema.safeParse(JSON.parse(text)) : undefined;
    return parsed?.success && canonical(parsed.data) === text ? parsed.data : undefined;
  } catch {
    return undefined; // no UTF-8, no JSON, or half of a surrogate pair
  }
}

/** Deeper than any file of ours: a remote must not keep the parser busy. */
const mostDepth = 16;

/** Whether arrays and objects stand in one another at most so deep. */
function isShallow(bytes: Uint8Array): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < bytes.length && depth <= mostDepth; at += 1) {
    const byte = bytes[at];
    if (byte === 0x5c && isText)
      at += 1; // what is escaped ends no text
    else if (byte === 0x22) isText = !isText;
    else if (isText) continue;
    else if (byte === 0x5b || byte === 0x7b) depth += 1;
    else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return depth <= mostDepth;
}

/** The bytes of a canonical file. */
export function canonicalBytes(value: object): Uint8Array {
  return Buffer.from(canonical(value), 'utf8');
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

export function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64url');
}
