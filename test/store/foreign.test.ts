import { describe, expect, test } from 'vitest';
import { digest } from '../../src/store/digest.ts';
import type { ForeignRecord } from '../../src/store/foreign.ts';
import { rebuild } from '../../src/store/rebuild.ts';
import type { Store } from '../../src/store/store.ts';
import { verify } from '../../src/store/verify.ts';
import { dropNote, noteByEnt, noteId, withNotes, writeLine, writeNote } from './notes.ts';
import { temporaryStore } from './temporary-store.ts';

/** A store with a log of its own: its random bytes begin elsewhere. */
function other(from: number) {
  let drawn = from;
  const random = (bytes: number) => {
    drawn += 1;
    const out = Buffer.alloc(bytes);
    out.writeUIntBE(drawn, bytes - 6, 6);
    return out;
  };
  return temporaryStore({ ...withNotes, random });
}

const rowsOf = (store: Store): ForeignRecord[] =>
  store.statements.all(
    `select l.ws, l.dev, l.log, r.seq, r.v, r.body, r.salt, r.com, r.head
     from records r join logs l using (log_n) where l.own = 1 order by r.seq`,
    [],
  );
const blobsOf = (store: Store) => (hash: string) =>
  store.statements.one<{ hash: Buffer; codec: number; bytes: number; data: Buffer }>(
    'select hash, codec, bytes, data from blobs where hash = ?',
    [Buffer.from(hash, 'hex')],
  );
const textOf = (store: Store, key: string) => store.read.one(noteByEnt, { ent: noteId(key) })?.text;

async function two() {
  const [here, there] = [other(0), other(1_000_000)];
  await there.store.write((tx) => {
    writeNote(tx, 'a', 'theirs');
    writeNote(tx, 'b', 'long '.repeat(1_000));
    writeNote(tx, 'b', 'shorter');
    writeLine(tx, 'line');
    dropNote(tx, 'a');
  });
  const rows = rowsOf(there.store);
  const take = (chosen: readonly ForeignRecord[]) =>
    here.store.write(() => here.store.appendForeign(chosen, blobsOf(there.store)));
  return { here, there, rows, take };
}

describe('records of another log', () => {
  test('SN4: their events say that they are, those of own records do not', async () => {
    const { here, rows, take } = await two();
    await here.store.write((tx) => writeLine(tx, 'own'));
    await take(rows);
    const told = here.commits.flat().map(({ name, foreign }) => [name, foreign]);
    expect(told).toContainEqual(['line.add', undefined]);
    expect(told.filter(([, foreign]) => foreign).length).toBe(rows.length);
  });

  test('KE1: they keep their addresses, bring their texts and rows, and come once however often they are given', async () => {
    const { here, there, rows, take } = await two();
    expect(await take(rows.slice(0, 3))).toEqual({ appended: 3 });
    expect(await take(rows)).toEqual({ appended: 3 });
    expect(await take(rows)).toEqual({ appended: 0 });
    expect(digest(here.store)).toEqual(digest(there.store));
    expect(verify(here.store, 'deep').problems).toEqual([]);
    const heads = 'select h.ent, l.log, h.seq from heads h join logs l using (log_n) order by h.ent, l.log';
    expect(here.store.statements.all(heads, [])).toEqual(there.store.statements.all(heads, []));
    const state = here.store.statements.all('select own, state from logs order by own', []);
    expect(state).toEqual([
      { own: 0, state: 'closed' },
      { own: 1, state: 'open' },
    ]);
  });

  test('KE2: what never came is no damage, and fills later; what was taken away is', async () => {
    const { here, there, rows, take } = await two();
    const some = rows.filter(({ seq }) => [2, 4, 6].includes(seq));
    await take(some);
    expect(verify(here.store, 'deep').problems).toEqual([]);
    await take(rows);
    rebuild(here.store);
    expect(digest(here.store)).toEqual(digest(there.store));
    expect(verify(here.store, 'deep').problems).toEqual([]);
    here.store.db.exec('delete from records where seq = 3 and log_n = 2');
    expect(verify(here.store, 'chain').problems.join()).toContain('records 3 to 3 are missing');
  });

  test('KE3: a changed text, a broken chain, a second history and a copy of the own log are refused, and nothing is half in', async () => {
    const { here, there, rows, take } = await two();
    const [first, second, third] = rows as [ForeignRecord, ForeignRecord, ForeignRecord];
    const count = () => here.store.statements.one<{ c: number }>('select count(*) as c from records', [])?.c;
    const before = count();
    const bad = { ...second, body: second.body?.replace('theirs', 'forged') ?? null };
    await expect(take([first, bad])).rejects.toThrow('is not the text it was written with');
    await expect(take([first, { ...third, seq: 2 }])).rejects.toThrow('does not follow what is before it');
    expect(count()).toBe(before);
    await take([first, third]);
    await expect(take([{ ...second, head: third.head }])).rejects.toThrow('does not follow');
    await expect(take([{ ...third, com: second.com }])).rejects.toThrow('two different records 3');
    const own = rowsOf(here.store);
    await expect(here.store.write(() => here.store.appendForeign(own, blobsOf(there.store)))).rejects.toThrow(
      'is written here',
    );
  });

  test('KE4: what was changed later here wins once rows are computed again; what is written next comes after both', async () => {
    const { here, there, rows, take } = await two();
    here.clock.now += 60_000;
    await here.store.write((tx) => writeNote(tx, 'b', 'mine, later'));
    expect(await take(rows)).toEqual({ appended: rows.length });
    rebuild(here.store);
    expect(textOf(here.store, 'b')).toBe('mine, later');
    expect(verify(here.store, 'deep').problems).toEqual([]);
    there.clock.now += 3_600_000;
    await there.store.write((tx) => writeNote(tx, 'b', 'theirs, an hour later'));
    expect(await take(rowsOf(there.store))).toEqual({ appended: 1 });
    await here.store.write((tx) => writeNote(tx, 'b', 'mine again'));
    rebuild(here.store);
    expect(textOf(here.store, 'b')).toBe('mine again');
  });

  test('KE5: a fact that both have taken in counts once, also after a rebuild', async () => {
    const { here, there } = await two();
    const known = there.store.statements.one<{ id: string }>("select id from records where type = 'line'", []);
    await here.store.write((tx) => {
      const line = writeLine(tx, 'line');
      here.store.db.prepare('update records set id = ? where n = ?').run(known?.id, line.n);
    });
    await here.store.write(() => here.store.appendForeign(rowsOf(there.store), blobsOf(there.store)));
    const lines = () => here.store.statements.all('select text from lines', []);
    expect(lines()).toEqual([{ text: 'line' }]);
    rebuild(here.store);
    expect(lines()).toEqual([{ text: 'line' }]);
  });
});
