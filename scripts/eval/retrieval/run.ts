// One set from beginning to end: taken in, asked, ranked by the references too, scored.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { grep, type Ranking, stockFts, wordsWithout } from './baselines.ts';
import type { EmbedderGiven } from './embedding.ts';
import { filesSet } from './files-set.ts';
import { below, floorsFor, storedFloors, type Way } from './floors.ts';
import { type Miss, missesOf } from './misses.ts';
import { start } from './product.ts';
import { score, valueIn, writeRun } from './score.ts';
import { isDialogue, mergedStore, questionsOf, type Raw, readRaw, type Store, storesOf } from './sets.ts';
import type { Measured } from './table.ts';
import { misspelt, type Tools } from './tools.ts';

export interface Asked {
  readonly merged: boolean;
  readonly typos: boolean;
  /** How many questions without an answer near the top are told. */
  readonly misses: number;
  /** undefined: by words alone. */
  readonly embedder?: EmbedderGiven | undefined;
}

export interface Outcome {
  readonly set: string;
  readonly way: Way;
  /** Made from a repository: judged by its lead over FTS5, together with the others. */
  readonly ofRepository: boolean;
  readonly items: number;
  readonly questions: number;
  readonly taken_in_ms: number;
  readonly across_projects: boolean;
  /** With an embedder: its model, and for how many questions there was a vector in time. */
  readonly embedder: { readonly model: string; readonly used: number } | null;
  readonly measured: Measured;
  readonly floors: Readonly<Record<string, number>>;
  readonly below: readonly string[];
  readonly misses: readonly Miss[];
}

interface Named {
  readonly name: string;
  readonly raw: Raw;
  /** What the scorer reads. */
  readonly file: string;
  readonly ofRepository: boolean;
}

const root = join(import.meta.dirname, '..', '..', '..');

/** Measures one set, named as on the command line: a name in the data folder, a file, `self`, `files:<repository>`. */
export async function measure(set: string, asked: Asked, tools: Tools): Promise<Outcome> {
  const place = fs.mkdtempSync(join(tmpdir(), 'prsist-eval-'));
  try {
    return await measured(named(set, tools.data, place), asked, { tools, place });
  } finally {
    fs.rmSync(place, { recursive: true, force: true });
  }
}

/** True for a set that can be measured. */
export function isSet(set: string, { data }: Tools): boolean {
  const repository = repositoryOf(set);
  return fs.existsSync(repository === undefined ? fileOf(set, data) : join(repository, '.git'));
}

function repositoryOf(set: string): string | undefined {
  const directory = set === 'self' ? root : /^files:(.+)$/.exec(set)?.[1];
  return directory === undefined ? undefined : resolve(directory);
}

/** The file of a set that is named by itself or by its file. */
export function fileOf(set: string, data: string): string {
  return fs.existsSync(set) ? resolve(set) : join(data, `${set}.json.gz`);
}

function named(set: string, data: string, place: string): Named {
  const repository = repositoryOf(set);
  if (repository !== undefined) {
    const raw = filesSet(repository);
    const file = join(place, 'set.json');
    fs.writeFileSync(file, JSON.stringify(raw));
    return { name: set === 'self' ? set : basename(repository), raw, file, ofRepository: true };
  }
  const file = fileOf(set, data);
  return { name: basename(file).replace(/\.json(\.gz)?$/, ''), raw: readRaw(file), file, ofRepository: false };
}

async function measured(set: Named, asked: Asked, at: { tools: Tools; place: string }): Promise<Outcome> {
  const { tools, place } = at;
  const apart = storesOf(set.raw);
  const merged = asked.merged && apart.length > 1;
  const stores = merged ? [mergedStore(apart)] : apart;
  const plain = questionsOf(set.raw);
  const questions = asked.typos ? misspelt(plain, stores, tools) : plain;
  const running = await start(apart, { merged, embedder: asked.embedder });
  const rankings = await running.rank(questions).finally(running.stop);
  const words = wordsWithout(tools.stopWords);
  const scored = (name: string, ranked: readonly Ranking[], fixed = false) => {
    const run = join(place, `${name}.jsonl`);
    writeRun(run, ranked);
    return score(tools.scorer, set.file, run, fixed);
  };
  const askedOf = (store: Store) => questions.filter((each) => merged || each.store === store.name);
  const reference = (rank: typeof grep) => stores.flatMap((store) => rank(store, askedOf(store), words));
  const [prsist, fixed, fts5, counted] = await Promise.all([
    scored('prsist', rankings),
    isDialogue(set.raw) ? scored('fixed', rankings, true) : undefined,
    scored('fts5', reference(stockFts)),
    scored('grep', reference(grep)),
  ]);
  const result: Measured = { prsist, fts5, grep: counted, ...(fixed ? { fixed } : {}) };
  const way: Way = merged ? (asked.typos ? 'merged typos' : 'merged') : asked.typos ? 'typos' : 'separate';
  const floors = floorsFor(storedFloors(), set.name, way);
  return {
    ...{ set: set.name, way, ofRepository: set.ofRepository, items: running.items, questions: questions.length },
    ...{ taken_in_ms: Math.round(running.takenMs), across_projects: running.acrossProjects, measured: result, floors },
    embedder: asked.embedder ? { model: asked.embedder.model, used: usedIn(rankings) } : null,
    below: below(floors, (measure) => valueIn(result.prsist, measure)),
    misses: missesOf(questions, rankings, stores, asked.misses),
  };
}

function usedIn(rankings: readonly Ranking[]): number {
  return rankings.filter(({ meaning }) => meaning === 'used').length;
}

/** Of fewer questions chance decides. */
const fewQuestions = 20;

/** The sets that were made from repositories and ask enough. */
export function ofRepositories(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.filter(({ ofRepository, questions }) => ofRepository && questions >= fewQuestions);
}

/** How far ahead of FTS5 the sets made from repositories are on average, by measure; undefined when there are none. */
export function meanLead(outcomes: readonly Outcome[], measure: string): number | undefined {
  const leads = ofRepositories(outcomes).flatMap(({ measured: { prsist, fts5 } }) => {
    const [ours, theirs] = [valueIn(prsist, measure), valueIn(fts5, measure)];
    return ours !== undefined && theirs !== undefined ? [ours - theirs] : [];
  });
  return leads.length === 0 ? undefined : leads.reduce((sum, lead) => sum + lead, 0) / leads.length;
}
