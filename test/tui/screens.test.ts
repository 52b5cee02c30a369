import { expect, test } from 'vitest';
import { ActivityScreen } from '../../src/tui/screens/activity.ts';
import { CacheScreen } from '../../src/tui/screens/cache.ts';
import { OverviewScreen } from '../../src/tui/screens/overview.ts';
import { SearchScreen } from '../../src/tui/screens/search.ts';
import { SessionsScreen } from '../../src/tui/screens/sessions.ts';
import { SyncScreen } from '../../src/tui/screens/sync.ts';
import type { Screen } from '../../src/tui/shell.ts';
import { hostile, now, play, session } from './answers.ts';
import { frame, press, settled, shown, textOf } from './screen-text.ts';

/** Everything but Health, which looks at files; what is done later is done when the test says so. */
function playAll(more: Parameters<typeof play>[0] = {}) {
  const played = play(more);
  const waiting: (() => void)[] = [];
  const { parts, shell } = played;
  const sessions = new SessionsScreen(parts);
  const later = (_: number, work: () => void) => {
    waiting.push(work);
    return () => void waiting.splice(waiting.indexOf(work), 1);
  };
  const search = new SearchScreen({ ...parts, later, openSession: (id) => sessions.openById(id) });
  const screens: Screen[] = [
    new OverviewScreen(parts),
    sessions,
    search,
    new CacheScreen(parts),
    new SyncScreen(parts),
    new ActivityScreen(parts),
  ];
  shell.fill(screens);
  shell.look();
  const names = () => played.asked.map(({ name }) => name);
  const lastOf = (name: string) => played.asked.findLast((each) => each.name === name)?.input;
  const go = async (...keys: string[]) => {
    for (const key of keys) {
      press(shell, key);
      await settled();
    }
  };
  return { ...played, waiting, names, lastOf, go };
}

const sizes = [
  [40, 10],
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

test.each(sizes)('DB4: every screen fills %i×%i, and says what matters', async (columns, rows) => {
  const { shell, go } = playAll();
  await settled();
  const told = { '1': /Active sessions/, '2': /work 1/, '4': /\d+ %/, '5': /stopped/, '6': /sessions/ };
  for (const [key, what] of Object.entries(told)) {
    await go(key);
    const lines = shell.view(frame(columns, rows));
    expect(lines).toHaveLength(rows);
    expect(textOf(lines)).toMatch(what);
  }
});

test('DB4: the overview tells alerts, sessions, links, today, the cache, sync and disk', async () => {
  const { shell } = playAll();
  await settled();
  const text = shown(shell);
  for (const what of [
    'ALERT  disk-low  the disk is nearly full  since 5m ago',
    'codex 1',
    'claude-code',
    'broken',
    '2 waiting',
    'mend the parser',
    'npm test: red',
    '90 %',
    '1 stopped',
    '1 conflict',
    '1.0 MB here',
    '5.0 GB free',
  ]) {
    expect(text).toContain(what);
  }
});

test('DB4: the cache screen tells the last breaks with their cause, and a session request by request', async () => {
  const { shell, go } = playAll();
  await go('4');
  expect(shown(shell)).toMatch(/tools\s+9\.0k lost\s+\$0\.25\s+work 1/);
  await go('enter');
  expect(shown(shell)).toMatch(/1\s+9\.1k ▒+░\n.*2\s+9\.2k █*▒+░*\s+× tools, 9\.0k lost/);
  await go('escape');
  expect(shown(shell)).toContain('Last breaks');
});

test('DB2: what others wrote moves no cursor, rings no bell, turns no letters', async () => {
  const { shell, go } = playAll();
  await go('2');
  const text = shown(shell);
  expect(text).toMatch(/buy evil .*漢字/);
  // but for what a terminal writes itself
  expect(text.replace(/[\n ]/g, '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b\u202a-\u202e]/);
  expect(hostile).toMatch(/\u0007/);
});

test('DB5: a terminal that is too small says so, and can be left', async () => {
  const { shell, go, quits } = playAll();
  await settled();
  const lines = shell.view(frame(20, 5));
  expect(textOf(lines)).toBe('too small: 20×5\nneeds 40×10\nq leaves\n\n');
  expect(textOf(shell.view(frame(1, 1)))).toHaveLength(1);
  await go('q');
  expect(quits()).toBe(1);
});

test('DB6: of a hundred thousand sessions one screen is drawn, and few pages are read', async () => {
  const pageOf = ({ cursor, limit }: Record<string, unknown>) => {
    const from = Number(cursor ?? 0);
    const items = Array.from({ length: Number(limit) }, (_, n) => session(from + n + 1));
    return { items, next_cursor: from < 99_900 ? String(from + Number(limit)) : null };
  };
  const { shell, go, names } = playAll({ 'session.list': pageOf });
  await go('2', 'G');
  expect(shown(shell)).toMatch(/100 of 200\+/);
  for (let n = 0; n < 5; n += 1) await go('pageDown');
  expect(shown(shell)).toContain('› ');
  expect(names().filter((name) => name === 'session.list').length).toBeLessThan(8);
});

test('DB7: what changes something asks first, and n or Esc leave it', async () => {
  const { shell, go, names } = playAll();
  for (const key of ['r', 'e']) {
    await go('2', key);
    expect(shown(shell)).toContain('Sure?');
    await go('n', key, 'escape', key, 'x', 'q');
  }
  await go('h', 'enter', ...'rate limit', 'enter', 'n', '5', 's', 'n', 'enter', 'enter', 'n');
  const writes = /resume|handoff$|session\.end|sync\.run|resolve/;
  expect(names().filter((name) => writes.test(name))).toEqual([]);
});

test('DB7: y does it: resume shows the brief, handoff names agent and reason, end says how to undo it', async () => {
  const { shell, go, lastOf } = playAll();
  await go('2', 'r', 'y');
  expect(lastOf('session.resume')).toEqual({ session_id: '0000-1' });
  expect(shown(shell)).toContain('the brief');
  await go('escape', 'h', 'j', 'enter', ...'rate limit', 'enter');
  expect(shown(shell)).toMatch(/over to codex\?[\s\S]*reason: rate limit/);
  await go('y');
  expect(lastOf('session.handoff')).toEqual({ session_id: '0000-1', to_agent: 'codex', handoff_reason: 'rate limit' });
  expect(shown(shell)).toContain('handed over to codex');
  await go('e', 'y');
  expect(lastOf('session.end')).toEqual({ session_id: '0000-1' });
  expect(shown(shell)).toContain('r resumes it');
});

test('DB7: a conflict is decided by the side that is picked, and an exchange says what leaves', async () => {
  const { shell, go, lastOf } = playAll();
  await go('5', 'enter');
  expect(shown(shell)).toMatch(/1: dark\s+codex on laptop[\s\S]*2 \(shown now\): light[\s\S]*both/);
  await go('enter', 'y');
  expect(lastOf('conflict.resolve')).toEqual({ conflict_id: 'c0ffee', pick: 1 });
  await go('enter', 'G', 'enter', 'y');
  expect(lastOf('conflict.resolve')).toEqual({ conflict_id: 'c0ffee', both: true });
  await go('s');
  expect(shown(shell)).toContain('4 records leave this device');
  await go('y');
  expect(shown(shell)).toContain('exchanged');
});

test('DB8: while the daemon is away everything stays and says so; it goes on by itself', async () => {
  const { shell, daemon, clock, names } = playAll();
  await settled();
  daemon.isAway = true;
  clock.now = now + 20_000;
  shell.look();
  await settled();
  expect(shown(shell)).toMatch(/Active sessions[\s\S]*daemon away, trying again/);
  const asked = names().length;
  daemon.isAway = false;
  clock.now += 1_100;
  shell.look();
  await settled();
  expect(names().length).toBeGreaterThan(asked);
  expect(shown(shell)).not.toContain('daemon away');
});

test('DB8: an action that fails says why and what to do, and that stays to be read', async () => {
  const { shell, daemon, go } = playAll();
  await go('2');
  daemon.isAway = true;
  await go('e', 'y');
  daemon.isAway = false;
  await go('3', 'escape', '1');
  expect(shown(shell)).toMatch(/the daemon is not running \(try: .+\)$/);
});

test('DB12: search waits until typing pauses, and an answer to an older question is dropped', async () => {
  const late: ((found: unknown) => void)[] = [];
  const { shell, go, waiting, names } = playAll({
    'search.query': () => new Promise((resolve) => late.push(resolve)),
  });
  await go('3', ...'red');
  expect([waiting.length, names().includes('search.query')]).toEqual([1, false]);
  waiting.shift()?.();
  await go(...'is');
  waiting.shift()?.();
  await settled();
  const answer = (title: string) => ({
    ...{ query: '', result_count: 1, took_ms: 1, did_you_mean: [], left_out: [], sessions: [], next_cursor: null },
    results: [
      { kind: 'task', id: title, title, snippet: title, highlights: [], at: '2026-03-04T11:00:00Z', above: null },
    ],
  });
  late[1]?.(answer('the newer one'));
  late[0]?.(answer('the older one'));
  await settled();
  expect(shown(shell)).toContain('the newer one');
  expect(shown(shell)).not.toContain('the older one');
});

test('DB12: letters are text in a question, commands outside of it, and Tab leaves it', async () => {
  const { shell, go, quits } = playAll();
  await go('3', 'q', '1');
  expect(shown(shell)).toMatch(/\[3 Search\][\s\S]*\/ q1/);
  await go('tab');
  expect(shown(shell)).toContain('[4 Cache]');
  await go('q');
  expect(quits()).toBe(1);
});

test('DB12: a result leads to its session, with its timeline', async () => {
  const { shell, go, waiting } = playAll();
  await go('3', ...'redis');
  waiting.shift()?.();
  await go('enter', 'o');
  expect(shown(shell)).toMatch(/\[2 Sessions\][\s\S]*Timeline[\s\S]*said 1/);
});

test('DB17: help tells the keys of the screen and those of all, any key closes it', async () => {
  const { shell, go } = playAll();
  await go('2', '?');
  expect(shown(shell)).toMatch(/hand off[\s\S]*Everywhere[\s\S]*other screens/);
  await go('x');
  expect(shown(shell)).not.toContain('Everywhere');
});

test('DB18: a change that was told is seen at once, without asking anything', async () => {
  const { shell, asked } = playAll();
  await settled();
  const before = asked.length;
  const change = { cursor: 'c', event: 'session.messaged', project_id: 'p', ent: '', type: 'message.add' };
  shell.happened({ ...change, session_id: null, agent: 'codex', at: new Date(now).toISOString() });
  expect(shown(shell)).toMatch(/live\s+now\s+session\.messaged\s+codex/);
  expect(asked.length).toBe(before);
});
