import { expect, test } from 'vitest';
import { reply, serve } from '../client/wire-server.ts';
import { now, prsist } from './world.ts';

const at = (minutesAgo: number) => new Date(now - minutesAgo * 60_000).toISOString();
const session = '3f2a91bc-0000-7000-8000-000000000001';
const nothing = {
  ...{ query: '', result_count: 0, took_ms: 1.5, did_you_mean: [], left_out: [], results: [], sessions: [] },
  ...{ next_cursor: null, meaning: { state: 'off', percent: 0 } },
};
const found = {
  ...{ kind: 'entry', id: 'x', key: 'decision.redis', title: null },
  ...{ snippet: 'we dropped \u001b[31mredis\nlast week', highlights: [[16, 21]], score: 1, at: at(180) },
  ...{ session_id: session, project_id: 'p', project: 'shop', author: null, agent: 'codex', path: null },
  ...{ trust: 1, quarantined: false, found_by: 'words', above: null },
};
const message = {
  ...found,
  kind: 'message',
  key: null,
  title: 'The cache',
  snippet: 'NATS, it is one binary',
  highlights: [],
};

const answering = (body: object) => serve((_, response) => reply(response, { ...nothing, ...body }));

test('FI50: search prints where, when and the words, with marks only on a terminal', async () => {
  await using server = await answering({ result_count: 1, results: [found] });
  const plain = await prsist(['search', 'why redis', '--kind', 'entry,commit', '--limit', '5'], { server });
  expect(plain.stdout).toBe('entry  decision.redis  3h ago, codex, session 3f2a91bc\n    we dropped redis last week\n');
  expect(server.asked[0]?.input).toEqual({ query: 'why redis', kinds: ['entry', 'commit'], limit: 5 });
  const terminal = await prsist(['search', 'redis'], { server, terminal: 'yes' });
  expect(terminal.stdout).toContain('we dropped \u001b[1mredis\u001b[22m last week');
  const dull = await prsist(['search', 'redis'], { server, terminal: 'yes', env: { NO_COLOR: '1' } });
  expect(dull.stdout).toBe(plain.stdout);
});

test('FI51: search takes words that begin with a dash, and still knows its options', async () => {
  await using server = await answering({});
  const lines = [
    ['exact phrase', '-without'],
    ['-without', 'exact', '--limit', '5', '-too'],
    ['--limit', '5', 'a', '--', '--force', '-x'],
  ];
  for (const words of lines) expect(await prsist(['search', ...words], { server })).toMatchObject({ exit: 0 });
  expect(server.asked.map(({ input }) => input)).toEqual([
    { query: 'exact phrase -without' },
    { query: '-without exact -too', limit: 5 },
    { query: 'a --force -x', limit: 5 },
  ]);
  expect(await prsist(['search', 'x', '-without', '--knd', 'entry'], { server })).toEqual({
    exit: 2,
    stdout: '',
    stderr: "error: unknown option '--knd'\ntry: prsist search --kind\n",
  });
  expect((await prsist(['search', 'x', '-h'], { server })).stdout).toMatch(/^Usage: prsist search/);
});

test('FI52: every filter of a search is an option, checked before anything is asked', async () => {
  await using server = await answering({});
  const narrow = ['--author', 'Ana', '--agent', 'codex', '--path', 'src', '--branch', 'b/c', '--session', session];
  const entries = ['--layer', 'long_term', '--scope', 'project', '--tag', 'a,b', '--tag', 'c'];
  const times = ['--since', '2026-01-02T00:00:00Z', '--until', '2026-02-02T00:00:00Z'];
  const more = [
    '--projects',
    'one,two',
    '--exact',
    '--explain',
    '--neighbours',
    '2',
    '--budget',
    '800',
    '--after',
    'c',
  ];
  await prsist(['search', 'x', ...narrow, ...entries, ...times, ...more], { server });
  expect(server.asked[0]?.input).toEqual({
    ...{ query: 'x', author: 'Ana', agent: 'codex', path: 'src', branch: 'b/c', session_id: session },
    ...{ layer: 'long_term', scope: 'project', tags: ['a', 'b', 'c'] },
    ...{ since: '2026-01-02T00:00:00.000Z', until: '2026-02-02T00:00:00.000Z', projects: ['one', 'two'] },
    ...{ exact: true, explain: true, neighbours: 2, budget_tokens: 800, cursor: 'c' },
  });
  const wrong = [
    ['--layer', 'deep'],
    ['--scope', 'x'],
    ['--kind', 'x'],
    ['--neighbours', '4'],
    ['--budget', '7'],
  ];
  for (const option of wrong) {
    const ran = await prsist(['search', 'x', ...option], { server });
    expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining(option[0] ?? '') });
  }
  expect(server.asked).toHaveLength(1);
});

test('FI53: what stands above, around and beside a result is shown as that, and what was meant is said', async () => {
  const around = [
    { id: 'a', author: 'ann', at: at(181), text: 'which broker?' },
    { id: 'b', author: 'ann', at: at(179), text: 'fine' },
  ];
  await using server = await answering({
    did_you_mean: [{ typed: 'brokr', meant: 'broker' }],
    left_out: ['attic'],
    results: [
      { ...message, above: 'which broker did we choose?', around },
      { ...message, id: 'y', found_by: 'around', snippet: 'and cheap', quarantined: true },
      { ...found, id: 'z', project_id: null, project: null, session_id: null },
    ],
    sessions: [{ session_id: session, project_id: 'p', score: 1 }],
    next_cursor: 'c.1',
  });
  const ran = await prsist(['search', 'brokr', '--projects', '*', '--sessions'], { server });
  expect(ran.stderr).toBe('did you mean: broker (for brokr)\nnot searched: attic\nthere are more: --after c.1\n');
  expect(ran.stdout.split('\n')).toEqual([
    'message  The cache  3h ago, shop, codex, session 3f2a91bc',
    '    > which broker did we choose?',
    '    | 3h ago ann: which broker?',
    '    NATS, it is one binary',
    '    | 2h ago ann: fine',
    'message  3h ago, shop, codex  [beside what was found]  [not trusted]',
    '    and cheap',
    'entry  decision.redis  3h ago, personal, codex',
    '    we dropped redis last week',
    'conversations that answer best as a whole',
    '  3f2a91bc  1.00  The cache',
    '',
  ]);
  const terminal = await prsist(['search', 'brokr'], { server, terminal: 'yes' });
  expect(terminal.stdout).toContain('\u001b[2m    > which broker did we choose?\u001b[22m');
  expect(terminal.stdout).toContain('\u001b[2mand cheap\u001b[22m');
});

test('FI54: with a budget whole texts are printed, with --explain how the query was read and each score adds up', async () => {
  const explain = {
    parts: { words: 0.71, question: 0.18 },
    words: { daemon: 0.44, restart: 0.27 },
    factors: { author: 1.4, kind: 0.6 },
    ...{ total: 0.7476, of: 0.7476, pass: 'careful' },
  };
  await using server = await answering({
    did_you_mean: [{ typed: 'deamon', meant: 'daemon' }],
    results: [{ ...message, text: 'one\u001b[2J\n  two', explain }],
    question: {
      ...{ words: ['restart', 'daemon'], dropped: ['the', 'did'], completed: [], unknown: ['zebra'] },
      ...{ named: ['maria'], times: ['last week'], candidates: 214 },
    },
  });
  const ran = await prsist(['search', 'x', '--explain', '--budget', '500'], { server });
  expect(ran.stdout.split('\n')).toEqual([
    'words: restart, daemon · repaired: deamon → daemon · dropped: the, did · in no text: zebra · named: maria · times: last week · 214 texts compared · 1.5 ms',
    'message  The cache  3h ago, codex, session 3f2a91bc',
    '    one',
    '      two',
    '    = words 0.71 (daemon 0.44, restart 0.27) + question 0.18 = 0.89, 0.89 × author 1.4 × kind 0.6 = 0.748, of 0.748: 1.000 (careful)',
    '',
  ]);
});
