import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEmbedder } from '../../../../src/daemon/embedders.ts';
import { Questions } from '../../../../src/features/search/meaning/questions.ts';
import { nearest } from '../../../../src/features/search/meaning/vectors.ts';
import { type EmbedderServer, embedderServer } from './embedder-server.ts';
import { settingFor, VectorWorld } from './world.ts';

let server: EmbedderServer;
let world: VectorWorld;
let clock = 0;
let questions: Questions;
let isOn = true;

beforeEach(async () => {
  server = await embedderServer();
  world = new VectorWorld(server);
  [clock, isOn] = [0, true];
  questions = new Questions({
    setting: () => (isOn ? settingFor(server, { prefix: { query: 'ask: ', document: '' } }) : undefined),
    embedder: openEmbedder,
    redact: (text) => text.replace('hunter2', '[secret]'),
    ...{ monotonic: () => clock, deadlineMs: 60 },
  });
  await world.say('red green');
  await world.say('blue');
  await world.fill();
  server.heard.length = 0;
});
afterEach(() => {
  questions.close();
  world.store.close();
});

const ask = (text: string) => questions.ask(text, [world.store.read, world.store.read]);

it('VE20: a question is asked once for all databases, remembered, and finds what it means', async () => {
  const { vectors, why } = await ask('red');
  expect(why).toBeUndefined();
  expect(vectors).toHaveLength(1);
  for (const vector of vectors) expect(nearest(world.store.read, vector)[0]?.item_id).toBe(1);
  await ask('red');
  expect(server.heard.map(({ body }) => body['input'])).toEqual([['ask: red']]);
});

it('VE20: a secret in it is not sent', async () => {
  await ask('is it hunter2');
  expect(server.heard[0]?.body['input']).toEqual(['ask: is it [secret]']);
});

it('VE21: off, and with nothing computed yet, nobody is asked', async () => {
  const empty = new VectorWorld(server);
  expect(await questions.ask('red', [empty.store.read])).toEqual({ vectors: [], why: 'none' });
  isOn = false;
  expect(await ask('red')).toEqual({ vectors: [], why: 'off' });
  expect(server.heard).toEqual([]);
  empty.store.close();
});

it('VE21: an answer that takes too long is not waited for, and is there the next time', async () => {
  server.mishap = () => ({ slowMs: 150 });
  expect(await ask('red')).toEqual({ vectors: [], why: 'late' });
  await wait(200);
  expect((await ask('red')).vectors).toHaveLength(1);
  expect(server.heard).toHaveLength(1);
});

it('VE21: a server that is away costs one search its time, not every one', async () => {
  server.mishap = () => ({ status: 500 });
  expect(await ask('red')).toEqual({ vectors: [], why: 'away' });
  const before = server.heard.length;
  for (let i = 0; i < 50; i++) expect((await ask(`red ${i}`)).why).toBe('away');
  expect(server.heard).toHaveLength(before);
  expect(questions.why).toBe('away');
});

it('VE21: one that is back is asked again after a while', async () => {
  server.mishap = () => ({ status: 500 });
  expect((await ask('red')).why).toBe('away');
  server.mishap = () => undefined;
  expect((await ask('red')).why).toBe('away');
  clock += 5_000;
  expect((await ask('red')).vectors).toHaveLength(1);
  expect(questions.why).toBeUndefined();
});

it('VE21: no more than a few late ones are under way', async () => {
  server.mishap = () => ({ slowMs: 400 });
  await Promise.all(Array.from({ length: 20 }, (_, i) => ask(`red ${i}`)));
  expect(server.heard.length).toBeLessThanOrEqual(4);
});
