import { expect, test } from 'vitest';
import type { Captured } from '../../../src/core/captured.ts';
import { noSurroundings } from '../../../src/features/sessions/facts.ts';
import { anchorForBrief, handoffForBrief, sessionsForBrief } from '../../../src/features/sessions/for-brief.ts';
import { noteShown } from '../../../src/features/sessions/lifecycle.ts';
import { begun, conversationOf } from './conversation.ts';
import { day, minute, sessionsWorld } from './world.ts';

const asked = { what: 'prompt', n: 1 } as const;

test('SE28 a brief is told of the latest sessions here in which something was said, not of sub-agents', async () => {
  const world = sessionsWorld();
  await world.take(conversationOf('one', [asked, { what: 'edit', n: 1 }, { what: 'edit', n: 1 }]));
  await world.take(conversationOf('two', [asked], begun + minute));
  const [start, ...rest] = conversationOf('child', [asked], begun + 2 * minute);
  await world.take([{ ...start, parent: 'one' } as Captured, ...rest]); // an announcement with a parent
  const elsewhere = conversationOf('elsewhere', [asked], begun + 3 * minute);
  await world.take(elsewhere, { source: { worktreeOf: () => 'other' } });
  for (const session_id of ['silent', 'silent too']) await world.call('session.start', { session_id });
  const told = sessionsForBrief(world.store.read, 'main', 2);
  expect(told).toMatchObject([
    { session_id: 'two', title: 'about two', files_changed: 0, unfinished: false, branch: 'main' },
    { session_id: 'one', agent: 'claude-code', files_changed: 1, unfinished: true },
  ]);
  expect(told[1]?.runs).toEqual([{ agent: 'claude-code', native_id: 'one' }]);
  expect(anchorForBrief(world.store.read, 'one', noSurroundings)).toMatchObject({ session_id: 'one', branch: 'main' });
  expect(anchorForBrief(world.store.read, 'nothing', noSurroundings)).toBeUndefined();
});

test('SE28 a brief is told of a waiting handoff, not of one that was printed a moment ago', async () => {
  const world = sessionsWorld();
  await world.call('session.start', { session_id: 's', agent: 'codex' });
  await world.call(
    'session.handoff',
    { session_id: 's', to_agent: 'any', handoff_reason: 'Lunch' },
    { agent: 'codex' },
  );
  const { now } = world.clock;
  const told = (at: number, branch = 'main') =>
    handoffForBrief(world.store.read, 'gemini', { place: { worktree: 'main', branch }, now: at });
  expect(told(now)).toMatchObject({
    handoff: { session_id: 's', from_agent: 'codex', reason: 'Lunch' },
    until: now + 7 * day,
  });
  const nothing = { handoff: undefined, until: undefined };
  expect([told(now, 'dev'), told(now + 7 * day)]).toEqual([nothing, nothing]);
  const handoff_id = told(now).handoff?.handoff_id ?? '';
  await world.store.write((tx) => noteShown(tx, { native: 'g-1', at: now, handoff_id }));
  expect(told(now + minute)).toEqual({ handoff: undefined, until: now + day });
  expect(told(now + day).handoff?.handoff_id).toBe(handoff_id);
  expect((await world.call('session.show', { session_id: 's' })).session.agent).toBe('codex');
});

test('SE28 a printed handoff does not hide an older one that nobody was shown', async () => {
  const world = sessionsWorld();
  const ids: string[] = [];
  for (const session_id of ['old', 'new']) {
    world.clock.now += minute;
    await world.call('session.start', { session_id, agent: 'codex' });
    const sent = { session_id, to_agent: 'gemini', handoff_reason: 'Lunch' };
    ids.push((await world.call('session.handoff', sent, { agent: 'codex' })).handoff_id);
  }
  const { now } = world.clock;
  const [old = '', newest = ''] = ids;
  const place = { worktree: 'main', branch: 'main' };
  const told = () => handoffForBrief(world.store.read, 'gemini', { place, now });
  expect(told().handoff?.handoff_id).toBe(newest);
  await world.store.write((tx) => noteShown(tx, { native: 'g-1', at: now, handoff_id: newest }));
  expect(told()).toMatchObject({ handoff: { handoff_id: old }, until: now + day });
});
