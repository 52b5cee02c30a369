// A brief as segments: its frame, and each of its sections, so that a change in one leaves what stands before it.
import { estimateTokens } from '../../core/tokens.ts';
import { canonicalText } from './render.ts';
import type { Segment, SegmentKind } from './segment.ts';
import { split } from './split.ts';
import { changePriors } from './volatility.ts';

const border = /(?<=\n\n)(?=## )/;
/** What is remembered is a snapshot; everything else tells of the last hours. */
const lasting = /^## Remembered\b/;

/** The segments of a rendered brief, in its order; together they are its canonical text. None for ''. */
export function briefSegments(text: string): readonly Segment[] {
  return canonicalText(text)
    .split(border)
    .filter((part) => part !== '')
    .flatMap((part) => split(segmentOf(part)));
}

function segmentOf(text: string): Segment {
  const heading = /^## ([^:(\n]*)/.exec(text)?.[1]?.trim();
  const kind: SegmentKind = heading === undefined ? 'template' : lasting.test(text) ? 'documentation' : 'dynamic';
  const slot = `brief:${heading ?? 'frame'}`;
  return { slot, kind, place: 'system', text, tokens: estimateTokens(text), change: changePriors[kind] };
}
