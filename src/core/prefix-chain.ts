// Identity of a prefix by its bytes: never by token ids, which depend on who counts them.
import { createHash } from 'node:crypto';
import { canonical } from './canonical.ts';

/** Bytes of one link. */
export const linkBytes = 16;

/**
 * The links of a chain of texts, root first, in hex: each stands for its text and all before it.
 * fingerprint: whatever else decides whether two prefixes are the same, as JSON.
 */
export function prefixChain(fingerprint: object, texts: readonly string[]): readonly string[] {
  const root = digest('prsist.prefix.v1', canonical(fingerprint)).subarray(0, linkBytes);
  const links: Uint8Array[] = [root];
  for (const text of texts) links.push(digest(links.at(-1) ?? root, digest(text)).subarray(0, linkBytes));
  return links.slice(1).map((link) => Buffer.from(link).toString('hex'));
}

function digest(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
