// A record that no projection takes, between others that are fine.
import fs from 'node:fs';
import { join } from 'node:path';
import { entryByEnt } from '../../src/features/entries/queries.ts';
import { contextPut } from '../../src/features/entries/records.ts';
import { inMemory } from '../harness/in-memory.ts';
import { person, SimDevice } from './device.ts';
import { entityOf } from './hand.ts';
import { RemotePlace } from './lying-remote.ts';
import { syncWith } from './sync.ts';

export interface Poisoned {
  /** What the receiver was told, and states of the records it holds by key. */
  readonly notes: readonly string[];
  readonly states: Readonly<Record<string, number>>;
  /** Keys of which the receiver shows something. */
  readonly shown: readonly string[];
}

const before = 'l1';
const bad = 'l2';
const after = 'l3';

/** One device writes three entries, the middle one such that no table takes it; another takes them in. */
export async function poisoned(): Promise<Poisoned> {
  const directory = fs.mkdtempSync(join(inMemory(), 'prsist-poison-'));
  const clock = () => Date.UTC(2026, 0, 5, 8);
  const [from, to] = ['a', 'b'].map((name) => new SimDevice({ seed: 1, directory, clock }, name)) as [
    SimDevice,
    SimDevice,
  ];
  const place = new RemotePlace('r');
  const members = [from.dev, to.dev];
  try {
    from.blindly((tx) => {
      for (const key of [before, bad, after]) {
        const fields = { key, scope: 'project', value: key === bad ? 'no JSON' : '"fine"' } as const;
        tx.append(contextPut, { ent: entityOf(key) as never, fields, actor: { user: person }, origin: 'agent' });
      }
    });
    await syncWith(from, members, place, {});
    const { notes } = await syncWith(to, members, place, {});
    return { notes, ...looked(to) };
  } finally {
    for (const device of [from, to]) device.abandon();
    fs.rmSync(directory, { recursive: true });
  }
}

function looked({ store }: SimDevice): Pick<Poisoned, 'states' | 'shown'> {
  const rows = store.statements.all<{ key: string; state: number }>(
    "select body ->> '$.fields.key' as key, state from records where type = 'context'",
    [],
  );
  const shown = [before, bad, after].filter((key) => store.read.one(entryByEnt, { ent: entityOf(key) }) !== undefined);
  return { states: Object.fromEntries(rows.map(({ key, state }) => [key, state])), shown };
}
