import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Captured } from '../../src/core/captured.ts';
import { uuidV8 } from '../../src/core/ids.ts';
import { commitLink, commitRewrite } from '../../src/features/sessions/records.ts';
import { takeInGit } from '../../src/features/sessions/take-in-git.ts';
import { rebuild } from '../../src/store/rebuild.ts';
import { begun } from '../features/sessions/conversation.ts';
import { rowsOf, sessionsWorld, type World } from '../features/sessions/world.ts';

const sha = (n: number) => `${'abcdef12'[n] ?? '0'}`.repeat(40);
const place = fc.integer({ min: 0, max: 7 });

/** What may happen: a commit becomes known, becomes another one, comes back; a command names one; a session edits. */
const event = fc.oneof(
  fc.record({ kind: fc.constant('commit' as const), n: place, at: fc.integer({ min: 0, max: 20 }) }),
  fc.record({ kind: fc.constant('rewrite' as const), n: place, to: place, at: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ kind: fc.constant('named' as const), n: place, by: fc.integer({ min: 0, max: 1 }) }),
  fc.record({ kind: fc.constant('edit' as const), n: place, by: fc.integer({ min: 0, max: 1 }) }),
  fc.record({ kind: fc.constant('made' as const), n: place }),
);
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

async function happen(world: World, each: Event, i: number): Promise<void> {
  const session = `s${'by' in each ? each.by : 0}`;
  const at = begun + (i + 1) * 1_000;
  const start: Captured = { kind: 'session', session, at: begun, cwd: '/w' };
  if (each.kind === 'edit') {
    const edit = { kind: 'edit' as const, session, at, key: [session, String(i)], path: `/w/f${each.n % 3}` };
    await world.take([start, { ...edit, change: 'modify', added: 2, removed: 1 }]);
  } else if (each.kind === 'named') {
    const call = { session, at, callId: `call ${i}` };
    const output = `[main ${sha(each.n).slice(0, 7)}] x`;
    await world.take([
      start,
      { kind: 'tool-result', ...call, output, isError: false },
      { kind: 'tool-call', ...call, tool: 'Bash', command: 'git commit -m x' },
    ]);
  } else await world.store.write((tx) => write(tx, each));
}

function write(tx: Parameters<typeof takeInGit>[0], each: Exclude<Event, { kind: 'edit' | 'named' }>): void {
  const committedAt = begun + ('at' in each ? each.at : 0) * 1_000;
  if (each.kind === 'commit') {
    const names = { author: 'Ana', email: 'a@example.org', subject: `Commit ${each.n}`, body: '' };
    const files = [[`f${each.n % 3}`, 3, 1, 'modify'] as const];
    takeInGit(tx, 'ana', { commits: [{ ...names, sha: sha(each.n), parents: [], authoredAt: 0, committedAt, files }] });
  } else if (each.kind === 'rewrite') {
    // as takeInGit writes it, with equal shas for one that came back
    const id = uuidV8(['git', 'rewrite', sha(each.n), sha(each.to), String(each.at)]);
    const by = each.n === each.to ? ('reset' as const) : ('rebase' as const);
    const fields = { from: sha(each.n), to: sha(each.to), by, at: each.at };
    if (!tx.known(id)) tx.append(commitRewrite, { id, ent: id, fields, actor: { user: 'ana' }, origin: 'import' });
  } else {
    // which session it was is decided once, when it is heard of; the record says it
    const id = uuidV8(['git', 'inside', sha(each.n), 's0']);
    const fields = { sha: sha(each.n), session_id: 's0', how: 'inside' as const, confidence: 0.9, at: begun };
    if (!tx.known(id)) tx.append(commitLink, { id, ent: id, fields, actor: { user: 'ana' }, origin: 'import' });
  }
}

async function digestOf(events: readonly (readonly [Event, number])[], how: 'as it is' | 'rebuilt') {
  const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-history-'));
  const world = sessionsWorld({ directory });
  try {
    const say = (session: string): Captured[] => [
      { kind: 'session', session, at: begun, cwd: '/w' },
      { kind: 'message', session, at: begun, key: [session, 'ask'], role: 'user', as: 'prompt', text: 'Do it' },
    ];
    await world.take([...say('s0'), ...say('s1')]);
    for (const [each, i] of events) await happen(world, each, i);
    const before = world.digest();
    if (how === 'rebuilt') rebuild(world.store);
    const shown = await world.call('session.show', { session_id: 's0' });
    expect(shown.commits).toHaveLength(shown.session.commit_count);
    const wrong = `select from_sha from commit_rewrites group by from_sha having count(distinct present) > 1`;
    expect(rowsOf(world.store, wrong)).toEqual([]);
    return { before, after: world.digest(), commits: shown.commits };
  } finally {
    world.store.close();
    fs.rmSync(directory, { recursive: true });
  }
}

test('GH17: rewrites, resets, commits, links and outputs in any order, and computed again, give the same rows', async () => {
  const several = fc.array(event, { minLength: 1, maxLength: 14 }).chain((all) => {
    const numbered = all
      .filter(
        (each, i) =>
          i === all.findIndex((other) => each.kind === other.kind && each.kind === 'commit' && other.n === each.n) ||
          each.kind !== 'commit',
      )
      .map((each, i) => [each, i] as const);
    return fc.tuple(fc.constant(numbered), fc.shuffledSubarray(numbered, { minLength: numbered.length }));
  });
  await fc.assert(
    fc.asyncProperty(several, async ([inOrder, shuffled]) => {
      const want = await digestOf(inOrder, 'rebuilt');
      expect(want.after).toEqual(want.before);
      const got = await digestOf(shuffled, 'rebuilt');
      expect(got.before).toEqual(want.before);
      expect(got.after).toEqual(want.before);
      expect(got.commits).toEqual(want.commits);
    }),
    { numRuns: 40 },
  );
}, 120_000);
