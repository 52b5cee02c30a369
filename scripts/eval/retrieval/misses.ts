// Questions whose answer is not among the first five, so that a person sees why.
import type { Ranking } from './baselines.ts';
import type { Item, Question, Store } from './sets.ts';

export interface Miss {
  readonly qid: string;
  readonly question: string;
  /** What should have been found, and the rank it was found at; null: not among those told. */
  readonly gold: readonly { readonly id: string; readonly rank: number | null; readonly text: string }[];
  readonly first: readonly { readonly id: string; readonly text: string }[];
}

const near = 5;
const shownChars = 160;
/** A commit may have changed many files. */
const mostGold = 3;

/** The first so many questions of which nothing that answers them is among the first five. */
export function missesOf(
  questions: readonly Question[],
  rankings: readonly Ranking[],
  stores: readonly Store[],
  most: number,
): readonly Miss[] {
  const items = new Map(stores.flatMap((store) => store.items).map((item) => [item.id, item]));
  const ranked = new Map(rankings.map((ranking) => [ranking.qid, ranking.ranked]));
  const misses = questions.flatMap(({ qid, text, gold }) => {
    const ids = ranked.get(qid) ?? [];
    if (gold.some((id) => ids.slice(0, near).includes(id))) return [];
    const rankOf = (id: string) => (ids.includes(id) ? ids.indexOf(id) + 1 : null);
    return [
      {
        ...{ qid, question: text },
        gold: gold.slice(0, mostGold).map((id) => ({ id, rank: rankOf(id), text: headOf(items.get(id)) })),
        first: ids.slice(0, 3).map((id) => ({ id, text: headOf(items.get(id)) })),
      },
    ];
  });
  return misses.slice(0, most);
}

/** Misses as lines for a terminal. */
export function missLines(misses: readonly Miss[]): string {
  return misses
    .map(({ qid, question, gold, first }) =>
      [
        `${qid}  ${question}`,
        ...gold.map(({ id, rank, text }) => `  wanted ${rank ?? 'not found'}: ${id} ${text}`),
        ...first.map(({ id, text }, at) => `  told ${at + 1}: ${id} ${text}`),
      ].join('\n'),
    )
    .join('\n');
}

function headOf(item: Item | undefined): string {
  if (!item) return '';
  return `${item.author || item.names}: ${item.text.replace(/\s+/g, ' ').slice(0, shownChars)}`;
}
