// A real project database with entries, sessions and search, and the verbs of sessions as the daemon would call them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { readPrices } from '../../../src/config/prices.ts';
import type { Captured } from '../../../src/core/captured.ts';
import type { Operation, Reply } from '../../../src/core/operation.ts';
import type { Origin } from '../../../src/core/record.ts';
import type { GitState } from '../../../src/core/snapshot.ts';
import { entriesFeature } from '../../../src/features/entries/feature.ts';
import {
  findables as entryFindables,
  hidings as entryHidings,
  foundEntry,
  showing,
} from '../../../src/features/entries/findable.ts';
import type { Context, Verb } from '../../../src/features/feature.ts';
import { contract as searchContract } from '../../../src/features/search/contract.ts';
import { searchFeature } from '../../../src/features/search/feature.ts';
import { contract } from '../../../src/features/sessions/contract.ts';
import { noSurroundings, type Surroundings } from '../../../src/features/sessions/facts.ts';
import { sessionsFeature } from '../../../src/features/sessions/feature.ts';
import { findables, hidings, showings } from '../../../src/features/sessions/findable.ts';
import { onBranch } from '../../../src/features/sessions/on-branch.ts';
import { type Announced, type Source, type TakenIn, takeIn } from '../../../src/features/sessions/take-in.ts';
import { digest } from '../../../src/store/digest.ts';
import { migration } from '../../../src/store/migrate.ts';
import type { Store } from '../../../src/store/store.ts';
import { Store as OpenStore } from '../../../src/store/store.ts';
import { openStore, shippedMigration, storeSetting } from '../../store/temporary-store.ts';
import { plainNeeds } from '../entries/entry-needs.ts';

type Contract = typeof contract;
type Query = (typeof searchContract)['search.query'];
type Input<N extends keyof Contract> = z.input<Contract[N]['input']>;
type Output<N extends keyof Contract> = z.output<Contract[N]['output']>;

/** Who asks, and from where; the person's own terminal in the main work tree when nothing is said. */
export interface From {
  readonly user?: string;
  readonly agent?: string;
  readonly origin?: Origin;
  readonly worktree?: string;
  readonly branch?: string;
  readonly git?: GitState;
}

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
export const times = { idleMs: 30 * minute, endAfterMs: day, archiveAfterMs: 30 * day, handoffMs: 7 * day };

export interface World {
  readonly store: Store;
  readonly clock: { now: number };
  /** What other features say of every session. */
  around: Surroundings;
  call<N extends keyof Contract>(name: N, input: Input<N>, from?: From): Promise<Output<N>>;
  /** Takes captured items in as one batch of a file; hand `announced` on for further batches of it. */
  take(items: readonly Captured[], how?: { source?: Partial<Source>; announced?: Announced }): Promise<TakenIn>;
  /** Results of search.query that have a word of it themselves. */
  search(query: string, from?: From): Promise<Reply<Query>['results']>;
  context(from?: From): Context;
  digest(): Readonly<Record<string, string>>;
}

export interface Wanted {
  /** Where the file lies; a directory that goes away with the test when absent. */
  readonly directory?: string;
  /** Milliseconds by which the clock moves whenever it is read. */
  readonly tick?: number;
  readonly search?: 'without';
}

/** A world of its own. With `directory` the caller closes the store. */
export function sessionsWorld({ directory, tick = 0, search }: Wanted = {}): World {
  const clock = { now: Date.UTC(2026, 0, 2, 3, 4, 5) };
  const world = { around: noSurroundings };
  const prices = readPrices(join(import.meta.dirname, '../../..'));
  const needs = {
    times: () => times,
    prices,
    device: 'laptop',
    surroundings: () => world.around,
    keepInitial: () => undefined,
    brief: () => 'the brief',
  };
  const entryNeeds = plainNeeds();
  const searching = searchFeature({
    hygiene: { stale: () => [], answers: () => 0, used: () => undefined },
    findables: [...entryFindables, ...findables],
    hidings: [...entryHidings, ...hidings],
    showings: [showing(entryNeeds), ...showings],
    ...{ entryOf: foundEntry(entryNeeds), onBranch },
  });
  const sessions = sessionsFeature(needs);
  const features = [entriesFeature(entryNeeds), sessions, ...(search === 'without' ? [] : [searching])];
  const { settings } = storeSetting({
    ...(directory === undefined ? {} : { directory }),
    migrations: [
      shippedMigration('store/migrations/0012-sync-events.sql'),
      ...features.flatMap(({ migrations }) =>
        (migrations?.files ?? []).map((file) =>
          migration(file, readFileSync(join(migrations?.directory ?? '', file), 'utf8')),
        ),
      ),
    ],
    projections: features.flatMap((each) => each.projections),
  });
  const moving = { ...settings, clock: () => (clock.now += tick) };
  const store = directory === undefined ? openStore(moving) : new OpenStore(moving);

  function context({ user = 'ana', agent, origin, worktree = 'main', branch = 'main', git }: From = {}): Context {
    return {
      caller: { user, origin: origin ?? (agent ? 'agent' : 'human'), ...(agent ? { agent } : {}) },
      project: { id: 'p', name: 'p' },
      read: { project: store.read, user: store.read },
      now: clock.now,
      ...{ worktree, branch, git: git ?? null },
    };
  }
  return Object.assign(world, {
    ...{ store, clock, context },
    digest: () => digest(store),
    async search(query: string, from?: From) {
      const verb = searching.verbs['search.query'] as Verb<Query>; // the verb of this very operation
      const { results } = await verb(context(from), searchContract['search.query'].input.parse({ query }));
      return results.filter(({ found_by }) => found_by === 'words');
    },
    async call<N extends keyof Contract>(name: N, input: Input<N>, from?: From): Promise<Output<N>> {
      const operation: Operation = contract[name];
      const parsed = operation.input.parse(input);
      // the feature's own type says that each verb fits its operation
      const verb = sessions.verbs[name] as (first: unknown, second: unknown, third?: unknown) => unknown;
      const reply =
        operation.effect === 'write'
          ? await store.write((tx) => verb(tx, parsed, context(from)))
          : await verb(context(from), parsed);
      return operation.output.parse(reply) as Output<N>; // parsed by the very schema
    },
    take: (
      items: readonly Captured[],
      { source, announced = {} }: { source?: Partial<Source>; announced?: Announced } = {},
    ) => store.write((tx) => takeIn(tx, { ...ownSource, ...source }, announced, items)),
  });
}

export const ownSource: Source = {
  ...{ agent: 'claude-code', user: 'ana', device: 'laptop', from: 'transcript', trusted: 'own', keepThinking: 'drop' },
  echoed: () => undefined,
  erasedIn: () => undefined,
  worktreeOf: () => 'main',
  pathOf: (path, cwd) => (cwd !== undefined && path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path),
};

/** Rows of one table, for what no verb shows. */
export function rowsOf(store: Store, sql: string): Record<string, unknown>[] {
  return store.statements.all<Record<string, unknown>>(sql, []);
}
