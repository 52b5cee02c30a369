import { limits } from '../../../core/limits.ts';
import type { PackText } from './body.ts';

/** Texts as companions take them: together up to the bytes of a pack, a larger one alone. */
export function textGroups(texts: readonly PackText[]): PackText[][] {
  const all: PackText[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    if (bytes + text.bytes.length > limits.packBytes) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1)?.push(text);
    bytes += text.bytes.length;
  }
  return all;
}
