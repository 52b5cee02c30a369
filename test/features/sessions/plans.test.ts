import { expect, test } from 'vitest';
import * as blame from '../../../src/features/sessions/blame-queries.ts';
import * as commits from '../../../src/features/sessions/commit-queries.ts';
import { takeInCommits } from '../../../src/features/sessions/commits.ts';
import { noteEnd, noteShown } from '../../../src/features/sessions/lifecycle.ts';
import * as queries from '../../../src/features/sessions/queries.ts';
import { positioned } from '../../../src/store/positions.ts';
import type { Store } from '../../../src/store/store.ts';
import { commitOf, conversationOf, happenings } from './conversation.ts';
import { sessionsWorld } from './world.ts';

/** Lists, which read in the order of an index or sort what they find, and counts of everything. */
const lists = ['sessionPage', 'newestSession', 'taskPage', 'handoffPage', 'totals', 'position', 'sessionsAt'];

/** Tables that grow with the work and are read from end to end. */
function scans(store: Store, sql: string): string[] {
  const placed = positioned(sql).sql;
  const nothing = [...placed.matchAll(/\?/g)].map(() => null);
  // the columns of SQLite's own answer
  const plan = store.db.prepare(`explain query plan ${placed}`).all(nothing) as { detail: string }[];
  return plan
    .map(({ detail }) => detail)
    .filter((detail) =>
      /^SCAN (?!CONSTANT|l\b|logs\b|a\b|own\b|tie\b|family\b|b VIRTUAL|json_each VIRTUAL|\(subquery)/.test(detail),
    );
}

test('SE63 no named query of one session, task, run or handoff reads a whole table', () => {
  const { store } = sessionsWorld();
  const named = Object.entries({ ...queries, ...commits, ...blame }).filter(([name]) => !lists.includes(name));
  expect(named.length).toBeGreaterThan(30);
  expect(
    named.flatMap(([name, each]) =>
      (typeof each === 'object' && 'sql' in each ? scans(store, each.sql) : []).map((scan) => `${name}: ${scan}`),
    ),
  ).toEqual([]);
});

test('SE63 no change that a record makes to rows reads a whole table', async () => {
  const world = sessionsWorld({ search: 'without' });
  const prepared = new Set<string>();
  const prepare = world.store.db.prepare.bind(world.store.db);
  world.store.db.prepare = ((sql: string) => {
    prepared.add(sql);
    return prepare(sql);
    // the overloads of the original, which it is
  }) as typeof world.store.db.prepare;
  await world.take(
    conversationOf(
      's',
      happenings.map((what, n) => ({ what, n })),
    ),
  );
  await world.store.write((tx) => takeInCommits(tx, 'ana', [commitOf(1, 60)]));
  await world.call('task.add', { session_id: 's', task_id: 't', description: 'Mend it' });
  await world.call('task.update', { session_id: 's', task_id: 't', status: 'done' });
  const { handoff_id } = await world.call('session.handoff', {
    session_id: 's',
    to_agent: 'gemini',
    handoff_reason: 'x',
  });
  await world.store.write((tx) => noteShown(tx, { native: 'g', at: world.clock.now, handoff_id }));
  const gone = { agent: 'gemini', native: 'g', reason: 'exit', at: world.clock.now };
  await world.store.write((tx) => noteEnd(tx, gone, { user: 'ana' }));
  await world.call('session.accept', { handoff_id, agent: 'gemini' });
  await world.call('session.decline', { handoff_id, reason: 'busy' });
  await world.call('session.end', { session_id: 's' });
  const changes = [...prepared].filter((sql) => /^\s*(insert|update|select)/i.test(sql));
  const ours = changes.filter((sql) =>
    /\b(sessions|session_runs|messages|message_marks|tool_calls|tasks|handoffs|edits|commits|commit_files)\b/.test(sql),
  );
  expect(ours.length).toBeGreaterThan(25);
  const listed = Object.entries(queries).flatMap(([name, { sql }]) =>
    lists.includes(name) ? [positioned(sql).sql] : [],
  );
  const scanned = ours.filter((sql) => !listed.includes(sql) && scans(world.store, sql).length > 0);
  expect(scanned.map((sql) => [sql, scans(world.store, sql)])).toEqual([]);
});
