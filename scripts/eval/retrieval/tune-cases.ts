// The questions of dev sets with everything that may answer them, gathered once from the product's own databases.

import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadConfig } from '../../../src/config/load.ts';
import { openEmbedder } from '../../../src/daemon/embedders.ts';
import { entrySettings, sessionFacts } from '../../../src/daemon/entry-needs.ts';
import { embedderSetting } from '../../../src/daemon/meaning-settings.ts';
import * as documents from '../../../src/features/documents/findable.ts';
import { showing } from '../../../src/features/entries/findable.ts';
import type { Context } from '../../../src/features/feature.ts';
import { contract } from '../../../src/features/search/contract.ts';
import { type Collected, collect, onePerThing, pageOf, rank, type Search } from '../../../src/features/search/find.ts';
import { modelName } from '../../../src/features/search/meaning/models.ts';
import { type Meant, noMeaning } from '../../../src/features/search/meant.ts';
import { searchOf } from '../../../src/features/search/search-query.ts';
import { seek } from '../../../src/features/search/sought.ts';
import { weights } from '../../../src/features/search/weights.ts';
import { showings as ofSessions } from '../../../src/features/sessions/findable.ts';
import { readText } from '../../../src/platform/files.ts';
import { openReader } from '../../../src/store/reader.ts';
import type { EmbedderGiven } from './embedding.ts';
import type { Running } from './product.ts';
import type { Known } from './take-in.ts';
import { type Measures, measured, ofDialogue, ofPairs, type Truth } from './tune-objective.ts';

/** A set as the scorer's own reader gives it. */
interface ScorerSet {
  readonly kind: 'dialogue' | 'pairs';
  readonly stores: readonly {
    readonly store: string;
    readonly docs: readonly { readonly id: string }[];
    readonly queries: readonly (Truth & { readonly text: string; readonly slice: string })[];
  }[];
}
interface ScorerTools {
  readonly loadSet: (file: string) => ScorerSet;
  readonly estimateTokens: (text: string) => number;
  readonly render: (doc: { readonly id: string }) => string;
}

interface Case {
  readonly search: Search;
  readonly collected: Collected;
  readonly reads: readonly Context['read']['project'][];
  readonly measure: (ranked: readonly string[], sessions: readonly string[]) => Measures;
  readonly known: Known;
}

export interface Cases {
  /** Under the weights as they are now. */
  readonly measures: () => readonly Measures[];
  readonly close: () => void;
}

/** Groups of the questions of a set without conversations. */
const parts = 5;
const mostRanked = 200;

/** Gathers the candidates of every question of a set. file: the set; scorer: the script whose reader is used. */
export async function casesOf(
  { databases, known }: Running,
  {
    file,
    scorer,
    embedder,
  }: { readonly file: string; readonly scorer: string; readonly embedder?: EmbedderGiven | undefined },
): Promise<Cases> {
  const { loadSet, estimateTokens, render } = (await import(
    pathToFileURL(join(resolve(scorer, '..'), 'sets.mjs')).href
  )) as ScorerTools;
  const set = loadSet(file);
  const { user: userFile, stores } = await databases();
  const user = openReader(userFile);
  const opened = stores.map(({ store, id, file: at }) => ({ store, id, reader: openReader(at) }));
  const meant = await asking(embedder);
  const { config } = loadConfig({ files: [], env: {} });
  const needs = { settings: () => entrySettings(config), sessions: () => sessionFacts(config) };
  const showings = [showing(needs), ...ofSessions, ...documents.showings];
  const cases: Case[] = [];
  for (const { store: name, docs, queries } of set.stores) {
    const place = opened.find(({ store }) => store.name === name);
    if (!place) throw new Error(`no database of ${name}`);
    const costs = new Map(docs.map((doc) => [doc.id, estimateTokens(render(doc))]));
    const read = { project: place.reader.read, user: user.read };
    const context: Context = {
      ...{ caller: { user: 'tune', origin: 'human' }, project: { id: place.id, name }, read, now: Date.now() },
      ...{ worktree: undefined, branch: undefined, git: null },
    };
    for (const [at, { text, slice, ...truth }] of queries.entries()) {
      const kinds = [set.kind === 'pairs' ? 'document' : 'message'] as const;
      const input = contract['search.query'].input.parse({ query: text, kinds, limit: mostRanked });
      const search = searchOf(context, input, { showings, meant: await meant(text), now: context.now });
      const page = pageOf(context, { request: input, cursor: undefined, limit: mostRanked });
      const cost = (id: string) => costs.get(id) ?? 0;
      cases.push({
        ...{ search, known, reads: [read.project, read.user], collected: collect(search, page) },
        measure: (ranked, sessions) => {
          const got = measured(ranked, sessions, truth, cost);
          return set.kind === 'pairs'
            ? { group: `pairs ${at % parts}`, values: ofPairs(got) }
            : { group: name, values: ofDialogue(slice, got) };
        },
      });
    }
  }
  return {
    measures: () => cases.map(answered),
    close: () => {
      for (const { reader } of opened) reader.close();
      user.close();
    },
  };
}

/** Words are read again where the weights of their forms are others than when they were read last. */
const read = new WeakMap<Case, { readonly forms: string; readonly seeking: Collected['seeking'] }>();

function answered(each: Case): Measures {
  const { search, collected, known, reads, measure } = each;
  const forms = JSON.stringify([weights.prefix, weights.synonym, weights.frame]);
  const last = read.get(each);
  const seeking =
    last?.forms === forms ? last.seeking : seek(search.question, reads, { now: search.context.now, exact: false });
  read.set(each, { forms, seeking });
  const { items, sessions } = rank(search, { ...collected, seeking });
  const ids = onePerThing(items).flatMap(({ item }) => known.items.get(item.ent) ?? []);
  const named = sessions.flatMap(({ session }) => known.sessions.get(session.split(' ')[1] ?? '') ?? []);
  return measure(ids.slice(0, mostRanked), named);
}

/** Makes a function from a question to its vector, by the embedder itself. */
async function asking(given: EmbedderGiven | undefined): Promise<(text: string) => Promise<Meant>> {
  if (!given) return async () => noMeaning;
  const { '': embedder, ...more } = given;
  const named = Object.fromEntries(
    Object.entries(more).map(([key, value]) => [`embedder_${key}`, key === 'dimensions' ? Number(value) : value]),
  );
  const text = JSON.stringify({ recall: { embedder, ...named } });
  const { config } = loadConfig({ files: [{ path: 'tune', text }], env: {} });
  const setting = embedderSetting(config, { env: {}, read: readText });
  if (!setting || !('url' in setting)) throw new Error(setting?.why ?? 'no embedder');
  const opened = await openEmbedder(setting);
  return async (question) => {
    const [vector] = await opened.embed([question], 'query', new AbortController().signal);
    return { state: 'used', percent: 100, vectors: vector ? [{ model: modelName(setting), vector }] : [] };
  };
}
