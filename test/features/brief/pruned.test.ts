import { expect, test } from 'vitest';
import { renderBrief } from '../../../src/features/brief/render.ts';
import { at, entry, input } from './brief-given.ts';

const port = 'the staging database listens on port 5432 behind the proxy of the office';
const given = input({
  entries: [
    entry('db', { value: port, at: at(1) }),
    entry('db', {
      ent: 'ent-again',
      value: `The staging database listens on port 5432!`,
      at: at(2),
      priority: 'medium',
    }),
    entry('prod', { value: port, at: at(3) }),
    entry('db', { ent: 'ent-other', value: port.replace('5432', '5433'), at: at(4) }),
  ],
});
const entsOf = (prunes: boolean, entries = given.entries) =>
  renderBrief({ ...given, entries, prunes }).items.map(({ ent }) => ent);

test('BR65 an entry that says only what a better one says is not told, and the heading counts it', () => {
  expect(entsOf(false)).toHaveLength(4);
  // the key is part of what is said: the same port of another database is another fact
  expect(entsOf(true)).toEqual(['ent-db', 'ent-prod', 'ent-other']);
  expect(renderBrief({ ...given, prunes: true }).text).toContain('## Remembered (3 of 4; the rest: prsist search)');
  expect(entsOf(true, given.entries.toReversed())).toEqual(entsOf(true));
});

test('BR65 of equal priority the fuller entry is told, though it is older; of lower priority both are', () => {
  const brief = (priority: string) =>
    entsOf(true, [
      entry('db', { value: port, at: at(1), priority }),
      entry('db', { ent: 'short', value: 'the staging database listens on port 5432', at: at(5) }),
    ]);
  expect(brief('high')).toEqual(['ent-db']);
  expect(brief('medium')).toEqual(['short', 'ent-db']);
});

test('BR65 what the line of the better one cuts off is not counted as told', () => {
  const long = `${'word after word '.repeat(40)} the key is under the mat`;
  const entries = [
    entry('k', { value: long, priority: 'critical' }),
    entry('k', { ent: 'short', value: 'the key is under the mat' }),
  ];
  expect(entsOf(true, entries)).toEqual(['ent-k', 'short']);
});
