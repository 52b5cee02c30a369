// What a person typed, taken apart. Everything that is no known syntax is a word to look for.
import { PrsistError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import { isStopWord } from './stop-words.ts';
import { nameParts, wordsOf } from './tokens.ts';

export const filterKeys = [
  'kind',
  'session',
  'agent',
  'author',
  'branch',
  'layer',
  'scope',
  'tag',
  'path',
  'since',
  'until',
] as const;
export type FilterKey = (typeof filterKeys)[number];

export interface Question {
  /** As it was typed. */
  readonly text: string;
  /** Folded words to look for, each once; any of them may be missing in a result. */
  readonly words: readonly string[];
  /** Folded words of it that say nothing and are not looked for. */
  readonly dropped: readonly string[];
  /** The folded word that a query ends in with an asterisk, `conf*`: one of `words`, of which only the beginning is known. */
  readonly beginning: string | undefined;
  /** Texts in double quotes, which a result must contain. */
  readonly phrases: readonly string[];
  /** Folded words of `-word`, which no result may contain; a compound is a run of words. */
  readonly excluded: readonly string[];
  /** key:value pairs; the last of a key counts, but every kind. */
  readonly filters: Readonly<Partial<Record<FilterKey, readonly string[]>>>;
}

const example = { field: 'query', hint: 'prsist search "why did we drop redis"' } as const;
/** Tried in this order at each place. Only after a space or at the beginning does `-` exclude or `key:` filter. */
const pieces = new RegExp(
  [
    '(?<![^\\s])-"(?<withoutPhrase>[^"]*)"',
    '"(?<phrase>[^"]*)"',
    '`(?<code>[^`]*)`',
    '(?<![^\\s])(?<key>[a-z]+):(?<value>"[^"]*"|[^\\s"]+)',
    '(?<![^\\s])-(?<without>[\\p{L}\\p{N}][^\\s"]*)',
    '[^\\s"`]+',
  ].join('|'),
  'gu',
);

/**
 * Reads a query. Stop words are dropped unless nothing else is left, or they are marked as meant: quoted, in
 * backquotes, in capitals, or part of something with a digit, `_`, `.` or `/` inside.
 * Throws input/invalid for one without words, limit/too-large over 4 KiB or 64 words.
 */
export function readQuestion(text: string): Question {
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.queryBytes) throw tooLarge(`a query of ${bytes} bytes; at most ${limits.queryBytes}`);
  const meant = new Set<string>();
  const plain = new Set<string>();
  const beginning = beginningIn(text);
  if (beginning !== undefined) meant.add(beginning);
  const phrases: string[] = [];
  const excluded: string[] = [];
  const filters: Partial<Record<FilterKey, readonly string[]>> = {};
  for (const found of text.matchAll(pieces)) {
    const { phrase, code, key, value, without = found.groups?.withoutPhrase } = found.groups ?? {};
    if (phrase !== undefined) phrases.push(...(wordsOf(phrase).length > 0 ? [phrase] : []));
    if (without !== undefined) excluded.push(...oneRun(wordsOf(without)));
    else if (isFilterKey(key) && value !== undefined) filters[key] = [...(filters[key] ?? []), unquoted(value)];
    else if (phrase !== undefined || code !== undefined) for (const word of wordsOf(found[0])) meant.add(word);
    else for (const word of wordsOf(found[0])) (isMeant(found[0]) ? meant : plain).add(word);
  }
  const words = chosen(meant, plain);
  if (words.length === 0) throw new PrsistError('input/invalid', 'the query has no words to look for', example);
  if (words.length > limits.queryTerms) {
    throw tooLarge(`a query of ${words.length} words; at most ${limits.queryTerms}`);
  }
  const dropped = [...plain].filter((word) => !words.includes(word));
  return { text, words: withParts(words, text), dropped, beginning, phrases, excluded, filters };
}

/** A query that ends in an asterisk: of its last word only the beginning is known. */
function beginningIn(text: string): string | undefined {
  const [, last = ''] = /(?:^|\s)([^\s"`:*-][^\s"`:*]*)\s*\*\s*$/u.exec(text) ?? [];
  return wordsOf(last).at(-1);
}

function chosen(meant: ReadonlySet<string>, plain: ReadonlySet<string>): readonly string[] {
  const telling = [...plain].filter((word) => !isStopWord(word));
  if (meant.size + telling.length === 0) return [...plain];
  return [...new Set([...meant, ...telling])];
}

/** The words, and the parts of those that are compound names as they were typed; bounded by the bytes of a query. */
function withParts(words: readonly string[], text: string): readonly string[] {
  const found = new Set(words);
  for (const [piece] of text.matchAll(/[^\s"`:]+/gu)) {
    const known = wordsOf(piece).some((word) => found.has(word));
    if (known) for (const part of wordsOf(nameParts(piece))) found.add(part);
  }
  return [...found];
}

function isMeant(piece: string): boolean {
  const inside = piece.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
  return /[\p{N}_./]/u.test(inside) || (inside.length > 1 && /^\p{Lu}+$/u.test(inside));
}

function isFilterKey(key: string | undefined): key is FilterKey {
  return filterKeys.some((each) => each === key);
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1) : value;
}

function oneRun(words: readonly string[]): readonly string[] {
  return words.length === 0 ? [] : [words.join(' ')];
}

function tooLarge(message: string): PrsistError {
  return new PrsistError('limit/too-large', message, { field: 'query', hint: 'ask with fewer words' });
}
