// What everybody has without us: SQLite's full text search as it comes, and grep.
import Database from 'better-sqlite3';
import type { Item, Question, Store } from './sets.ts';

export interface Ranking {
  readonly qid: string;
  /** Ids of items, best first. */
  readonly ranked: readonly string[];
  /** Ids of sessions, best first, where the system ranks them itself. */
  readonly sessions?: readonly string[];
  readonly ms: number;
  /** Whether vectors were compared for it; absent for the references. */
  readonly meaning?: string;
}

type Words = (text: string) => readonly string[];

/** The words of a question without stop words, unless it has no others. */
export function wordsWithout(stopWords: ReadonlySet<string>): Words {
  return (text) => {
    const all = [...new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [])];
    const rest = all.filter((word) => !stopWords.has(word));
    return rest.length > 0 ? rest : all;
  };
}

/** FTS5 with porter stems: any of the words, ranked by its own bm25. */
export function stockFts(store: Store, questions: readonly Question[], wordsOf: Words): readonly Ranking[] {
  const db = new Database(':memory:');
  db.exec("create virtual table t using fts5(path, names, body, tokenize = 'porter unicode61')");
  const insert = db.prepare('insert into t (rowid, path, names, body) values (?, ?, ?, ?)');
  db.transaction(() => {
    for (const [place, { path, names, text }] of store.items.entries()) insert.run(place + 1, path, names, text);
  })();
  const select = db.prepare<[string], number>('select rowid from t where t match ? order by bm25(t) limit 400').pluck();
  try {
    return questions.map((question) =>
      timed(question, () => {
        const match = wordsOf(question.text).map((word) => `"${word}"`);
        return idsAt(store.items, match.length > 0 ? select.all(match.join(' OR ')) : [], 1);
      }),
    );
  } finally {
    db.close();
  }
}

/** grep -i: how many of the words stand in an item; of equals the first. */
export function grep(store: Store, questions: readonly Question[], wordsOf: Words): readonly Ranking[] {
  const texts = store.items.map(({ path, names, text }) => `${path} ${names} ${text}`.toLowerCase());
  return questions.map((question) =>
    timed(question, () => {
      const words = wordsOf(question.text);
      const hits = texts.map((text) => words.reduce((sum, word) => sum + Number(text.includes(word)), 0));
      const places = [...hits.keys()].filter((place) => (hits[place] ?? 0) > 0);
      places.sort((a, b) => (hits[b] ?? 0) - (hits[a] ?? 0) || a - b);
      return idsAt(store.items, places.slice(0, 400), 0);
    }),
  );
}

function timed({ qid }: Question, rank: () => readonly string[]): Ranking {
  const begun = performance.now();
  const ranked = rank();
  return { qid, ranked, ms: performance.now() - begun };
}

function idsAt(items: readonly Item[], places: readonly number[], first: number): readonly string[] {
  return places.flatMap((place) => items[place - first]?.id ?? []);
}
