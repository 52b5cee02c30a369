import { expect, test } from 'vitest';
import type { Captured } from '../../../src/core/captured.ts';
import { takeInCommits } from '../../../src/features/sessions/commits.ts';
import { noSurroundings, sessionFacts } from '../../../src/features/sessions/facts.ts';
import { noteResumed } from '../../../src/features/sessions/lifecycle.ts';
import { digest } from '../../../src/store/digest.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { begun, commitOf, conversationOf } from './conversation.ts';
import { hour, minute, sessionsWorld } from './world.ts';

function gitCommit(session: string, at: number): Captured[] {
  const callId = `commit-${at}`;
  return [
    { kind: 'tool-call', session, at, callId, tool: 'Bash', command: 'git add -A && git commit -m done' },
    { kind: 'tool-result', session, at: at + 1000, callId, output: '[main abc1234] done', isError: false, exitCode: 0 },
  ];
}

test('SE57 what was edited before a commit into a history we do not hold counts as committed', async () => {
  const world = sessionsWorld();
  const edits = conversationOf('s', [
    { what: 'prompt', n: 1 },
    { what: 'edit', n: 1 },
  ]);
  await world.take(edits);
  const committed = () => sessionFacts(world.store.read, 's', noSurroundings).edits.map((edit) => edit.committed);
  expect(committed()).toEqual([false]);
  await world.take(gitCommit('s', begun + hour));
  expect(committed()).toEqual([true]);
});

test('SE57 where the commit is known, its list of files decides', async () => {
  const world = sessionsWorld();
  await world.take(
    conversationOf('s', [
      { what: 'prompt', n: 1 },
      { what: 'edit', n: 1 },
    ]),
  );
  await world.take(gitCommit('s', begun + hour));
  const commit = {
    ...commitOf(9, begun),
    committedAt: begun + hour,
    files: [['elsewhere.ts', 1, 0, 'modify'] as const],
  };
  await world.store.write((tx) => takeInCommits(tx, 'u', [commit]));
  expect(sessionFacts(world.store.read, 's', noSurroundings).edits.map((edit) => edit.committed)).toEqual([false]);
});

test('SE39 a conversation that starts again after its end goes on', async () => {
  const world = sessionsWorld();
  await world.take(conversationOf('s', [{ what: 'prompt', n: 1 }]));
  await world.call('session.end', { session_id: 's' });
  const status = async () => (await world.call('session.show', { session_id: 's' })).session.status;
  expect(await status()).toBe('ended');
  const start = { agent: 'claude-code', native: 's', at: world.clock.now + minute };
  await world.store.write((tx) => noteResumed(tx, start, { user: 'u' }));
  world.clock.now += 2 * minute;
  expect(await status()).toBe('active');
});

test('SE58 sessions of sub-agents are listed only when asked for', async () => {
  const world = sessionsWorld();
  await world.take(conversationOf('one', [{ what: 'prompt', n: 1 }]));
  const [start, ...rest] = conversationOf('child', [{ what: 'prompt', n: 1 }], begun + minute);
  await world.take([{ ...start, parent: 'one' } as Captured, ...rest]); // an announcement with a parent
  const ids = async (input: object) => (await world.call('session.list', input)).items.map((item) => item.session_id);
  expect(await ids({})).toEqual(['one']);
  expect(await ids({ children: true })).toEqual(['child', 'one']);
});

test('SE2 rebuilding one table computes anew what it is counted in', async () => {
  const world = sessionsWorld();
  await world.take(
    conversationOf('s', [
      { what: 'prompt', n: 1 },
      { what: 'usage', n: 2 },
      { what: 'call', n: 1 },
      { what: 'edit', n: 1 },
    ]),
  );
  const before = digest(world.store);
  for (const table of ['messages', 'edits', 'sessions', 'tasks']) {
    rebuild(world.store, new Set([table]));
    expect(digest(world.store)).toEqual(before);
  }
});
