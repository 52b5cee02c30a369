// Text that an agent repeats because we put it before that very conversation is no new memory. What was put before it
// stands in its own transcript, between our marks: so the same file gives the same records wherever and whenever it is read.
import type { Captured } from '../../core/captured.ts';
import { comparedWords, containment, pairsOf } from '../../core/sketch.ts';
import { briefClose, briefOpen } from '../../core/words.ts';
import { cutOwnBlocks } from './adapters/text-content.ts';

/** A text of fewer words says nothing of where it comes from. */
const leastWords = 8;
/** The share of a text that must have been shown. */
const repeated = 0.8;
/** Pairs of words of the latest blocks that are remembered with a file. */
const mostPairs = 8_192;

/** What a line of a transcript adds to what its conversation was shown; the same when it holds no block of ours. */
export function shownAfter(shown: string | undefined, line: string): string | undefined {
  if (!line.includes(briefOpen)) return shown;
  const blocks = line.split(briefOpen).slice(1);
  // JSON writes ends of lines and quotes with backslashes, once or more often
  const texts = blocks.map((block) => (block.split(briefClose)[0] ?? '').replace(/\\+[nrt"]/g, ' '));
  const pairs = new Set(shown === undefined ? [] : pairsIn(shown));
  for (const text of texts) {
    for (const pair of pairsOf(text)) {
      pairs.delete(pair); // the latest stand last
      pairs.add(pair);
    }
  }
  return textOf([...pairs].slice(-mostPairs));
}

/** Blocks are cut out of the output of tools; what the agent says is marked where it only repeats what was shown. */
export function markEchoes(items: readonly Captured[], shown: string | undefined): readonly Captured[] {
  if (shown === undefined) return items;
  let pairs: ReadonlySet<number> | undefined;
  return items.map((item) => {
    if (item.kind === 'tool-result' && item.output?.includes(briefOpen)) {
      return { ...item, output: cutOwnBlocks(item.output) };
    }
    if (item.kind !== 'message' || item.role !== 'assistant' || item.as === 'thinking') return item;
    if (comparedWords(item.text).length < leastWords) return item;
    pairs ??= new Set(pairsIn(shown));
    return containment(pairsOf(item.text), pairs) >= repeated ? { ...item, echo: true } : item;
  });
}

function textOf(pairs: readonly number[]): string {
  return Buffer.from(Uint32Array.from(pairs).buffer).toString('base64');
}

function pairsIn(text: string): Iterable<number> {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Uint32Array(bytes.buffer, 0, bytes.length >> 2);
}
