import { expect, test } from 'vitest';
import { type Lookup, namesIn } from '../../src/store/named.ts';
import { withNotes } from './notes.ts';
import { temporaryStore } from './temporary-store.ts';

/** Log l went on in three ways: from 5 on also as m, from 7 on m also as n. */
function forked() {
  const { store } = temporaryStore(withNotes);
  const branch = (log: string, parent: string, from: number) =>
    store.statements.run('insert into meta (key, value) values (?, ?)', [
      `branch:${log}`,
      JSON.stringify({ root: 'l', parent, from }),
    ]);
  branch('m', 'l', 5);
  branch('n', 'm', 7);
  return namesIn(store.statements);
}

/** Records by address, with the mark of each; those of another entity end in !. */
function lying(records: Readonly<Record<string, string>>): Lookup {
  return {
    at(log, seq) {
      const said = records[`${log}:${seq}`];
      return said === undefined ? undefined : { mark: said.replace('!', ''), isOfEntity: !said.endsWith('!') };
    },
    find(seq, mark) {
      const [found] = Object.entries(records).filter(([at, said]) => at.endsWith(`:${seq}`) && said === mark);
      return found?.[0].split(':')[0];
    },
  };
}

test('SI10: a name with a mark means the record of that mark on whichever way it lies, and nothing that lies there instead', () => {
  const names = forked();
  const at = lying({ 'l:4': 'aa', 'l:6': 'bb', 'm:6': 'cc', 'x:1': 'dd' });
  const meant = (log: string, seq: number, mark: string) => names('x', [[log, seq, mark]], at);
  expect(meant('l', 6, 'bb')).toEqual([['l', 6]]);
  expect(meant('l', 6, 'cc')).toEqual([['m', 6]]);
  expect(meant('m', 6, 'bb')).toEqual([['l', 6]]);
  expect(meant('l', 4, 'aa')).toEqual([['l', 4]]);
  expect(meant('x', 1, 'dd')).toEqual([['x', 1]]);
  // its author knew of a way that is not known here yet
  expect(meant('y', 1, 'dd')).toEqual([['x', 1]]);
  for (const [log, seq] of [
    ['l', 6],
    ['l', 4],
    ['x', 1],
    ['x', 2],
  ] as const) {
    expect(meant(log, seq, 'ee')).toEqual([[log, seq, 'ee']]);
  }
});

test('SI10: a name without one means its own way’s record, of other logs the only one of the entity there, else nothing', () => {
  const names = forked();
  const at = lying({ 'l:4': 'aa', 'l:6': 'bb', 'm:6': 'cc', 'm:5': 'dd!', 'l:5': 'ee', 'n:8': 'ff' });
  const meant = (own: string, log: string, seq: number) => names(own, [[log, seq]], at);
  expect(meant('l', 'l', 6)).toEqual([['l', 6]]);
  expect(meant('m', 'l', 6)).toEqual([['m', 6]]);
  expect(meant('n', 'l', 6)).toEqual([['m', 6]]);
  expect(meant('n', 'l', 8)).toEqual([['n', 8]]);
  expect(meant('n', 'l', 4)).toEqual([['l', 4]]);
  expect(meant('x', 'l', 5)).toEqual([['l', 5]]);
  expect(meant('x', 'l', 6)).toEqual([]);
  expect(meant('x', 'm', 6)).toEqual([['m', 6]]);
  expect(meant('x', 'y', 6)).toEqual([['y', 6]]);
});
