// Where the evaluation data is, and the tools that lie beside it: the scorer, its stop words, its misspeller.
import fs from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Question, Store } from './sets.ts';

const root = join(import.meta.dirname, '..', '..', '..');

type Misspell = (text: string, skip: ReadonlySet<string>, seed: number) => string;

export interface Tools {
  /** Folder of the sets. */
  readonly data: string;
  /** The script that scores a run. */
  readonly scorer: string;
  readonly stopWords: ReadonlySet<string>;
  readonly misspell: Misspell;
}

/** The folder of the data: PRSIST_EVAL_DATA, else beside the project. */
export function dataFolder(): string {
  return resolve(process.env['PRSIST_EVAL_DATA'] ?? join(root, '..', 'shared', 'data'));
}

/** Loads the tools; undefined where the data or the tools are not on this machine. */
export async function loadTools(data = dataFolder()): Promise<Tools | undefined> {
  const folder = resolve(data, '..', 'eval', 'retrieval');
  const files = ['score.mjs', 'sets.mjs', 'typos.mjs'].map((name) => join(folder, name));
  if (!fs.existsSync(data) || !files.every((file) => fs.existsSync(file))) return undefined;
  const [scorer = '', sets = '', typos = ''] = files;
  const { STOP } = (await import(pathToFileURL(sets).href)) as { STOP: ReadonlySet<string> };
  const { misspell } = (await import(pathToFileURL(typos).href)) as { misspell: Misspell };
  return { data, scorer, stopWords: STOP, misspell };
}

/**
 * One word of every question misspelt, as the reference does it: never a stop word or a name of the store, and the how
 * many-th question of its store decides the kind of mistake.
 */
export function misspelt(
  questions: readonly Question[],
  stores: readonly Store[],
  { stopWords, misspell }: Pick<Tools, 'stopWords' | 'misspell'>,
): readonly Question[] {
  const skipped = new Map(
    stores.map((store) => [store.name, new Set([...stopWords, ...store.authors.flatMap(wordsOfName)])]),
  );
  const asked = new Map<string, number>();
  const only = stores.length === 1 ? stores[0]?.name : undefined; // merged: the questions of all are counted together
  return questions.map((question) => {
    const store = only ?? question.store;
    const seed = asked.get(store) ?? 0;
    asked.set(store, seed + 1);
    return { ...question, text: misspell(question.text, skipped.get(store) ?? stopWords, seed) };
  });
}

function wordsOfName(author: string): readonly string[] {
  return author.toLowerCase().split(' ');
}
