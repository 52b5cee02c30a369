// The words of a text as the index sees them: runs of letters and digits, folded. Stems: stem.ts.

export interface Token {
  /** Folded. */
  readonly word: string;
  /** Offsets into the text, in UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Marks belong to the letter before them; what only chooses the look of a pictograph does not. */
const wordForm = /[\p{L}\p{N}\p{Co}](?:[\p{L}\p{N}\p{Co}]|(?![\ufe00-\ufe0f\u20d0-\u20ff])\p{M})*/gu;
/** Scripts without spaces between words: their runs are found by pairs of characters. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]{2,}/gu;
/** As many words as one text is marked in: parts are far shorter, a whole message of megabytes is not tokenised. */
const mostTokens = 20_000;

/** The tokens of a text in order, at most 20,000. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const found of text.matchAll(wordForm)) {
    const word = fold(found[0]);
    if (word !== '') tokens.push({ word, start: found.index, end: found.index + found[0].length });
    if (tokens.length >= mostTokens) break;
  }
  return tokens;
}

/**
 * Calls `visit` for the runs of a text between which no word goes on. A plain one, of ASCII letters and digits, is a word
 * as it is; the words of others have to be looked for.
 */
export function eachRun(text: string, visit: (start: number, end: number, isPlain: boolean) => void): void {
  for (let i = 0; i < text.length; ) {
    const start = i;
    let letters = 0;
    let code = text.charCodeAt(i);
    while (code > 0x7f || isPlainLetter(code)) {
      letters |= code;
      i += 1;
      code = i < text.length ? text.charCodeAt(i) : 0;
    }
    if (i > start) visit(start, i, letters <= 0x7f);
    i += 1;
  }
}

function isPlainLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
}

/** The words of a text as they are written. */
export function writtenWords(text: string): readonly string[] {
  return text.match(wordForm) ?? [];
}

/** The words of a text, folded but not stemmed. */
export function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(wordForm)].map((found) => fold(found[0])).filter((word) => word !== '');
}

/**
 * Lower case, and Latin letters without diacritics: exactly as far as the index folds, since a word folded further
 * would not be found. Letters without a fold of their own (Greek, Cyrillic, Indic scripts) keep their marks.
 */
export function fold(word: string): string {
  if (/^[\0-\x7f]*$/.test(word)) return word.toLowerCase();
  const lower = word
    .toLowerCase()
    .replace(/[\u0300-\u0331]/g, '')
    .replaceAll('ς', 'σ')
    .replaceAll('ſ', 's');
  return lower.replace(/[\u00aa-\u024f\u1e00-\u1eff]/g, (letter) => letter.normalize('NFD').replace(/\p{M}/gu, ''));
}

/** A text as it is indexed: pictographs are younger than the index's tables and would become words of it. */
export function indexable(text: string): string {
  return text.replace(/\p{Extended_Pictographic}/gu, ' ').replaceAll('\0', ' ');
}

/**
 * The parts of compound names in a text (parseHTTPHeader, utf8Text), and the pairs of characters of scripts without
 * spaces. What the index cuts apart itself (snake_case, paths) and the names as they are are not repeated.
 */
export function nameParts(text: string): string {
  const parts = new Set<string>();
  for (const name of compoundsOf(text)) for (const part of splitName(name)) if (part !== name) parts.add(part);
  for (const [run] of text.matchAll(unspaced)) {
    const characters = [...run];
    for (let i = 1; i < characters.length; i += 1) parts.add(`${characters[i - 1]}${characters[i]}`);
  }
  return parts.size === 0 ? '' : [...parts].join(' ');
}

/** Names that are cut: looked for by their cuts, since most words have none. */
function compoundsOf(text: string): readonly string[] {
  if (!isCompound.test(text)) return [];
  const names = text.match(/[A-Za-z][A-Za-z0-9]+/g) ?? [];
  return names.filter((name) => isCompound.test(name) && !sha.test(name));
}

/** Where splitName cuts: most words have no such place. */
const isCompound = /[a-z][A-Z0-9]|[0-9][A-Za-z]|[A-Z]{2}[a-z]/;

/** The name of a commit has no parts that mean anything. */
const sha = /^(?=\D*\d)[0-9a-f]{7,64}$/;

function splitName(name: string): readonly string[] {
  return name
    .replace(/([a-z])([A-Z0-9])/g, '$1 $2')
    .replace(/([0-9])([A-Za-z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(' ')
    .filter((part) => part.length > 1);
}

/** Number of words of a text. */
export function wordCount(text: string): number {
  let count = 0;
  eachRun(text, (start, end, isPlain) => {
    count += isPlain ? 1 : writtenWords(text.slice(start, end)).length;
  });
  return count;
}

/** With how many characters two texts begin alike. */
export function sharedLength(a: string, b: string): number {
  let i = 0;
  while (i < a.length && i < b.length && a.charCodeAt(i) === b.charCodeAt(i)) i += 1;
  return i;
}
