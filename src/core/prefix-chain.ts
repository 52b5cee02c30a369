// Identity of a prefix by its bytes: never by token ids, which depend on who counts them. Links as the design document on
// the prefix cache, section 4, has them: h_0 of a fingerprint, h_i of h_{i-1} and the hash of a text.
import { createHash, hash } from 'node:crypto';
import { canonical } from './canonical.ts';

/** Bytes of one link. */
export const linkBytes = 16;

/** h_0. fingerprint: whatever besides the texts decides whether two prefixes are the same, as JSON. */
export function chainStart(fingerprint: object): Uint8Array {
  return linkOf('prsist.prefix.v1', canonical(fingerprint));
}

/** h_i of h_{i-1}, the SHA-256 of a text, and the role a message is sent under. */
export function nextLink(before: Uint8Array, textHash: Uint8Array, role = ''): Uint8Array {
  return linkOf(before, textHash, role);
}

/** The links of a chain of texts, root first, in hex: each stands for its text and all before it. */
export function prefixChain(fingerprint: object, texts: readonly string[]): readonly string[] {
  let link = chainStart(fingerprint);
  return texts.map((text) => {
    link = nextLink(link, hash('sha256', text, 'buffer'));
    return Buffer.from(link).toString('hex');
  });
}

function linkOf(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest().subarray(0, linkBytes);
}
