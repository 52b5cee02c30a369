// Entries over a real project database and a real user database, asked as the daemon asks them.
import type { z } from 'zod';
import { contract } from '../../../src/features/entries/contract.ts';
import { entriesFeature } from '../../../src/features/entries/feature.ts';
import type { EntryNeeds } from '../../../src/features/entries/needs.ts';
import type { Caller, Context } from '../../../src/features/feature.ts';
import type { Write } from '../../../src/store/record-type.ts';
import type { Store } from '../../../src/store/store.ts';
import { type Clock, shippedMigration, temporaryStore } from '../../store/temporary-store.ts';
import { plainNeeds } from './entry-needs.ts';

export const ann = '019a3985-b900-7000-8000-000000000006';
export const human: Caller = { user: ann, origin: 'human' };
export const agent: Caller = { user: ann, agent: 'codex', session: 's1', origin: 'agent' };

type Contract = typeof contract;
type Input<N extends keyof Contract> = z.input<Contract[N]['input']>;
type Output<N extends keyof Contract> = z.output<Contract[N]['output']>;

export interface Memory {
  readonly project: Store;
  readonly user: Store;
  readonly clock: Clock;
  readonly needs: EntryNeeds;
  context(caller?: Caller): Context;
  store(input: Input<'context.store'>, caller?: Caller): Promise<Output<'context.store'>>;
  retire(input: Input<'context.delete'>, caller?: Caller): Promise<Output<'context.delete'>>;
  /** Any other write. */
  write<N extends keyof Contract>(name: N, input: Input<N>, caller?: Caller): Promise<Output<N>>;
  read<N extends keyof Contract>(name: N, input: Input<N>, caller?: Caller): Output<N>;
  retrieve(input: Input<'context.retrieve'>, caller?: Caller): Output<'context.retrieve'>;
  list(input: Input<'context.list'>, caller?: Caller): Output<'context.list'>;
}

/** Both databases, open until the test ends. Every answer is checked against the contract. */
export function memory(needs: EntryNeeds = plainNeeds()): Memory {
  const { projections, verbs, storeOf } = entriesFeature(needs);
  const migrations = ['0002-entries', '0014-entries-whole', '0022-trust'].map((name) =>
    shippedMigration(`features/entries/migrations/${name}.sql`),
  );
  const { store: project, clock, settings } = temporaryStore({ migrations, projections });
  const identity = { ...settings.identity, project: null };
  const { store: user, clock: userClock } = temporaryStore({ migrations, projections, kind: 'user', identity });
  const both = { project, user };
  const context = (caller: Caller = human): Context => {
    userClock.now = clock.now;
    return {
      ...{ caller, now: clock.now, project: { id: 'p', name: 'demo' } },
      ...{ worktree: undefined, branch: undefined, git: null },
      read: { project: project.read, user: user.read },
    };
  };
  // what the daemon does with a parsed input
  const write: Memory['write'] = async (name, input, caller) => {
    const parsed = contract[name].input.parse(input);
    const asked = context(caller);
    const place = storeOf[name]?.(parsed as never, asked) ?? 'project';
    const verb = verbs[name] as (tx: Write, input: unknown, context: Context) => unknown;
    const work = (tx: Write) => verb(tx, parsed, asked);
    const reply = place === 'memory' ? work(project.outside) : await both[place].write(work);
    return contract[name].output.parse(reply) as never;
  };
  const read: Memory['read'] = (name, input, caller) => {
    const verb = verbs[name] as (context: Context, input: unknown) => unknown;
    return contract[name].output.parse(verb(context(caller), contract[name].input.parse(input))) as never;
  };
  return {
    ...{ project, user, clock, needs, context, write, read },
    store: (input, caller) => write('context.store', input, caller),
    retire: (input, caller) => write('context.delete', input, caller),
    retrieve: (input, caller) => read('context.retrieve', input, caller),
    list: (input, caller) => read('context.list', input, caller),
  };
}
