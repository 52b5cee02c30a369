import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Captured, CapturedCommit } from '../../src/core/captured.ts';
import { takeInCommits } from '../../src/features/sessions/commits.ts';
import type { Announced } from '../../src/features/sessions/take-in.ts';
import { rebuild } from '../../src/store/rebuild.ts';
import { commitOf, conversationOf, happenings } from '../features/sessions/conversation.ts';
import { rowsOf, sessionsWorld, type World } from '../features/sessions/world.ts';

const happening = fc.record({ what: fc.constantFrom(...happenings), n: fc.integer({ min: 0, max: 4 }) });
const conversation = fc.array(happening, { minLength: 1, maxLength: 25 });
const commits = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: -5, max: 30 })), { maxLength: 4 });
const reading = fc.record({
  cuts: fc.array(fc.nat({ max: 25 }), { maxLength: 5 }),
  again: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  swapped: fc.boolean(),
  commitsFirst: fc.boolean(),
});
type Reading = { cuts: number[]; again: boolean[]; swapped: boolean; commitsFirst: boolean };

async function inWorld<T>(tick: number, work: (world: World) => Promise<T>): Promise<T> {
  const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-sessions-'));
  const world = sessionsWorld({ directory, tick });
  try {
    return await work(world);
  } finally {
    world.store.close();
    fs.rmSync(directory, { recursive: true });
  }
}

/** Reads one file in batches; a batch said again brings the state it began with, as after a crash. */
async function readFile(world: World, items: readonly Captured[], { cuts, again }: Reading): Promise<number> {
  const borders = [0, ...cuts.filter((cut) => cut < items.length).sort((a, b) => a - b), items.length];
  let state = '{}';
  let added = 0;
  for (const [i, from] of borders.slice(0, -1).entries()) {
    const batch = items.slice(from, borders[i + 1]);
    const before = state;
    for (const start of again[i] ? [before, before] : [before]) {
      const announced = JSON.parse(start) as Announced; // written right below
      added += (await world.take(batch, { announced })).added;
      state = JSON.stringify(announced);
    }
  }
  return added;
}

async function readAll(world: World, files: readonly (readonly Captured[])[], how: Reading, made: CapturedCommit[]) {
  const takeCommits = () => world.store.write((tx) => takeInCommits(tx, 'ana', made));
  if (how.commitsFirst) await takeCommits();
  for (const items of how.swapped ? files.toReversed() : files) await readFile(world, items, how);
  if (!how.commitsFirst) await takeCommits();
}

const whole: Reading = { cuts: [], again: [], swapped: false, commitsFirst: false };

/** What stands on a session must be what its rows add up to. */
function sums(world: World): unknown {
  return rowsOf(
    world.store,
    `select session_id, message_count - (select count(*) from messages m where m.session_id = s.session_id and live = 1
         and bytes > 0 and kind in ('prompt', 'text')) as messages,
       tok_fresh - (select total(tok_fresh) from messages m where m.session_id = s.session_id) as fresh,
       tok_out - (select total(tok_out) from messages m where m.session_id = s.session_id) as output,
       tool_count - (select count(*) from tool_calls t where t.session_id = s.session_id and tool <> '' and hosted = 0)
         as tools,
       edit_count - (select count(*) from edits e where e.session_id = s.session_id) as edits,
       commit_count - (select count(distinct commit_sha) from edits e where e.session_id = s.session_id) as commits,
       task_count - (select count(*) from tasks t where t.session_id = s.session_id) as tasks
     from sessions s where messages <> 0 or fresh <> 0 or output <> 0 or tools <> 0 or edits <> 0 or commits <> 0
       or tasks <> 0`,
  );
}

test('SE1 cuts, repetitions, order of files and the clock change no row; SE2 nor does a rebuild', async () => {
  await fc.assert(
    fc.asyncProperty(conversation, conversation, commits, reading, async (one, other, made, how) => {
      const files = [conversationOf('one', one), conversationOf('other', other)];
      const gits = made.map(([n, at]) => commitOf(n, at));
      const want = await inWorld(0, async (world) => {
        await readAll(world, files, whole, gits);
        expect(sums(world)).toEqual([]);
        return world.digest();
      });
      await inWorld(7, async (world) => {
        await readAll(world, files, how, gits);
        expect(world.digest()).toEqual(want);
        expect(await readFile(world, files[0] ?? [], whole)).toBe(0);
        expect(sums(world)).toEqual([]);
        expect(world.digest()).toEqual(want);
        rebuild(world.store);
        expect(world.digest()).toEqual(want);
      });
    }),
    { numRuns: 60 },
  );
}, 120_000);

test('SE3 the parts of one file in any order of batches give the same messages, calls and totals', async () => {
  const loose = happenings.filter((what) => !['plan', 'compaction'].includes(what));
  const some = fc.array(fc.record({ what: fc.constantFrom(...loose), n: fc.integer({ min: 0, max: 4 }) }), {
    minLength: 1,
    maxLength: 20,
  });
  const shuffled = some.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()], { minLength: all.length })),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, async ([all, order]) => {
      const [start, ...items] = conversationOf('one', all);
      if (!start) return;
      // a call said twice in one file is its first: in another order it would be another one
      const once = items.filter((item, i) => i === items.findIndex((each) => sameThing(each, item)));
      const want = await inWorld(0, async (world) => {
        await world.take([start, ...once]);
        return world.digest();
      });
      await inWorld(3, async (world) => {
        const announced: Announced = {};
        await world.take([start], { announced });
        for (const i of order) if (once[i]) await world.take([once[i]], { announced });
        expect(world.digest()).toEqual(want);
        expect(sums(world)).toEqual([]);
      });
    }),
    { numRuns: 60 },
  );
}, 120_000);

function sameThing(a: Captured, b: Captured): boolean {
  return a.kind === b.kind && 'callId' in a && 'callId' in b ? a.kind !== 'edit' && a.callId === b.callId : a === b;
}
