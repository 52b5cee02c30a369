import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '../../../src/core/limits.ts';
import type { SpoolFile } from '../../../src/features/capture/ingest.ts';
import { unknownEvents } from '../../../src/features/capture/queries.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { conversation, jsonl, said } from './import-world.ts';
import { rows, spoolWorld } from './spool-world.ts';

const seed = 20261121;
type World = ReturnType<typeof spoolWorld>;

const prompt = (world: World, words: string, more = {}) =>
  world.spooled({ event: 'UserPromptSubmit' }, { session_id: conversation, prompt: words, ...more });
const stop = (world: World, words: string, more = {}) =>
  world.spooled({ event: 'Stop' }, { session_id: conversation, last_assistant_message: words, ...more });
const outcomes = async (world: World, files: readonly SpoolFile[], round?: Set<string>) =>
  (await world.together(files, round)).map(({ outcome }) => outcome);

test('CA111: events that come together are one commit of each database they concern, in their order', async () => {
  const world = spoolWorld();
  await world.hook('UserPromptSubmit', { prompt: 'first' });
  const project = world.projects.store(projectId);
  const before = [world.projects.user.transactions, project.transactions];
  const files = Array.from({ length: 40 }, (_, n) => (n % 2 ? stop : prompt)(world, `words ${n}`));
  expect(new Set(await outcomes(world, files))).toEqual(new Set(['taken']));
  expect([world.projects.user.transactions, project.transactions]).toEqual(before.map((count) => count + 1));
  expect(world.words().map(({ text }) => text)).toEqual(['first', ...files.map((_, n) => `words ${n}`)]);
});

test('CA112: what comes after a prompt that its transcript does not show yet waits with it, though it was begun', async () => {
  const world = spoolWorld();
  const lines = jsonl(said(world.root, 0, 'one'));
  const transcript_path = world.file(`${conversation}.jsonl`, lines);
  world.clock.now = Date.parse('2030-01-01T00:00:00Z');
  const early = [prompt(world, 'two', { transcript_path }), stop(world, 'three', { transcript_path })];
  const strange = world.spooled({ event: 'NoSuchEvent' }, { session_id: conversation, transcript_path });
  const other = world.spooled({ event: 'UserPromptSubmit' }, { session_id: 'another', prompt: 'at once' });
  const round = () => outcomes(world, [...early, strange, other], new Set());
  expect(await round()).toEqual(['early', 'early', 'early', 'taken']);
  expect(await round()).toEqual(['early', 'early', 'early', 'taken']);
  expect(unknownEvents(world.projects.user.read)).toEqual([]); // counted when it is taken, not whenever it waits
  world.clock.now += limits.transcriptWaitMs; // it has had its time
  expect(await round()).toEqual(['taken', 'taken', 'taken', 'taken']);
  expect(world.words().map(({ text }) => text)).toEqual(['one', 'at once', 'two', 'three']);
  expect(unknownEvents(world.projects.user.read)).toMatchObject([{ event: 'NoSuchEvent', count: 1 }]);
});

test('CA113: an event that fails does so alone: those begun with it are taken, it comes again', async () => {
  const world = spoolWorld();
  const gone = world.project('019a3985-b900-7000-8000-0000000000cc', 'gone'); // no repository
  const failing = world.spooled({ agent: 'git', event: 'post-commit', pwd: gone });
  const bad = { name: 'bad.evt', mtimeNs: 1n, bytes: Buffer.from('nothing') };
  const files = [prompt(world, 'one'), failing, bad, stop(world, 'two')];
  expect(await outcomes(world, files)).toEqual(['taken', 'failed', 'bad', 'taken']);
  expect(world.words()).toEqual([{ text: 'one' }, { text: 'two' }]);
});

test('CA113: a write that fails is undone alone, and its event is taken when it comes again', async () => {
  let left = Number.POSITIVE_INFINITY;
  const world = spoolWorld({
    failpoint: (name) => {
      if (name !== 'record.inserted') return;
      left -= 1;
      if (left === 0 || left === -1) throw new Error('a bug'); // in the group, and by itself
    },
  });
  await world.hook('UserPromptSubmit', { prompt: 'first' });
  left = 2;
  const files = ['one', 'two', 'three'].map((words) => prompt(world, words));
  const ends = await outcomes(world, files);
  expect(ends.filter((end) => end === 'failed')).toHaveLength(1);
  expect(await outcomes(world, files)).toEqual(['taken', 'taken', 'taken']);
  expect(
    world
      .words()
      .map(({ text }) => text)
      .sort(),
  ).toEqual(['first', 'one', 'three', 'two']);
});

test('CA114: however events are cut into batches, and whichever come again, the same is written', async () => {
  const words = fc.constantFrom('yes', 'no', 'go on');
  const events = fc.array(fc.record({ words, isPrompt: fc.boolean(), cut: fc.boolean(), again: fc.boolean() }), {
    ...{ minLength: 1, maxLength: 12 },
  });
  await fc.assert(
    fc.asyncProperty(events, async (all) => {
      const [single, cut] = [spoolWorld(), spoolWorld()];
      const files = (world: World) =>
        all.map((each) => {
          world.clock.now += 3_000;
          return (each.isPrompt ? prompt : stop)(world, each.words);
        });
      for (const file of files(single)) await single.take(file);
      let batch: SpoolFile[] = [];
      for (const [n, file] of files(cut).entries()) {
        batch.push(file, ...(all[n]?.again ? [file] : []));
        if (!all[n]?.cut) continue;
        await cut.together(batch);
        batch = all[n]?.again ? [file] : [];
      }
      await cut.together(batch);
      const messages = (world: World) => rows(world, 'select id, role, at from messages order by rec');
      expect(messages(cut)).toEqual(messages(single));
      expect(messages(cut)).toHaveLength(all.length);
    }),
    { seed, numRuns: 20 },
  );
});
