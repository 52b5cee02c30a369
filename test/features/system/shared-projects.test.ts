import { expect, test } from 'vitest';
import type { Id } from '../../../src/core/ids.ts';
import { sharedProjects } from '../../../src/features/system/project-projection.ts';
import { projectPut } from '../../../src/features/system/project-records.ts';
import { findProject, register } from '../../../src/features/system/registry.ts';
import {
  aliasesOf,
  hearProjects,
  tellLink,
  tellProjects,
  twinNotes,
} from '../../../src/features/system/shared-projects.ts';
import type { ForeignRecord } from '../../../src/store/foreign.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import type { Store } from '../../../src/store/store.ts';
import { type Random, seeded } from '../../harness/seed.ts';
import { shippedMigration, temporaryStore } from '../../store/temporary-store.ts';

const user = '019a3985-b900-7000-8000-000000000006';
const id = (n: number) => `019a3985-b900-7000-8000-0000000000a${n}`;
const said = { actor: { user }, origin: 'human' } as const;

/** The user database of the nth device. */
function device(n: number) {
  let drawn = n * 1_000_000;
  const random = (bytes: number) => {
    drawn += 1;
    const out = Buffer.alloc(bytes);
    out.writeUIntBE(drawn, bytes - 6, 6);
    return out;
  };
  const migrations = ['0006-registry', '0035-shared-projects'].map((name) =>
    shippedMigration(`features/system/migrations/${name}.sql`),
  );
  const identity = { ws: id(9), dev: `019a3985-b900-7000-8000-0000000000d${n}`, user, project: null };
  return temporaryStore({ migrations, projections: [sharedProjects], kind: 'user', random, identity });
}

const recordsOf = (store: Store): ForeignRecord[] =>
  store.statements.all(
    `select l.ws, l.dev, l.log, r.seq, r.v, r.body, r.salt, r.com, r.head
     from records r join logs l using (log_n) where l.own = 1 order by r.seq`,
    [],
  );
const take = (store: Store, rows: readonly ForeignRecord[]) =>
  store.write(() => store.appendForeign(rows, () => undefined));
const rowsOf = (store: Store) => [
  store.statements.all('select * from shared_projects order by project_id', []),
  store.statements.all('select * from shared_links order by one, other', []),
];

const enter = (store: Store, n: number, more: { name?: string; root?: string; root_commit?: string } = {}) =>
  store.write((tx) => register(tx, { project_id: id(n), name: more.name ?? `p${n}`, ...more }));

/** What devices say of their projects, at few moments, so that some say things at the same one. */
async function talk({ store, clock }: ReturnType<typeof device>, random: Random): Promise<void> {
  const start = clock.now;
  for (let n = 0; n < 12; n += 1) {
    clock.now = start + random.below(3);
    const [from, into] = [random.below(4), 4 + random.below(3)];
    const fields = { name: random.pick(['shop', 'cart']), root_commit: random.pick(['r1', 'r2']) };
    await store.write((tx) => {
      if (random.below(2) === 0) tx.append(projectPut, { ent: id(from) as Id, fields, ...said });
      else tellLink(tx, { from: id(from), into: id(into), user }, random.below(2) === 0);
    });
  }
}

/** Records in an order of their own. */
function shuffled<T>(all: readonly T[], random: Random): T[] {
  return all
    .map((each) => ({ each, at: random.below(1_000_000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}

test('SN30: in whatever order the words of devices come, all know the same projects and links, rebuilt or not', async () => {
  const random = seeded('SN30');
  for (let n = 0; n < 15; n += 1) {
    const [one, other] = [device(1), device(2)];
    await talk(one, random);
    await talk(other, random);
    const all = [...recordsOf(one.store), ...recordsOf(other.store)];
    const [third, fourth] = [device(3), device(4)];
    for (const row of shuffled(all, random)) await take(third.store, [row]);
    await take(fourth.store, shuffled(all, random));
    await take(one.store, recordsOf(other.store));
    const known = rowsOf(third.store);
    expect(known[0]).not.toEqual([]);
    expect([rowsOf(fourth.store), rowsOf(one.store)]).toEqual([known, known]);
    rebuild(third.store);
    expect(rowsOf(third.store)).toEqual(known);
  }
});

test('SN31: a project with a directory is told once, and again when more is known of it; others enter it', async () => {
  const [one, other] = [device(1), device(2)];
  await enter(one.store, 1, { name: 'shop', root: '/w/shop' });
  await enter(one.store, 2);
  const tell = () => one.store.write((tx) => tellProjects(tx, user));
  expect([await tell(), await tell()]).toEqual([1, 0]);
  await enter(one.store, 1, { name: 'shop', root: '/w/shop', root_commit: 'r1' });
  expect([await tell(), await tell()]).toEqual([1, 0]);
  await take(other.store, recordsOf(one.store));
  const hear = () => other.store.write(hearProjects);
  expect([await hear(), await hear()]).toEqual([1, 0]);
  expect(findProject(other.store.read, 'shop', '/home')).toMatchObject({ project_id: id(1), root_commit: 'r1' });
});

test('SN31: a project of the same history without a directory here is named with what to type, until somebody decides', async () => {
  const { store, clock } = device(1);
  const link = (linked: boolean) => {
    clock.now += 1_000;
    return store.write((tx) => tellLink(tx, { from: id(2), into: id(1), user }, linked));
  };
  await enter(store, 1, { name: 'shop', root: '/w/shop', root_commit: 'r1' });
  await enter(store, 3, { root: '/w/else', root_commit: 'r2' });
  expect(twinNotes(store.read)).toEqual([]);
  await enter(store, 2, { name: 'shop of the desk', root_commit: 'r1' });
  expect(twinNotes(store.read)).toEqual([expect.stringMatching(`^shop: .*shop of the desk.*project link ${id(2)}$`)]);
  await link(true);
  expect([twinNotes(store.read), aliasesOf(store.read, id(1))]).toEqual([[], [id(2)]]);
  await link(false);
  expect([twinNotes(store.read), aliasesOf(store.read, id(1))]).toEqual([[], []]);
});

test('SN31: links go on over other links, and parting one of them parts what hung on it', async () => {
  const { store, clock } = device(1);
  const say = (from: number, into: number, linked = true) => {
    clock.now += 1_000;
    return store.write((tx) => tellLink(tx, { from: id(from), into: id(into), user }, linked));
  };
  await say(1, 2);
  await say(3, 2);
  await say(3, 4);
  await say(5, 6);
  expect(aliasesOf(store.read, id(1))).toEqual([id(2), id(3), id(4)]);
  expect(aliasesOf(store.read, id(4))).toEqual([id(1), id(2), id(3)]);
  await say(2, 3, false); // said the other way round
  expect([aliasesOf(store.read, id(1)), aliasesOf(store.read, id(4))]).toEqual([[id(2)], [id(3)]]);
});
