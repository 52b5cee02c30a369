import { expect, test } from 'vitest';
import { type BlobSource, blobSource, type ForeignRecord } from '../../src/store/foreign.ts';
import { rehome } from '../../src/store/rehome.ts';
import type { Store, StoreSettings } from '../../src/store/store.ts';
import { verify } from '../../src/store/verify.ts';
import { type Random, seeded } from '../harness/seed.ts';
import { dropNote, withNotes, writeLine, writeNote } from './notes.ts';
import { openStore, storeSetting, temporaryStore } from './temporary-store.ts';

const other = '019a3985-b900-7000-8000-0000000000c1';

/** What names a record, and what was said. */
const said = (store: Store) =>
  store.statements.all('select n, log_n, seq, id, ent, hlc, body, salt, com, state from records order by n', []);
const heads = (store: Store) => store.statements.all('select head from records order by n', []);
const shown = (store: Store) => store.statements.all('select ent, text, meta, changed, at from notes order by ent', []);
const workspaces = (store: Store) => store.statements.all('select ws, own from logs order by log_n', []);

/** The same database in the workspace that its device has joined. */
function joined(store: Store, settings: StoreSettings): Store {
  store.close();
  return openStore({ ...settings, identity: { ...settings.identity, ws: other }, moves: true });
}

const recordsOf = (store: Store): ForeignRecord[] =>
  store.statements.all(
    `select l.ws, l.dev, l.log, r.seq, r.v, r.body, r.salt, r.com, r.head
     from records r join logs l using (log_n) where l.own = 1 order by l.log_n, r.seq`,
    [],
  );

async function takeIn(store: Store, rows: readonly ForeignRecord[], blobs: BlobSource): Promise<void> {
  await store.write(() => store.appendForeign(rows, blobs));
}

/** The database of another device, which draws other ids. */
function peerOf({ identity }: StoreSettings): Store {
  let drawn = 1_000_000;
  const random = (bytes: number) => {
    drawn += 1;
    const out = Buffer.alloc(bytes);
    out.writeUIntBE(drawn, bytes - 6, 6);
    return out;
  };
  const dev = '019a3985-b900-7000-8000-0000000000d2';
  return temporaryStore({ ...withNotes, random, identity: { ...identity, dev } }).store;
}

/** Some work: notes that change, lines, large texts, a log that was closed for a new one. */
async function work(store: Store, random: Random, keys = ['a', 'b', 'c']): Promise<void> {
  for (let n = random.below(40); n >= 0; n -= 1) {
    const text = random.pick(keys);
    const write = random.pick([
      () => store.write((tx) => void writeNote(tx, text, `${text} ${n}`.repeat(random.pick([1, 1, 2_000])))),
      () => store.write((tx) => void writeLine(tx, `${n}`)),
      () => store.write((tx) => void dropNote(tx, text)),
      async () => void (random.below(8) === 0 && store.maintain(() => store.renewLog())),
    ]);
    await write();
  }
}

test('SN11: whatever was written, its logs verify in the workspace they move to, and nothing else of them changes', async () => {
  const random = seeded('SN11');
  for (let n = 0; n < 12; n += 1) {
    const { store, settings } = temporaryStore(withNotes);
    await work(store, random);
    const peer = peerOf(settings);
    await work(peer, random, ['x', 'y', 'z']);
    await takeIn(store, recordsOf(peer), blobSource(peer.statements));
    const before = [said(store), shown(store), store.log.log, store.log.seq];
    const heldBefore = heads(store);
    const moved = joined(store, settings);
    expect([said(moved), shown(moved), moved.log.log, moved.log.seq]).toEqual(before);
    expect(heads(moved)).not.toEqual(heldBefore);
    expect(new Set(workspaces(moved).map((each) => (each as { ws: string }).ws))).toEqual(new Set([other]));
    expect(verify(moved, 'deep').problems).toEqual([]);
    await work(moved, random);
    expect(verify(moved, 'deep').problems).toEqual([]);
  }
});

test('SN11: more records than one page, and none at all', async () => {
  const { store, settings } = temporaryStore(withNotes);
  await store.write((tx) => {
    for (let n = 0; n < 2_100; n += 1) writeLine(tx, `${n}`);
  });
  const moved = joined(store, settings);
  expect(verify(moved, 'chain')).toMatchObject({ records: 2_101, problems: [] });
  expect(rehome(moved.statements, { from: 'none is there', to: other })).toBe(0);
});

test('SN12: whoever follows the records begins anew, and opened once more nothing moves', async () => {
  const { store, settings } = temporaryStore(withNotes);
  await store.write((tx) => writeLine(tx, 'a'));
  const follow = "insert into cursors (consumer, n, updated_at) values ('sync', 2, 0), ('brief', 1, 0)";
  store.maintain(() => store.statements.run(follow, []));
  const cursors = (of: Store) => of.statements.all('select consumer, n from cursors order by consumer', []);
  const moved = joined(store, settings);
  const anew = [
    { consumer: 'brief', n: 0 },
    { consumer: 'sync', n: 0 },
  ];
  expect(cursors(moved)).toEqual(anew);
  moved.maintain(() => moved.statements.run("update cursors set n = 2 where consumer = 'sync'", []));
  const [after, first] = [cursors(moved), heads(moved)];
  const again = joined(moved, settings);
  expect([cursors(again), heads(again)]).toEqual([after, first]);
});

test('SN12: a database that does not know whose it is moves nothing', async () => {
  const { settings, file } = storeSetting(withNotes);
  const store = openStore(settings);
  await store.write((tx) => writeLine(tx, 'a'));
  const before = heads(store);
  store.close();
  const again = openStore({ ...settings, file, identity: { ...settings.identity, ws: other } });
  expect([heads(again), again.log.ws]).toEqual([before, settings.identity.ws]);
});

test('SN12: a log with holes stays where it is, and goes on being whole as far as it is here', async () => {
  const { store, settings } = temporaryStore(withNotes);
  const peer = peerOf(settings);
  for (const text of ['a', 'b', 'c', 'd']) await peer.write((tx) => writeLine(tx, text));
  const rows = recordsOf(peer);
  await takeIn(store, [...rows.slice(0, 2), ...rows.slice(3)], blobSource(peer.statements));
  await store.write((tx) => writeLine(tx, 'e'));
  const moved = joined(store, settings);
  expect(workspaces(moved)).toEqual([
    { ws: other, own: 1 },
    { ws: settings.identity.ws, own: 0 },
  ]);
  expect(verify(moved, 'deep').problems).toEqual([]);
  // what was missing fits in all the same
  await takeIn(moved, rows.slice(2, 3), blobSource(peer.statements));
  expect(verify(moved, 'deep').problems).toEqual([]);
});
