// What is worth a state of a local engine: beginnings that were given more than once, as texts.
import type { Read } from '../../../store/record-type.ts';
import { type BlockRow, blockOf } from '../block-queries.ts';
import { detectCacheablePrefixes } from '../detect.ts';
import { segmentText } from '../segments.ts';

export interface SharedTexts {
  readonly texts: readonly string[];
  readonly tokens: number;
}

/** Shorter ones are computed about as fast as they are read. */
const leastTokens = 1_024;
const looked = 50;

/**
 * Beginnings that went on in two ways or were those of two sessions, the longest first. Only of what was rendered for them:
 * what was said stays in its records, and another session would hardly begin with it.
 */
export function sharedTexts(read: Read): readonly SharedTexts[] {
  return detectCacheablePrefixes(read, { least: leastTokens, limit: looked })
    .toSorted((a, b) => b.tokens - a.tokens || (a.h < b.h ? -1 : 1))
    .flatMap(({ h, tokens }) => {
      const texts = renderedTexts(read, Buffer.from(h, 'hex'));
      return texts === undefined ? [] : [{ texts, tokens }];
    });
}

/** Texts from the root to a block; undefined where one of them is said, damaged or gone. */
function renderedTexts(read: Read, end: Uint8Array): readonly string[] | undefined {
  const texts: string[] = [];
  for (let h: Uint8Array | null = end; h; ) {
    const block: BlockRow | undefined = read.one(blockOf, { h });
    const text = block && segmentText(read, block.seg, () => []);
    if (!block || text === undefined) return undefined;
    texts.unshift(text);
    h = block.parent;
  }
  return texts;
}
