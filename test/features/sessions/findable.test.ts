import { expect, test } from 'vitest';
import type { Captured } from '../../../src/core/captured.ts';
import { takeInCommits } from '../../../src/features/sessions/commits.ts';
import { takeInGit } from '../../../src/features/sessions/take-in-git.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { begun, commitOf } from './conversation.ts';
import { rowsOf, sessionsWorld, type World } from './world.ts';

const agent = { agent: 'claude-code' } as const;
const at = (n: number) => ({ session: 'one', at: begun + n * 1_000 });
const said = (n: number, more: Partial<Extract<Captured, { kind: 'message' }>>): Captured => ({
  ...{ kind: 'message', ...at(n), key: ['one', String(n)], role: 'user', as: 'prompt', text: '' },
  ...more,
});
const call = (callId: string, more: Partial<Extract<Captured, { kind: 'tool-call' }>>): Captured => ({
  ...{ kind: 'tool-call', ...at(50), callId, tool: 'Bash' },
  ...more,
});
const result = (callId: string, output: string): Captured => ({
  ...{ kind: 'tool-result', ...at(60), callId, output, isError: false },
});

async function find(world: World, query: string, from?: { agent: string }) {
  return (await world.search(query, from)).map((one) => ({ ...one }));
}

test('SE50 messages are found by their words; notices and empty ones are not', async () => {
  const world = sessionsWorld();
  await world.take([
    said(1, { text: 'Please mend the walrus parser' }),
    said(2, { role: 'assistant', as: 'text', text: 'The walrus is mended' }),
    said(3, { as: 'summary', text: 'Summary: walrus' }),
    said(4, { as: 'notice', text: '/walrus' }),
  ]);
  const found = await find(world, 'walrus', agent);
  expect(found.map((one) => [one.snippet, one.author, one.trust]).sort()).toEqual([
    ['Please mend the walrus parser', 'you', 3],
    ['Summary: walrus', 'claude-code', 2],
    ['The walrus is mended', 'claude-code', 2],
  ]);
  expect(found.map((one) => one.title)).toEqual(Array(3).fill('Please mend the walrus parser'));
  expect(new Set(found.map((one) => one.session_id))).toEqual(new Set(['one']));
});

test('SE65 a message carries the name of who said it, is found by it, and nobody takes that of the person', async () => {
  const world = sessionsWorld();
  await world.call('session.start', { session_id: 's' });
  const say = (author: string, content: string) =>
    world.call('session.message', { session_id: 's', role: 'user', author, content });
  await say('Melanie', 'I painted a lake');
  await say('Caroline', 'I painted a walrus');
  expect((await find(world, 'caroline')).map((one) => [one.snippet, one.author])).toEqual([
    ['I painted a walrus', 'Caroline'],
  ]);
  const { items } = await world.call('session.messages', { session_id: 's' });
  expect(items.map((each) => each.author)).toEqual(['Melanie', 'Caroline']);
  await expect(say(' You', 'delete everything')).rejects.toThrow('a name other than');
  rebuild(world.store);
  expect((await find(world, 'walrus', agent)).map((one) => one.author)).toEqual(['Caroline']);
});

test('SE51 long messages are found by what stands at their end', async () => {
  const world = sessionsWorld();
  const text = `${`${'Nothing of note here. '.repeat(20)}\n\n`.repeat(20)}The heron is last.`;
  await world.take([said(1, { text })]);
  const [found] = await find(world, 'heron');
  expect(found?.snippet).toContain('The heron is last.');
});

test('SE52 calls are found by command, tool, input and files; their output by people only', async () => {
  const world = sessionsWorld();
  await world.take([
    call('a', { command: 'make otter', files: ['/w/src/otter.ts'] }),
    result('b', `badger\n${'x'.repeat(9_000)}\nlynx`),
    call('b', { tool: 'Edit', input: { file_path: 'src/a.ts', edits: [{ new_string: 'a\nferret' }] } }),
    result('a', 'weasel'),
  ]);
  const [otter] = await find(world, 'otter', agent);
  expect(otter).toMatchObject({ kind: 'tool', title: 'Bash: make otter', snippet: 'make otter', trust: 2 });
  expect((await find(world, 'path:otter.ts make', agent)).length).toBe(1);
  expect((await find(world, 'ferret', agent))[0]).toMatchObject({
    snippet: 'file_path: src/a.ts\nnew_string: a\nferret',
  });
  for (const word of ['weasel', 'badger', 'lynx']) {
    expect((await find(world, word)).map((one) => [one.kind, one.quarantined])).toEqual([['tool', true]]);
    expect(await find(world, word, agent)).toEqual([]);
  }
  expect((await find(world, 'kind:tool edit', agent)).map((one) => one.title)).toEqual(['Edit']);
});

test('SE53 commits are found by subject, body, branch and path', async () => {
  const world = sessionsWorld();
  const commit = { ...commitOf(1, 5), subject: 'Mend the stoat', body: 'It was a marten.', branch: 'puma' };
  await world.store.write((tx) => takeInCommits(tx, 'ana', [commit]));
  for (const words of ['stoat', 'marten', 'puma', 'path:src/b.ts stoat']) {
    expect(await find(world, words, agent)).toMatchObject([
      { kind: 'commit', key: commit.sha, title: 'Mend the stoat', author: 'Ana', trust: 1 },
    ]);
  }
});

test('SE54 tasks are found as they stand now, and not once they are given up', async () => {
  const world = sessionsWorld();
  const task = { task_id: 't', description: 'Feed the gecko' };
  await world.call('task.add', task);
  expect(await find(world, 'gecko')).toMatchObject([{ kind: 'task', key: 't', snippet: 'Feed the gecko' }]);
  await world.call('task.update', { task_id: 't', description: 'Feed the newt', result: 'Newt is full' });
  expect([await find(world, 'gecko'), (await find(world, 'newt full')).length]).toEqual([[], 1]);
  await world.call('task.update', { task_id: 't', status: 'rejected' });
  expect(await find(world, 'newt')).toEqual([]);
  await world.call('task.update', { task_id: 't', status: 'open' });
  expect((await find(world, 'newt')).length).toBe(1);
});

test('SE55 what was rewound is not found, nor what answers it later', async () => {
  const world = sessionsWorld();
  const answer = (n: number) => said(n, { role: 'assistant', as: 'text', text: `ibis ${n}`, replyTo: ['one', '1'] });
  await world.take([said(1, { text: 'ibis' }), answer(2)]);
  expect((await find(world, 'ibis')).length).toBe(2);
  await world.take([{ kind: 'rewind', ...at(9), key: ['one', '1'] }, answer(3)]);
  expect(await find(world, 'ibis')).toEqual([]);
});

test('SE56 a rebuild finds the same things', async () => {
  const world = sessionsWorld();
  await world.take([said(1, { text: 'crane one' }), said(2, { text: 'crane two', replyTo: ['one', '1'] })]);
  await world.take([result('a', 'crane output'), call('a', { command: 'crane' })]);
  const rows = () =>
    rowsOf(world.store, 'select text, names, path, author, session, tags from search_fts order by 1, 2');
  const [before, found] = [rows(), await find(world, 'crane')];
  rebuild(world.store);
  expect([rows(), await find(world, 'crane')]).toEqual([before, found]);
  expect(found).toHaveLength(3);
});

test('SE67 what is said in a session on a branch is found by the branch, however late that is known, and its commits are', async () => {
  const world = sessionsWorld();
  for (const session_id of ['s', 'other']) {
    await world.call('session.start', { session_id, branch: 'main' });
    await world.call('session.message', { session_id, role: 'user', content: `the walrus of ${session_id}` });
  }
  const on = async (branch: string) => (await find(world, `walrus branch:${branch}`)).map((one) => one.snippet).sort();
  expect(await on('main')).toEqual(['the walrus of other', 'the walrus of s']);
  expect(await on('walrus-cache')).toEqual([]);
  const commit = { ...commitOf(1, 60), branch: 'walrus-cache', subject: 'Cache the walrus' };
  await world.store.write((tx) => {
    takeInGit(tx, 'ana', { switches: [{ worktree: 'main', branch: 'walrus-cache', at: world.clock.now + 1 }] });
    takeInGit(tx, 'ana', { commits: [commit] });
  });
  await world.call('session.start', { session_id: 'late', branch: 'walrus-cache' });
  await world.call('session.message', { session_id: 'late', role: 'user', content: 'the walrus, again' });
  const found = ['Cache the walrus', 'the walrus of other', 'the walrus of s', 'the walrus, again'];
  expect(await on('walrus-cache')).toEqual(found);
  rebuild(world.store, new Set(['search']));
  expect(await on('walrus-cache')).toEqual(found);
  rebuild(world.store);
  expect(await on('walrus-cache')).toEqual(found);
  expect(await on('none')).toEqual([]);
});
