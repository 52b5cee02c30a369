// Where two texts stop being the same.

const shownChars = 200;

export interface Difference {
  /** Bytes of UTF-8 that both begin with. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** The line of each in which they differ; '' where one ends before. */
  readonly ours: string;
  readonly theirs: string;
}

/** The first difference of two texts; undefined when they are the same. */
export function firstDifference(ours: string, theirs: string): Difference | undefined {
  if (ours === theirs) return undefined;
  const [a, b] = [Buffer.from(ours), Buffer.from(theirs)];
  const most = Math.min(a.length, b.length);
  let offset = 0;
  while (offset < most && a[offset] === b[offset]) offset += 1;
  // up to the difference both have the same lines
  const from = offset === 0 ? 0 : a.lastIndexOf(0x0a, offset - 1) + 1;
  const line = a.subarray(0, from).filter((byte) => byte === 0x0a).length + 1;
  return { offset, line, ours: lineAt(a, from), theirs: lineAt(b, from) };
}

function lineAt(bytes: Buffer, from: number): string {
  const end = bytes.indexOf(0x0a, from);
  return bytes.toString('utf8', from, end < 0 ? bytes.length : end).slice(0, shownChars);
}
