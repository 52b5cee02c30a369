// The built product in a throw-away home: takes the stores of a set in and is asked the questions.
import fs from 'node:fs';
import { join } from 'node:path';
import { readEndpoint } from '../../../src/client/endpoint.ts';
import type { Reply } from '../../../src/core/operation.ts';
import { contract } from '../../../src/features/search/contract.ts';
import { Wire } from '../../../test/harness/wire.ts';
import { type World, world } from '../../bench/measure.ts';
import type { Ranking } from './baselines.ts';
import type { Question, Store } from './sets.ts';
import { ask, type Known, takeIn } from './take-in.ts';

export interface Running {
  /** Milliseconds it took to take everything in. */
  readonly takenMs: number;
  readonly items: number;
  /** True when several projects were searched together; false: their texts stand in one project. */
  readonly acrossProjects: boolean;
  readonly rank: (questions: readonly Question[]) => Promise<readonly Ranking[]>;
  /** The results of one question, each with the id it has in the set. */
  readonly results: (question: Question, more: Input) => Promise<readonly Told[]>;
  readonly stop: () => Promise<void>;
}

interface Place {
  readonly directory: string;
  readonly store: Store;
}

type Input = Readonly<Record<string, unknown>>;

/** A result as the product answers it. */
export type Told = Reply<(typeof contract)['search.query']>['results'][number] & { readonly item: string };

const query = contract['search.query'].input;
const most = 200;

/** What makes a search look through all projects; undefined where this build cannot. */
function everywhere(): Input | undefined {
  return [{ projects: ['*'] }, { projects: '*' }].find((way) => query.safeParse({ query: 'x', ...way }).success);
}

/** Starts the product and takes the stores in, each as a project. merged: one search looks through all of them. */
export async function start(stores: readonly Store[], merged: boolean): Promise<Running> {
  const here = await world();
  try {
    return await serve(here, stores, merged);
  } catch (error) {
    await here.stop();
    throw error;
  }
}

async function serve(here: World, stores: readonly Store[], merged: boolean): Promise<Running> {
  const across = merged ? everywhere() : {};
  const known: Known = { items: new Map(), sessions: new Map() };
  const places = across === undefined ? [joined(here, stores)] : await projects(here, stores);
  const begun = performance.now();
  await Promise.all(
    places.map(async ({ directory, store }) => {
      const wire = wireTo(here, directory);
      await takeIn(wire, store, known).finally(() => wire.close());
    }),
  );
  const takenMs = performance.now() - begun;
  // one connection at a time, opened when a store's turn comes: the daemon closes those that are not used for a while
  let open: { readonly place: Place; readonly wire: Wire } | undefined;
  const wireFor = (place: Place) => {
    if (open?.place !== place) {
      open?.wire.close();
      open = { place, wire: wireTo(here, place.directory) };
    }
    return open.wire;
  };
  const asked = (question: Question, more: Input) => {
    const place = merged ? places[0] : places.find(({ store }) => store.name === question.store);
    if (!place) throw new Error(`${question.qid}: no store ${question.store}`);
    const kinds = place.store.items.some((item) => item.author !== '') ? ['message'] : ['document'];
    return ask(wireFor(place), 'search.query', { query: question.text, kinds, ...more, ...(merged ? across : {}) });
  };
  return {
    ...{ takenMs, items: known.items.size, acrossProjects: merged && across !== undefined },
    rank: async (questions) => {
      const rankings: Ranking[] = [];
      for (const question of questions)
        rankings.push(await ranked(question, known, () => asked(question, { limit: most })));
      return rankings;
    },
    results: async (question, more) => {
      const { results } = await asked(question, more);
      return (results as readonly Told[]).flatMap((each) => {
        const item = known.items.get(each.id);
        return item === undefined ? [] : [{ ...each, item }];
      });
    },
    stop: async () => {
      open?.wire.close();
      await here.stop();
    },
  };
}

/** A project for each store, named so that no question names it. */
async function projects(here: World, stores: readonly Store[]): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const [at, store] of stores.entries()) {
    const directory = join(here.home, `store-${at}`);
    fs.mkdirSync(directory);
    await here.prsist('init', directory, '--no-import', '--no-git-hooks', '--agents', 'codex', '--no-mcp');
    places.push({ directory, store });
  }
  return places;
}

function joined(here: World, stores: readonly Store[]): Place {
  const store = { name: 'merged', items: stores.flatMap(({ items }) => items), authors: [] };
  return { directory: here.project, store };
}

function wireTo(here: World, project: string): Wire {
  const endpoint = readEndpoint(here.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  return new Wire(endpoint, { project });
}

async function ranked(
  { qid }: Question,
  known: Known,
  asked: () => Promise<Readonly<Record<string, unknown>>>,
): Promise<Ranking> {
  const begun = performance.now();
  const reply = await asked();
  const ms = performance.now() - begun;
  const sessions = sessionsOf(reply['sessions'], known);
  const ids = (reply['results'] as readonly { readonly id: string }[]).flatMap(({ id }) => known.items.get(id) ?? []);
  return { qid, ranked: ids, ...(sessions ? { sessions } : {}), ms };
}

/** The ranking of sessions, where the search has one of its own. */
function sessionsOf(told: unknown, known: Known): readonly string[] | undefined {
  if (!Array.isArray(told)) return undefined;
  const ids = told.map((each) => (typeof each === 'string' ? each : String(each?.session_id)));
  return ids.flatMap((id) => known.sessions.get(id) ?? []);
}
