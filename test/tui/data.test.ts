import { expect, test } from 'vitest';
import { samplesOf } from '../../src/client/metrics.ts';
import { Metrics } from '../../src/daemon/metrics.ts';
import { perDay, weekdayOf } from '../../src/tui/days.ts';
import { latencies } from '../../src/tui/latencies.ts';
import { moments } from '../../src/tui/views/session-detail.ts';
import { prsist } from '../cli/world.ts';
import { answers } from './answers.ts';

test('DB13: what the daemon measures is read back: how often, and below which bound', () => {
  const metrics = new Metrics();
  for (let n = 0; n < 99; n += 1) metrics.answered('session.list', 0.002, undefined);
  metrics.answered('session.list', 60, 'internal');
  metrics.answered('system.health', 0.0001, undefined);
  const help = { name: 'prsist_odd', help: 'x', values: [[{ what: 'a "b"\\c\nd,e="f"' }, 3]] as const };
  const samples = samplesOf(metrics.text([help]));
  expect(samples[0]).toEqual({ name: 'prsist_odd', labels: { what: 'a "b"\\c\nd,e="f"' }, value: 3 });
  expect(latencies(samples)).toMatchObject([
    { operation: 'session.list', count: 100, p50Ms: 2.5, p99Ms: 2.5 },
    { operation: 'system.health', count: 1, p50Ms: 1, p99Ms: 1 },
  ]);
});

test('DB14: every day up to today has its sessions, commits, tokens and cost', () => {
  const session = (start_time: string, last_activity: string, commit_count: number) => ({
    start_time,
    last_activity,
    commit_count,
  });
  const usage = { group: '2026-03-03', name: null, requests: 1, fresh: 1, cache_read: 2, cache_write: 3, output: 4 };
  const days = perDay({
    ...{ today: '2026-03-04', count: 3, usage: [{ ...usage, cost: null, partial: true }] },
    sessions: [
      session('2026-03-03T12:00:00Z', '2026-03-04T12:00:00Z', 2),
      session('2025-01-01T12:00:00Z', '2025-01-01T12:00:00Z', 9),
    ],
  });
  const none = { sessions: 0, commits: 0, tokens: 0, cost: 0 };
  expect(days).toEqual([
    { ...none, day: '2026-03-02' },
    { ...none, day: '2026-03-03', sessions: 1, tokens: 10 },
    { ...none, day: '2026-03-04', commits: 2 },
  ]);
  expect([weekdayOf('2026-03-02'), weekdayOf('2026-03-08')]).toEqual([0, 6]);
});

test('DB19: a timeline has messages, runs, handoffs and commits in their order', () => {
  // the answers are as their contracts say, as far as a timeline looks
  const shown = answers['session.show']?.({ session_id: 's' }) as Parameters<typeof moments>[0];
  const { items } = (answers['session.messages']?.({}) ?? { items: [] }) as { items: Parameters<typeof moments>[1] };
  const commit = {
    sha: 'abcdef1234',
    subject: 'Mend it',
    former: [],
    how: 'inside',
    confidence: 1,
    share: 1,
    shared_at: null,
  };
  const middle = new Date((Date.parse(items[0]?.at ?? '') + Date.parse(items[1]?.at ?? '')) / 2).toISOString();
  const all = moments(shown && { ...shown, commits: [{ ...commit, how: 'inside' as const, at: middle }] }, items);
  expect(all.map(({ who, text }) => `${who} ${text}`)).toEqual([
    'assistant said 1',
    'commit abcdef12 Mend it',
    'user said 2',
  ]);
});

test('DB15: without a terminal, or with --json, it says so and what to type instead', async () => {
  for (const terminal of ['no', 'yes'] as const) {
    const { exit, stderr } = await prsist(['dashboard'], { terminal, ...(terminal === 'yes' ? { stdin: '' } : {}) });
    expect([exit, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: the dashboard needs a terminal .*\ntry: prsist status\n$/),
    ]);
  }
  expect(await prsist(['dashboard', '--json'], { terminal: 'yes' })).toMatchObject({ exit: 2 });
});
