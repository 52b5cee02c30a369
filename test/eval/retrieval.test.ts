// The parts of `npm run eval:retrieval` that need no daemon.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { grep, stockFts, wordsWithout } from '../../scripts/eval/retrieval/baselines.ts';
import { changesOf, subjectOf } from '../../scripts/eval/retrieval/changelog.ts';
import { commitsIn, filesSet, questionsFrom } from '../../scripts/eval/retrieval/files-set.ts';
import { below, floorsFor, storedFloors } from '../../scripts/eval/retrieval/floors.ts';
import { missesOf } from '../../scripts/eval/retrieval/misses.ts';
import { meanLead, type Outcome } from '../../scripts/eval/retrieval/run.ts';
import type { Scores } from '../../scripts/eval/retrieval/score.ts';
import {
  type Dialogue,
  mergedStore,
  questionsOf,
  readRaw,
  type Store,
  storesOf,
  timeOf,
} from '../../scripts/eval/retrieval/sets.ts';
import { loadTools, misspelt } from '../../scripts/eval/retrieval/tools.ts';
import { temporaryRepository } from '../platform/temporary-repository.ts';

const tools = await loadTools();

const conversation = {
  ...{ speaker_a: 'Ana Lee', speaker_b: 'Ben' },
  session_10: [{ speaker: 'Ben', dia_id: 'D10:1', text: 'Later' }],
  session_10_date_time: '12:05 am on 9 May, 2023',
  session_2: [
    { speaker: 'Ana Lee', dia_id: 'D2:1', text: 'Look', blip_caption: 'a lake' },
    { speaker: 'Ben', dia_id: 'D2:2', text: 'A sunrise?' },
  ],
  session_2_date_time: '1:56 pm on 8 May, 2023',
};
const qa = [
  { question: 'Where?', evidence: ['D2:1; D:10:01'] },
  { question: 'Nowhere', evidence: ['D9:9'] },
  { question: 'What did Ben say?', evidence: ['D2:2'] },
];
const raw: readonly Dialogue[] = [{ sample_id: 'c', conversation, qa }];

test('EV1 turns come in the order of sessions, with author, caption and time', () => {
  const [store] = storesOf(raw);
  expect(store?.items.map(({ id, session, author, text }) => [id, session, author, text])).toEqual([
    ['c/D2:1', 'c/S2', 'Ana Lee', 'Look a lake'],
    ['c/D2:2', 'c/S2', 'Ben', 'A sunrise?'],
    ['c/D10:1', 'c/S10', 'Ben', 'Later'],
  ]);
  expect(store?.items.map(({ at }) => new Date(at).toISOString().slice(0, 16))).toEqual([
    ...['2023-05-08T13:56', '2023-05-08T13:57', '2023-05-09T00:05'],
  ]);
  expect(timeOf('')).toBe(Date.UTC(2023, 0, 1));
});

test('EV1 what is taken in is known without a look at the questions', () => {
  const guarded = [
    {
      sample_id: 'c',
      conversation,
      get qa(): Dialogue['qa'] {
        throw new Error('read');
      },
    },
  ];
  expect(storesOf(guarded)[0]?.items.length).toBe(3);
});

test('EV2 questions keep the place they have in the set, and those that nothing answers are left out', () => {
  expect(questionsOf(raw).map(({ qid, gold }) => [qid, gold])).toEqual([
    ['c#0', ['c/D2:1', 'c/D10:1']],
    ['c#2', ['c/D2:2']],
  ]);
  const pairs = { docs: [{ id: 7, text: 'a', head: 'f' }], queries: [{ q: 'x', gold: [0] }] };
  expect(questionsOf(pairs)).toEqual([{ qid: '0', store: 'all', text: 'x', gold: ['7'] }]);
  expect(storesOf(pairs)[0]?.items[0]).toMatchObject({ id: '7', names: 'f', text: 'a' });
});

test('EV3 each store counts its own questions for its mistakes, a merged one all of them; names are spared', () => {
  const questions = ['a', 'b', 'a'].map((store, at) => ({ qid: String(at), store, text: store, gold: [] }));
  const stores: Store[] = ['a', 'b'].map((name) => ({ name, items: [], authors: [`${name} Lee`] }));
  const given = {
    stopWords: new Set(['the']),
    misspell: (_text: string, skip: ReadonlySet<string>, seed: number) => `${[...skip].join(' ')} ${seed}`,
  };
  expect(misspelt(questions, stores, given).map(({ text }) => text)).toEqual([
    ...['the a lee 0', 'the b lee 0', 'the a lee 1'],
  ]);
  const merged = misspelt(questions, [mergedStore(stores)], given).map(({ text }) => text);
  expect(merged).toEqual(['the a lee b 0', 'the a lee b 1', 'the a lee b 2']);
});

// the scorer and its sets lie outside the project: without them there is nothing to compare with
test.skipIf(!tools).each(['locomo-dev', 'cosqa-dev'])('EV4 %s reads as the scorer reads it', async (name) => {
  const data = tools?.data ?? '';
  const file = join(data, `${name}.json.gz`);
  const { loadSet } = await import(pathToFileURL(join(data, '../eval/retrieval/sets.mjs')).href);
  const theirs = loadSet(file).stores;
  const read = readRaw(file);
  expect(questionsOf(read).map(({ qid, text, gold }) => ({ qid, text, gold }))).toEqual(
    theirs.flatMap((store: { queries: { qid: string; text: string; gold: string[] }[] }) =>
      store.queries.map(({ qid, text, gold }) => ({ qid, text, gold })),
    ),
  );
  expect(storesOf(read).flatMap(({ items }) => items.map(({ id, session, author }) => [id, session, author]))).toEqual(
    theirs.flatMap((store: { docs: { id: string; session: string; author: string }[] }) =>
      store.docs.map(({ id, session, author }) => [id, session, author]),
    ),
  );
});

test('EV5 the subject of a small commit asks for the code it changed that is still there', () => {
  const commits = [
    { subject: 'Mend the parser', files: ['src/a.ts', 'gone.ts', 'README.md'] },
    { subject: 'Say more', files: ['README.md', 'docs/a.js'] },
    { subject: 'v1.2.3', files: ['src/a.ts'] },
    { subject: 'Format all', files: Array.from({ length: 16 }, () => 'src/a.ts') },
  ];
  expect(questionsFrom(commits, (path) => path !== 'gone.ts')).toEqual([{ q: 'Mend the parser', gold: ['src/a.ts'] }]);
  const released = Array.from({ length: 10 }, (_, at) => ({
    subject: `Change ${at}`,
    files: ['version.ts', `${at % 4}.ts`],
  }));
  expect(questionsFrom(released, () => true).map(({ gold }) => gold)).toEqual(released.map(({ files }) => [files[1]]));
  expect(commitsIn('\u0001One: two\0\na.ts\0b c.ts\0\0\u0001Empty\0')).toEqual([
    { subject: 'One: two', files: ['a.ts', 'b c.ts'] },
    { subject: 'Empty', files: [] },
  ]);
});

test('EV5 a set is made from the history of a repository, whatever lies in it', () => {
  const { top, write, commit } = temporaryRepository();
  write('parser.ts', 'let a = 1;\n\né');
  write('blank.ts', '\n');
  write('image.ts', Buffer.from([1, 0, 2]));
  write('a name.ts', 'second');
  commit('Parse what is said');
  write('a name.ts', 'second again');
  commit('Say it twice');
  const { docs, queries } = filesSet(top);
  expect(docs).toEqual([
    { id: 'a name.ts', path: 'a name.ts', text: 'second again' },
    { id: 'parser.ts', path: 'parser.ts', text: 'let a = 1;\n\né' },
  ]);
  expect(queries).toEqual([
    { q: 'Say it twice', gold: [0] },
    { q: 'Parse what is said', gold: expect.arrayContaining([0, 1]) },
  ]);
});

test('EV6 a floor that is missed, or of which nothing is known, is told; a set of another name has none', () => {
  const values: Record<string, number> = { r5: 69.5, mrr: 40 };
  expect(below({ r5: 69.5, mrr: 40.1, ev2k: 1 }, (name) => values[name])).toEqual([
    'mrr 40.0 < 40.1',
    'ev2k missing < 1',
  ]);
  const floors = storedFloors();
  expect(floorsFor(floors, 'locomo-dev', 'merged')['ev2k']).toBeGreaterThanOrEqual(84);
  expect(floorsFor(floors, 'cosqa-dev', 'separate')['mrr']).toBeGreaterThanOrEqual(36);
  expect(floorsFor(floors, 'files', 'lead')['mrr']).toBeGreaterThanOrEqual(5);
  expect(floorsFor(floors, 'sealed', 'separate')).toEqual({});
});

test('EV6 repositories are judged together, by the mean of their leads over FTS5, without those that ask too little', () => {
  const scores = (mrr: number): Scores => ({ slices: { ALL: { mrr } }, missing: 0, ms: { p50: 1, p95: 1, p99: 1 } });
  const outcome = (ours: number, more: Partial<Outcome> = {}): Outcome => ({
    ...{
      set: 's',
      way: 'separate',
      ofRepository: true,
      items: 1,
      questions: 20,
      taken_in_ms: 1,
      ...{ across_projects: false, embedder: null },
    },
    ...{ measured: { prsist: scores(ours), fts5: scores(50), grep: scores(1) }, floors: {}, below: [], misses: [] },
    ...more,
  });
  const all = [outcome(54), outcome(58), outcome(99, { questions: 19 }), outcome(99, { ofRepository: false })];
  expect(meanLead(all, 'mrr')).toBe(6);
  expect(meanLead(all.slice(2), 'mrr')).toBeUndefined();
});

test('EV7 the references rank by words: FTS5 by its own measure, grep by how many there are', () => {
  const item = (id: string, text: string) => ({ id, session: id, at: 0, author: '', text, names: '', path: '' });
  const items = [item('1', 'the lake'), item('2', 'painted lakes and the lake'), item('3', 'a road')];
  const store = { name: 's', items, authors: [] };
  const asked = [
    { qid: 'q', store: 's', text: 'who painted the lake?', gold: ['2'] },
    { qid: 'none', store: 's', text: '!?', gold: ['2'] },
  ];
  const words = wordsWithout(new Set(['the', 'who', 'a']));
  expect(words('Who is the')).toEqual(['is']);
  expect(words('who, the?')).toEqual(['who', 'the']);
  for (const rank of [stockFts, grep]) {
    expect(rank(store, asked, words).map(({ qid, ranked }) => [qid, ranked])).toEqual([
      ['q', ['2', '1']],
      ['none', []],
    ]);
  }
  const misses = missesOf(asked, grep(store, asked, words), [store], 5);
  expect(misses.map(({ qid, gold }) => [qid, gold[0]?.rank])).toEqual([['none', null]]);
});

test('EV8 a version is called what the change log of its package says of it', () => {
  const log = [
    '# pkg',
    '## 2.0.0',
    '- one\n- two\n- three\n- four',
    '## 1.1.1',
    '-   [`78f3fa555a9481247c6f463d77ed3e59766599e2`](https://x/c) [#4](https://x/4) Thanks [@k](https://x/k)! - Fix `super` reads. More of it.',
    '## [1.1.0](https://x/compare/1...2) (2023-04-26)',
    '### Bug Fixes',
    '* **throttle:** handle defaults ([#7](https://x/7)) ([ceb821c](https://x/c)), closes [A#6](https://x/6)',
    '- Updated dependencies',
  ].join('\n');
  expect(subjectOf(changesOf(log, '1.1.1'), '1.1.1')).toBe('Fix `super` reads');
  expect(subjectOf(changesOf(log, '1.1.0'), '1.1.0')).toBe('throttle: handle defaults');
  expect(subjectOf(changesOf(log, '2.0.0'), '2.0.0')).toBe('v2.0.0');
  expect(subjectOf(changesOf(log, '9.9.9'), '9.9.9')).toBe('v9.9.9');
});
