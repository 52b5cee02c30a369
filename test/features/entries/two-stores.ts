// Entries over a real project database and a real user database, asked as the daemon asks them.
import type { z } from 'zod';
import { contract } from '../../../src/features/entries/contract.ts';
import { entriesFeature } from '../../../src/features/entries/feature.ts';
import { list } from '../../../src/features/entries/list.ts';
import { retire } from '../../../src/features/entries/retire.ts';
import { retrieve } from '../../../src/features/entries/retrieve.ts';
import { store } from '../../../src/features/entries/store.ts';
import type { Caller, Context } from '../../../src/features/feature.ts';
import type { Store } from '../../../src/store/store.ts';
import { type Clock, shippedMigration, temporaryStore } from '../../store/temporary-store.ts';

export const ann = '019a3985-b900-7000-8000-000000000006';
export const human: Caller = { user: ann, origin: 'human' };
export const agent: Caller = { user: ann, agent: 'codex', session: 's1', origin: 'agent' };

type Input<N extends keyof typeof contract> = z.input<(typeof contract)[N]['input']>;
const { 'context.store': storing, 'context.retrieve': retrieving } = contract;
const { 'context.list': listing, 'context.delete': deleting } = contract;

export interface Memory {
  readonly project: Store;
  readonly user: Store;
  readonly clock: Clock;
  context(caller?: Caller): Context;
  store(input: Input<'context.store'>, caller?: Caller): Promise<z.output<typeof storing.output>>;
  retire(input: Input<'context.delete'>, caller?: Caller): Promise<z.output<typeof deleting.output>>;
  retrieve(input: Input<'context.retrieve'>, caller?: Caller): z.output<typeof retrieving.output>;
  list(input: Input<'context.list'>, caller?: Caller): z.output<typeof listing.output>;
}

/** Both databases, open until the test ends. Every answer is checked against the contract. */
export function memory(): Memory {
  const { projections } = entriesFeature();
  const migrations = [shippedMigration('features/entries/migrations/0002-entries.sql')];
  const { store: project, clock, settings } = temporaryStore({ migrations, projections });
  const identity = { ...settings.identity, project: null };
  const { store: user, clock: userClock } = temporaryStore({ migrations, projections, kind: 'user', identity });
  const both = { project, user };
  const context = (caller: Caller = human): Context => {
    userClock.now = clock.now;
    return {
      ...{
        caller,
        now: clock.now,
        project: { id: 'p', name: 'demo' },
        worktree: undefined,
        branch: undefined,
        git: null,
      },
      read: { project: project.read, user: user.read },
    };
  };
  const { storeOf } = entriesFeature();
  // what the daemon does with a parsed input
  const chosen = (name: string, input: unknown) => both[storeOf[name]?.(input as never) ?? 'project'];
  return {
    ...{ project, user, clock, context },
    async store(input, caller) {
      const parsed = storing.input.parse(input);
      const asked = context(caller);
      return storing.output.parse(await chosen('context.store', parsed).write((tx) => store(tx, parsed, asked)));
    },
    async retire(input, caller) {
      const parsed = deleting.input.parse(input);
      const asked = context(caller);
      return deleting.output.parse(await chosen('context.delete', parsed).write((tx) => retire(tx, parsed, asked)));
    },
    retrieve: (input, caller) => retrieving.output.parse(retrieve(context(caller), retrieving.input.parse(input))),
    list: (input, caller) => listing.output.parse(list(context(caller), listing.input.parse(input))),
  };
}
