// Texts too long for one segment, cut where a line ends.
import { limits } from '../../core/limits.ts';
import { estimateTokens } from '../../core/tokens.ts';
import type { Segment } from './segment.ts';

/** The segment itself, or its parts of at most 64 KiB, `slot#2` and so on after the first; together they are its text. */
export function split(segment: Segment, most: number = limits.segmentBytes): readonly Segment[] {
  if (Buffer.byteLength(segment.text) <= most) return [segment];
  return cutAtLines(segment.text, most).map((text, i) => ({
    ...segment,
    slot: i === 0 ? segment.slot : `${segment.slot}#${i + 1}`,
    ...{ text, tokens: estimateTokens(text) },
  }));
}

function cutAtLines(text: string, most: number): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const parts: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    const to = from + most >= bytes.length ? bytes.length : endOfPart(bytes, from, from + most);
    parts.push(bytes.toString('utf8', from, to));
    from = to;
  }
  return parts;
}

/** After the last line break of the part; where there is none, before a byte that begins a character. */
function endOfPart(bytes: Buffer, from: number, last: number): number {
  const line = bytes.lastIndexOf(0x0a, last - 1);
  if (line >= from) return line + 1;
  let end = last;
  while (end > from + 1 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}
