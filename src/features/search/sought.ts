// From the words of a question to what is looked for: names of people, times, misspelt words, other forms of a word.
import { hookedAgents } from '../../core/words.ts';
import type { Read } from '../../store/record-type.ts';
import { type Completion, completionsOf } from './completions.ts';
import { documentsOf, isAuthor, rowsIn, termsWith } from './counts.ts';
import { idfOf } from './feedback.ts';
import type { Form, Sought, SoughtWord } from './match-terms.ts';
import type { Question } from './question.ts';
import { type Repair, repair } from './repair.ts';
import { type NamedTimes, timesIn } from './spans.ts';
import { stem } from './stem.ts';
import { isStopWord } from './stop-words.ts';
import { isFrame, synonymsOf } from './synonyms.ts';
import { termHash } from './terms.ts';
import { sharedLength, wordsOf } from './tokens.ts';
import { weights } from './weights.ts';

export interface Seeking {
  readonly sought: Sought;
  /** Folded words to look for, after repair; and beginnings to look for, of those that are rare. */
  readonly words: readonly string[];
  readonly beginnings: readonly string[];
  /** Words that begin as the one the question ends in with an asterisk. */
  readonly completed: readonly string[];
  /** Words that mean the same as some of them, for files. */
  readonly synonyms: readonly string[];
  /** Folded names in the question. */
  readonly named: readonly string[];
  readonly times: NamedTimes;
  readonly asksWhen: boolean;
  readonly repaired: readonly Repair[];
  /** Words that occur nowhere, also after repair. */
  readonly unknown: readonly string[];
}

/**
 * A word that stands in more texts than these is asked for as it is: what other words of its beginning bring in besides
 * orders nothing better on the dev sets, and is a sixth of what a search costs.
 */
const rareMost = 10;

export interface SeekOptions {
  /** Milliseconds: what "yesterday" counts from. */
  readonly now: number;
  /** Words are taken as they are typed. */
  readonly exact: boolean;
}

const whenForm = /^\W*(?:when|how long|(?:in )?(?:what|which) (?:year|month|day|date|time))\b/i;
/** Who said something is one of these in every conversation: no name. */
const roles: ReadonlySet<string> = new Set(['user', 'you', 'assistant', 'agent', 'system', 'tool', 'human']);
const agentWords: ReadonlySet<string> = new Set(hookedAgents.flatMap((name) => wordsOf(name)));

/** Reads what a question looks for. reads: the databases that are asked. */
export function seek(question: Question, reads: readonly Read[], { now, exact }: SeekOptions): Seeking {
  const times = timesIn(question.text, now);
  const named = question.words.filter((word) => !roles.has(word) && reads.some((read) => isAuthor(read, word)));
  const said = new Set([...times.texts.flatMap(wordsOf), ...named.filter((name) => !agentWords.has(name))]);
  const topics = question.words.filter((word) => !said.has(word));
  const typed = topics.length > 0 ? topics : question.words;
  const total = (stemmed: string) => reads.reduce((sum, read) => sum + documentsOf(read, stemmed), 0);
  const { beginning } = question;
  const completions = beginning === undefined ? [] : completionsOf(beginning, reads);
  const isCompleted = (word: string) => word === beginning && completions.length > 0;
  const missing = typed.filter((word) => total(stem(word)) === 0 && !isCompleted(word));
  const repaired = exact ? [] : missing.flatMap((word) => repairs(word, reads));
  const meant = new Map(repaired.map((each) => [each.typed, each.meant]));
  const words = [...new Set(typed.map((word) => meant.get(word) ?? word))];
  const all = reads.reduce((sum, read) => sum + rowsIn(read), 0);
  const isRare = (word: string) => total(stem(word)) <= rareMost;
  const beginnings = exact ? [] : words.filter((word) => !isCompleted(word) && isRare(word)).flatMap(beginningOf);
  const also = new Map(repaired.flatMap((each) => (each.also === undefined ? [] : [[each.meant, each.also]])));
  const counting = { total, all, reads, exact };
  const forms = words.map((word) => ({
    word,
    forms: isCompleted(word) ? completedForms(word, completions, counting) : formsOf(word, also.get(word), counting),
  }));
  return {
    sought: { words: forms, pairs: pairsOf(question.text, words, meant) },
    words: [...new Set([...words, ...also.values()])],
    ...{ beginnings, named, times, repaired, completed: completions.map(({ word }) => word) },
    synonyms: exact ? [] : [...new Set(words.flatMap((word) => synonymsOf(stem(word))))],
    asksWhen: whenForm.test(question.text),
    unknown: missing.filter((word) => !meant.has(word)),
  };
}

function repairs(word: string, reads: readonly Read[]): readonly Repair[] {
  const startingWith = (letter: string) => reads.flatMap((read) => termsWith(read, letter));
  const found = repair(word, { startingWith });
  return found ? [found] : [];
}

interface Counting {
  readonly total: (stemmed: string) => number;
  readonly all: number;
  readonly reads: readonly Read[];
  readonly exact: boolean;
}

function formsOf(word: string, also: string | undefined, { total, all, reads, exact }: Counting): SoughtWord['forms'] {
  const own = stem(word);
  const form = (stemmed: string, said: number, kept: number, documents = total(stemmed)): Form => {
    return { hash: termHash(stemmed), idf: idfOf(all, documents), said, kept };
  };
  const kept = isFrame(own) ? weights.frame : 1;
  const others = exact ? [] : synonymsOf(own).map((each) => form(each, 0, weights.synonym * kept));
  const alike = exact
    ? []
    : likeIt(own, reads).map(({ term, documents }) => form(term, weights.prefix, weights.prefix * kept, documents));
  const other = also === undefined ? [] : [form(stem(also), 1, kept)];
  return [form(own, 1, kept), ...other, ...others, ...alike].filter(({ idf }, i) => i === 0 || idf > 0);
}

/** The word as it was typed, and each that begins so: as good as the word itself. */
function completedForms(word: string, found: readonly Completion[], { total, all }: Counting): SoughtWord['forms'] {
  const own = stem(word);
  const others = found.filter(({ term }) => term !== own);
  return [{ term: own, documents: total(own) }, ...others].map(({ term, documents }) => ({
    ...{ hash: termHash(term), idf: idfOf(all, documents), said: 1, kept: 1 },
  }));
}

/** Letters that two stems must share. */
const sharedLeast = 5;
/** A variety of words that begin alike are not one word any more. */
const alikeMost = 12;

/** Stems that differ from one in their ending alone: counsel and counselor. */
function likeIt(own: string, reads: readonly Read[]): readonly { readonly term: string; readonly documents: number }[] {
  const [prefix] = beginningOfStem(own);
  if (prefix === undefined) return [];
  const found = reads.flatMap((read) => termsWith(read, prefix));
  const near = found.filter(({ term }) => term !== own && Math.abs(term.length - own.length) <= 4);
  const alike = near.filter(
    ({ term }) => sharedLength(term, own) >= Math.max(sharedLeast, Math.min(term.length, own.length) - 1),
  );
  return alike.toSorted((a, b) => b.documents - a.documents).slice(0, alikeMost);
}

function beginningOf(word: string): readonly string[] {
  // the index stems what it is asked for: a beginning that would become another one is left out
  return beginningOfStem(stem(word)).filter((prefix) => stem(prefix) === prefix);
}

function beginningOfStem(own: string): readonly string[] {
  return own.length < sharedLeast || /\d/.test(own) ? [] : [own.slice(0, Math.max(sharedLeast, own.length - 1))];
}

/** Places of words that follow one another in the question, words that say nothing left out. */
function pairsOf(
  text: string,
  words: readonly string[],
  meant: ReadonlyMap<string, string>,
): readonly (readonly [number, number])[] {
  const places = wordsOf(text)
    .filter((word) => words.includes(meant.get(word) ?? word) || !isStopWord(word))
    .map((word) => words.indexOf(meant.get(word) ?? word));
  return places.flatMap((place, i) => {
    const next = places[i + 1] ?? -1;
    return place >= 0 && next >= 0 && next !== place ? [[place, next] as const] : [];
  });
}
