// What `prsist search --explain` says: how a query was read, and how a score comes about, so that it can be added up.
import type { Reply } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';
import { plural } from './print.ts';
import { oneLine } from './text.ts';

type Answer = Reply<Operations['search.query']>;
type Explained = NonNullable<Answer['results'][number]['explain']>;

/** How the query was read, in one line. meant: misspelt words; tookMs: how long all of it took. */
export function explainedQuestion(
  question: NonNullable<Answer['question']>,
  meant: Answer['did_you_mean'],
  tookMs: number,
): string {
  const { words, completed, dropped, unknown, named, times, candidates } = question;
  const lists = [
    ['words', words],
    ['begin so', completed],
    ['repaired', meant.map(({ typed, meant: word }) => `${typed} → ${word}`)],
    ['dropped', dropped],
    ['in no text', unknown],
    ['named', named],
    ['times', times],
  ] as const;
  const told = lists.filter(([, list]) => list.length > 0).map(([name, list]) => `${name}: ${list.join(', ')}`);
  return oneLine([...told, `${plural(candidates, 'text')} compared`, `${tookMs} ms`].join(' · '));
}

/** The parts added up, then times the factors, then as a share of the best. */
export function explainedScore(
  { parts, words, factors, total, of, pass }: Explained,
  score: number,
): readonly string[] {
  const shares = Object.entries(words).map(([word, share]) => `${oneLine(word)} ${number(share)}`);
  const added = Object.entries(parts).map(([name, part]) => {
    return `${name} ${number(part)}${name === 'words' && shares.length > 0 ? ` (${shares.join(', ')})` : ''}`;
  });
  const sum = Object.values(parts).reduce((all, part) => all + part, 0);
  const times = Object.entries(factors).map(([name, factor]) => `× ${name} ${number(factor)}`);
  const product = times.length === 0 ? '' : `, ${number(sum)} ${times.join(' ')} = ${number(total)}`;
  return [`${added.join(' + ')} = ${number(sum)}${product}, of ${number(of)}: ${score.toFixed(3)} (${pass})`];
}

function number(value: number): string {
  return value.toFixed(3).replace(/\.?0+$/, '') || '0';
}
