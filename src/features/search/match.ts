// The one place where text becomes an FTS5 query. Every word is quoted; nothing a person typed is syntax.
import type { Question } from './question.ts';
import { wordsOf } from './tokens.ts';

const columns = '{text ident path names author}';
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** What is looked for: of a question, or what became of it. */
export interface Words extends Pick<Question, 'words' | 'phrases' | 'excluded'> {
  /** Beginnings of words. */
  readonly beginnings?: readonly string[];
}

export interface Narrowing {
  /** Each list is filter words of which one must hold; all lists must hold. */
  readonly tokens: readonly (readonly string[])[];
  /** Path whose words must stand together. */
  readonly path: string | undefined;
  /** Name whose words must stand together in that of the author. */
  readonly author?: string | undefined;
}

/**
 * The FTS5 query of a question: any of its words, all of its phrases, none of the excluded words, all filters. Without
 * words and beginnings: everything that the rest allows, which must then hold a list of tokens.
 * The result is only ever bound as a parameter of `match`.
 */
export function matchText(
  { words, beginnings = [], phrases, excluded }: Words,
  { tokens, path, author }: Narrowing,
): string {
  const sought = [...words.map(quoted), ...beginnings.map((each) => `${quoted(each)} *`)];
  const all = sought.length === 0 ? [] : [`(${columns} : (${sought.join(' OR ')}))`];
  for (const list of tokens) all.push(`(tags : (${anyOf(list)}))`);
  // a phrase inside a run without spaces is no phrase of index words: left to the check on the text
  for (const phrase of phrases.filter((each) => !unspaced.test(each))) all.push(`(text : ${run(phrase)})`);
  if (path !== undefined && wordsOf(path).length > 0) all.push(`(path : ${run(path)})`);
  if (author !== undefined && wordsOf(author).length > 0) all.push(`(author : ${run(author)})`);
  const wanted = `(${all.join(' AND ')})`;
  return excluded.length === 0 ? wanted : `${wanted} NOT (${columns} : (${anyOf(excluded)}))`;
}

function anyOf(words: readonly string[]): string {
  return words.map(quoted).join(' OR ');
}

function run(text: string): string {
  return quoted(wordsOf(text).join(' '));
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""').replaceAll('\0', ' ')}"`;
}
