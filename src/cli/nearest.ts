/** Of some words the one that was most likely meant: of which this is the beginning, or at most two letters away. */
export function nearest(given: string, words: readonly string[]): string | undefined {
  const wanted = given.toLowerCase();
  if (wanted.length < 3) return undefined;
  const ranked = words
    .map((word) => ({ word, away: word.startsWith(wanted) ? 0 : distance(wanted, word) }))
    .filter(({ word, away }) => away <= Math.min(2, Math.floor(word.length / 3)))
    .sort((a, b) => a.away - b.away);
  return ranked[0]?.word;
}

/** Letters to insert, remove, replace or swap with their neighbour to make one word of the other. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, n) => n)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i += 1) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(i - 2, j - 2) + 1 : replaced;
      rows[i]?.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(a.length, b.length);
}
