// A unified diff as `diff -u` prints it, for texts of the size of settings files.

const context = 3;
/** Above this many compared pairs the changed middle is shown as one replacement instead of the shortest one. */
const maxPairs = 4_000_000;

interface Step {
  readonly kind: ' ' | '-' | '+';
  readonly line: string;
}

/**
 * Unified diff of one file, '' when nothing changes.
 * null stands for no file and prints as /dev/null. Lines keep their carriage returns; a missing last newline is marked.
 */
export function unifiedDiff(path: string, before: string | null, after: string | null): string {
  if (before === after) return '';
  const steps = compare(splitLines(before ?? ''), splitLines(after ?? ''));
  const head = `--- ${before === null ? '/dev/null' : path}\n+++ ${after === null ? '/dev/null' : path}\n`;
  return head + hunks(steps).join('');
}

function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function compare(a: readonly string[], b: readonly string[]): readonly Step[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const same = (line: string): Step => ({ kind: ' ', line });
  const [from, to] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return [...a.slice(0, start).map(same), ...changes(from, to), ...a.slice(a.length - end).map(same)];
}

/** Longest common subsequence; of equally long ones the deletions come first. */
function changes(a: readonly string[], b: readonly string[]): readonly Step[] {
  if (a.length * b.length > maxPairs) return [...a.map((line) => gone(line)), ...b.map((line) => added(line))];
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) steps.push({ kind: ' ', line: left });
    else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) steps.push(gone(left));
    else if (right !== undefined) steps.push(added(right));
    const kind = steps.at(-1)?.kind;
    if (kind !== '+') i += 1;
    if (kind !== '-') j += 1;
  }
  return steps;
}

function gone(line: string): Step {
  return { kind: '-', line };
}

function added(line: string): Step {
  return { kind: '+', line };
}

function hunks(steps: readonly Step[]): readonly string[] {
  const changed = steps.flatMap((step, index) => (step.kind === ' ' ? [] : [index]));
  const ranges: { from: number; to: number }[] = [];
  for (const index of changed) {
    const last = ranges.at(-1);
    if (last && index - last.to <= 2 * context) last.to = index + 1;
    else ranges.push({ from: index, to: index + 1 });
  }
  return ranges.map(({ from, to }) => hunk(steps, Math.max(0, from - context), Math.min(steps.length, to + context)));
}

function hunk(steps: readonly Step[], from: number, to: number): string {
  const shown = steps.slice(from, to);
  const count = (list: readonly Step[], other: '-' | '+') => list.filter((step) => step.kind !== other).length;
  const range = (other: '-' | '+') => {
    const [before, length] = [count(steps.slice(0, from), other), count(shown, other)];
    const start = length === 0 ? before : before + 1;
    return length === 1 ? `${start}` : `${start},${length}`;
  };
  const lines = shown.map(
    ({ kind, line }) => `${kind}${line}${line.endsWith('\n') ? '' : '\n\\ No newline at end of file\n'}`,
  );
  return `@@ -${range('+')} +${range('-')} @@\n${lines.join('')}`;
}
