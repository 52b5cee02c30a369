import { afterEach, beforeEach, expect, test } from 'vitest';
import { hasLate, makeTerms } from '../../../src/features/search/late-terms.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { query } from '../../../src/store/record-type.ts';
import { Library, type Said, showings, textSay } from './library.ts';

const texts: readonly Said[] = [
  { text: 'We dropped Redis because the cache was never warm yesterday.' },
  { text: 'Redis is a cache?' },
  { text: 'parseHTTPHeader reads a cache header of redis' },
  { text: 'The deploy script needs a flag.' },
  { text: 'warm cache of redis', names: 'redis-cache' },
  { text: 'cache keys', path: 'src/redis/cache.ts' },
  { text: 'a tagged cache of redis', kind: 'entry', tags: ['redis'] },
  { text: '# Redis\n\nwarm cache', kind: 'document', path: 'docs/redis.md' },
];
const allTerms = query<Record<string, never>, { ent: string; part: number; terms: Uint8Array | null }>(
  'select ent, part, terms from search_item order by item_id',
);

let library: Library;
beforeEach(() => {
  library = new Library();
});
afterEach(() => library.close());

const rows = () => library.project.read.all(allTerms, {});
const asked = ['redis cache', 'why was the cache never warm', 'parse http header', 'deploy flag', '"warm cache"'];
const answers = () => asked.map((each) => library.query(each).results);

async function sayInBulk(): Promise<void> {
  await library.project.write((tx) =>
    tx.bulk(() => {
      for (const said of texts) tx.append(textSay, { fields: { said: [said] }, actor: { user: 'u' }, origin: 'human' });
    }),
  );
}

const makeSome = (limit: number) =>
  library.project.write((tx) => makeTerms(tx, { showings, context: library.context() }, limit));

test('FI68: what comes in bulk gets its terms afterwards, the same as at once; all is found as well before', async () => {
  await sayInBulk();
  const late = rows().filter(({ terms }) => terms === null);
  // those whose names, tags, paths or declarations count are made at once
  expect(late).toHaveLength(4);
  expect(hasLate(library.project.read)).toBe(true);
  const before = answers();
  expect(before.map((found) => found.length)).toEqual([7, 7, 1, 1, 2]);
  expect(await makeSome(3)).toBe(3);
  expect(await makeSome(3)).toBe(1);
  expect(await makeSome(3)).toBe(0);
  expect(hasLate(library.project.read)).toBe(false);
  expect(answers()).toEqual(before);
  const made = rows();
  // a rebuild makes them all at once
  rebuild(library.project);
  expect(rows()).toEqual(made);
});

test('FI68: a text that came in bulk and is not told any more has none, and is not asked for again', async () => {
  await sayInBulk();
  const silent = showings.map((each) => ({ ...each, text: () => undefined }));
  await library.project.write((tx) => makeTerms(tx, { showings: silent, context: library.context() }, 10));
  expect(hasLate(library.project.read)).toBe(false);
  expect(rows().filter(({ terms }) => terms?.length === 0)).toHaveLength(4);
});

test('FI68: a part that says it is hidden is not found; said again without that it stays so', async () => {
  const ent = await library.say([{ text: 'a rewound thought', isHidden: true }]);
  expect(library.found('rewound thought')).toEqual([]);
  await library.say({ text: 'a rewound thought again' }, { ent });
  expect(library.found('rewound thought')).toEqual([]);
  const other = await library.say({ text: 'a second thought' });
  expect(library.found('second thought')).toEqual(['a second thought']);
  await library.say({ text: 'a second thought', isHidden: true }, { ent: other });
  expect(library.found('second thought')).toEqual([]);
});
