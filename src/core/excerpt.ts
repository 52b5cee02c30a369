// Cuts long texts for the index and for display. Lengths in UTF-16 units; a surrogate pair is never torn apart.

/** A text up to this stays one part. */
const wholeUpTo = 2_000;
/** Size a part of a longer text aims at. */
const partAim = 1_200;
/** What is kept of each end of a tool's output. */
const outputEnd = 2_000;

/**
 * Cuts a text into the parts that are indexed: whole up to 2,000 characters, else at blank lines into parts of about
 * 1,200; a paragraph longer than 2,000 is cut at a line border, else a space, else hard. Blank space around cuts is
 * dropped, nothing else is. Returns [] for a blank text; part number = position in the list.
 */
export function cutParts(text: string): readonly string[] {
  if (text.trim() === '') return [];
  if (text.length <= wholeUpTo) return [text];
  const parts: string[] = [];
  let open = '';
  for (const paragraph of text.split(/\n[ \t\r]*\n/).flatMap(cutParagraph)) {
    if (open !== '' && open.length + paragraph.length > partAim) {
      parts.push(open);
      open = '';
    }
    open = open === '' ? paragraph : `${open}\n\n${paragraph}`;
  }
  if (open !== '') parts.push(open);
  return parts;
}

/** First and last 2,000 characters of a tool's output, the gap marked by a line with an ellipsis. */
export function toolExcerpt(output: string): string {
  if (output.length <= 2 * outputEnd) return output;
  const head = output.slice(0, wholeCharacters(output, outputEnd));
  const from = output.length - outputEnd;
  const tail = output.slice(isTorn(output, from) ? from + 1 : from);
  return `${head}\n…\n${tail}`;
}

/** The first `length` characters of a text, never half a character. */
export function headOf(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, wholeCharacters(text, length));
}

function cutParagraph(paragraph: string): readonly string[] {
  const pieces: string[] = [];
  let rest = paragraph.trim();
  while (rest.length > wholeUpTo) {
    const at = borderBefore(rest, partAim);
    pieces.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  if (rest !== '') pieces.push(rest);
  return pieces;
}

/** Last line border at or before `limit`, else the last space, else the limit itself; never in the first half. */
function borderBefore(text: string, limit: number): number {
  for (const border of ['\n', ' ']) {
    const at = text.lastIndexOf(border, limit);
    if (at >= limit / 2) return at;
  }
  return wholeCharacters(text, limit);
}

/** `at`, or one less where it would tear a surrogate pair. */
function wholeCharacters(text: string, at: number): number {
  return isTorn(text, at) ? at - 1 : at;
}

function isTorn(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  const before = text.charCodeAt(at - 1);
  return code >= 0xdc00 && code <= 0xdfff && before >= 0xd800 && before <= 0xdbff;
}
