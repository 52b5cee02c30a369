import { limits } from '../../../core/limits.ts';
import type { PackText } from './body.ts';

/** Texts as companions take them: together up to so many bytes, those of a pack when absent; a larger one alone. */
export function textGroups(texts: readonly PackText[], most: number = limits.packBytes): PackText[][] {
  const all: PackText[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    if (bytes + text.bytes.length > most) {
      all.push([]);
      bytes = 0;
    }
    all.at(-1)?.push(text);
    bytes += text.bytes.length;
  }
  return all;
}
