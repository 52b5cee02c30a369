/** The tag that opens a passage its author does not want kept. */
export const privateOpening = '<private>';
const privateMark = '⟨private⟩';
const tag = /<\/?private>/g;

/**
 * Replaces each private passage, tags included, by `⟨private⟩`.
 * Passages may be nested. One that is never closed reaches to the end of the text: keeping too little is the
 * safer mistake. A tag quoted on its own (`<private>` between two equal quote marks) is talk about the tag.
 */
export function dropPrivate(text: string): { readonly text: string; readonly dropped: number } {
  if (!text.includes(privateOpening)) return { text, dropped: 0 };
  let kept = '';
  let dropped = 0;
  let from = 0;
  let depth = 0;
  for (const { 0: found, index } of text.matchAll(tag)) {
    const end = index + found.length;
    if (found !== privateOpening) {
      if (depth === 1) from = end;
      depth = Math.max(0, depth - 1);
    } else if (depth > 0 || !isQuoted(text, index, end)) {
      if (depth === 0) {
        kept += text.slice(from, index) + privateMark;
        dropped++;
      }
      depth++;
    }
  }
  return { text: depth > 0 ? kept : kept + text.slice(from), dropped };
}

function isQuoted(text: string, start: number, end: number): boolean {
  const before = text[start - 1];
  return before !== undefined && before === text[end] && '"\'`'.includes(before);
}
