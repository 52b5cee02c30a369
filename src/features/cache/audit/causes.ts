import type { Segment } from '../segment.ts';

export type SegmentCause =
  | 'tools'
  | 'tool order'
  | 'system'
  | 'time in the prefix'
  | 'memory'
  | 'compaction'
  | 'history edited';

/** What differs first between two prompts, the later of which should only have grown; undefined when it has. */
export function causeInSegments(before: readonly Segment[], now: readonly Segment[]): SegmentCause | undefined {
  const at = before.findIndex((segment, n) => now[n]?.text !== segment.text);
  const was = before[at];
  if (!was) return undefined;
  const is = now[at];
  if (!is) return causeOf(was, undefined);
  if (is.slot === was.slot) return causeOf(was, is);
  // one that came in, or one that went
  return now.some(({ slot }) => slot === was.slot) ? causeOf(is, is) : causeOf(was, is);
}

function causeOf(changed: Segment, is: Segment | undefined): SegmentCause {
  const isSame = is?.slot === changed.slot;
  if (changed.place === 'messages') return is && isSummary(is) ? 'compaction' : 'history edited';
  if (changed.place === 'tools') return isSame && isSameTools(changed.text, is.text) ? 'tool order' : 'tools';
  if (isMemory(changed)) return 'memory';
  const isTime = isSame && changed.text !== is.text && withoutTimes(changed.text) === withoutTimes(is.text);
  return isTime ? 'time in the prefix' : 'system';
}

function isSummary({ slot }: Segment): boolean {
  return slot === 'summary' || slot.startsWith('summary:');
}

function isMemory({ slot }: Segment): boolean {
  return slot === 'snapshot' || slot === 'memory' || slot.startsWith('memory:') || slot.startsWith('brief:');
}

/** The same tools, of which only the order differs. */
function isSameTools(before: string, now: string): boolean {
  return before !== now && sorted(before) === sorted(now);
}

function sorted(tools: string): string {
  try {
    const list: unknown = JSON.parse(tools);
    return Array.isArray(list)
      ? list
          .map((tool) => JSON.stringify(tool))
          .sort()
          .join('\n')
      : tools;
  } catch {
    return tools;
  }
}

/** Dates, times of day and numbers as long as a time in seconds. */
function withoutTimes(text: string): string {
  return text
    .replace(/\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?/g, '')
    .replace(/\b\d{1,2}:\d{2}(?::\d{2})?\b/g, '')
    .replace(/\b\d{10,16}\b/g, '');
}
