import { expect, test } from 'vitest';
import type { Moment } from '../../src/daemon/event-stream.ts';
import { Moments } from '../../src/daemon/moments.ts';
import type { Read } from '../../src/store/record-type.ts';

type Row = Readonly<Record<string, unknown>>;

/** A database that answers by what a query asks about. */
function world() {
  const state = { heard: true, now: 1_000_000, conflicts: [] as Row[], quiet: [] as { at: number; row: Row }[] };
  const told: { project: string | undefined; moment: Moment }[] = [];
  const asked: string[] = [];
  // only `all` is called
  const read = {
    all: ({ sql }: { sql: string }, params: { after?: number; until?: number }) => {
      asked.push(sql);
      if (sql.includes('conflicts')) return state.conflicts;
      const { after = 0, until = 0 } = params;
      return state.quiet.filter(({ at }) => at > after && at <= until).map(({ row }) => row);
    },
  } as unknown as Read;
  const moments = new Moments({
    ...{ isHeard: () => state.heard, openProjects: () => ['p'], read: () => read, idleMs: () => 60_000 },
    clock: () => state.now,
    tell: (project, moment) => void told.push({ project, moment }),
  });
  return { state, told, asked, moments };
}

test('HT47: a session is told to be idle once, when it has been quiet for so long', () => {
  const { state, told, moments } = world();
  state.quiet.push({ at: state.now - 30_000, row: { session_id: 's', current_agent: 'codex' } });
  for (let i = 0; i < 60; i += 1) {
    moments.look();
    expect(told.length, String(i)).toBe(i * 2_000 >= 30_000 ? 1 : 0);
    state.now += 2_000;
  }
  expect(told).toEqual([
    { project: 'p', moment: { event: 'session.idle', ent: 's', session_id: 's', agent: 'codex' } },
  ]);
});

test('HT48: a conflict is told when it opens, and only databases in which something was written are looked at', () => {
  const { state, told, asked, moments } = world();
  state.conflicts = [{ conflict_id: 'old', ent: 'e', type: 'task' }];
  moments.look();
  asked.length = 0;
  moments.look();
  expect(asked.filter((sql) => sql.includes('conflicts'))).toEqual([]);
  state.conflicts = [...state.conflicts, { conflict_id: 'new', ent: 'f', type: 'task' }];
  moments.committed('p');
  moments.look();
  expect(told.filter(({ moment }) => moment.event === 'conflict.opened')).toEqual([
    { project: 'p', moment: { event: 'conflict.opened', ent: 'f', detail: { conflict_id: 'new', type: 'task' } } },
  ]);
  state.heard = false;
  asked.length = 0;
  moments.look();
  expect(asked).toEqual([]);
});

test('HT49: a link of capture is told when it breaks, changes and holds again, never with what was seen', () => {
  const { told, moments } = world();
  const link = (state: 'broken' | 'degraded') => ({
    ...{ project_id: 'p', agent: 'codex' },
    link: { link: 'event' as const, state, what: '/home/secret', fix: '' },
  });
  moments.links([]);
  for (const weak of [[link('broken')], [link('broken')], [link('degraded')], []]) moments.links(weak);
  expect(told.map(({ moment }) => moment.event)).toEqual(['capture.broken', 'capture.degraded', 'capture.mended']);
  expect(JSON.stringify(told)).not.toContain('secret');
});
