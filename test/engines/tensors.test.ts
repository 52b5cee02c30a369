import fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { restorePrefix, savePrefix } from '../../src/engines/kept-prefix.ts';
import type { Restored } from '../../src/engines/local-engine.ts';
import { openNodeLlama } from '../../src/engines/node-llama.ts';
import { requireSameTokens } from '../../src/engines/state-head.ts';
import { driver, type TensorWorld, tensorWorld } from '../daemon/tensor-world.ts';
import type { Behaviour } from '../harness/small-llama.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

const texts = ['the rules of the house\n', 'what was decided\n'];
const tokens = texts.join('').length + 1;
const list = (world: TensorWorld) => world.client.call('tensor.list', {});

describe('a llama.cpp server', () => {
  test('PC630: a prefix is computed once, and read by the server after a restart', async () => {
    const world = tensorWorld();
    const first = await world.serve();
    const saved = await savePrefix(world.client, driver(first), { texts });
    expect(saved).toMatchObject({ engine: 'llama.cpp server', build: 'b6000-abc', quantisation: 'F16', tokens });
    expect([saved.segments, saved.prefill_ms, saved.uses]).toEqual([2, tokens * 5, 0]);
    expect(fs.statSync(saved.path).mode & 0o777).toBe(0o600);
    await first.stop();
    const second = await world.serve();
    const restored = await restorePrefix(world.client, driver(second), { texts: [...texts, 'a question'] });
    expect(restored).toMatchObject({ kind: 'restored', texts: 2, tokens, prefill_ms: tokens * 5 });
    expect([second.held().length, second.computed]).toEqual([tokens, 0]);
    expect(second.held()).toEqual(first.held());
  });

  test('PC631: with another build, model, context or adapter it is a miss, and the server is asked for nothing', async () => {
    const world = tensorWorld();
    const first = await world.serve();
    await savePrefix(world.client, driver(first), { texts });
    const others = [{ build: 'b6001-abd' }, { context: 8192 }, { lora: [{ id: 0, path: world.model, scale: 0.5 }] }];
    for (const other of others) {
      const server = await world.serve(other);
      expect(await restorePrefix(world.client, driver(server), { texts })).toMatchObject({ why: 'unknown' });
      expect(server.asked.filter((each) => each.includes('slots'))).toEqual([]);
    }
    const told = driver(first, { told: { kv_type: 'q8_0/q8_0' } });
    expect(await restorePrefix(world.client, told, { texts })).toMatchObject({ kind: 'missed', why: 'unknown' });
    expect((await list(world)).items.length).toBe(1);
  });

  const failures: readonly [Behaviour, string][] = [
    ['refuses', 'engine/failed'],
    ['breaks off', 'engine/unavailable'],
    ['writes less', 'tensor/mismatch'],
    ['writes nothing', 'engine/failed'],
    ['interrupted', 'engine/failed'],
    ['loading', 'engine/unavailable'],
    ['talks nonsense', 'engine/failed'],
  ];

  test.each(failures)('PC632: a server that %s keeps nothing: %s', async (behaviour, code) => {
    const world = tensorWorld();
    const server = await world.serve();
    server.behaviour = behaviour;
    await expect(savePrefix(world.client, driver(server), { texts })).rejects.toMatchObject({ code });
    server.behaviour = 'right';
    expect(await restorePrefix(world.client, driver(server), { texts })).toMatchObject({ why: 'unknown' });
    expect((await list(world)).items).toEqual([]);
    expect(world.files()).toEqual([]);
  });

  test.each<Behaviour>(['refuses', 'breaks off', 'restores less', 'slow'])(
    'PC633: a state that a server does not take (%s) goes, the slot is erased, and the next is a miss',
    async (behaviour) => {
      const world = tensorWorld();
      const server = await world.serve();
      const saved = await savePrefix(world.client, driver(server), { texts });
      server.behaviour = behaviour;
      const impatient = driver(server, { askMs: 300 });
      const got = await restorePrefix(world.client, impatient, { texts });
      expect(got).toMatchObject({ kind: 'missed', why: 'failed' });
      expect(server.asked.at(-1)).toBe('POST /slots/0?action=erase');
      expect(fs.existsSync(saved.path)).toBe(false);
      server.behaviour = 'right';
      expect(await restorePrefix(world.client, driver(server), { texts })).toMatchObject({ why: 'paused' });
    },
  );

  test('PC634: a damaged file never gets to the server', async () => {
    const world = tensorWorld();
    const server = await world.serve();
    const { path } = await savePrefix(world.client, driver(server), { texts });
    const bytes = fs.readFileSync(path);
    bytes[bytes.length - 1] = 0;
    fs.writeFileSync(path, bytes);
    server.asked.length = 0;
    expect(await restorePrefix(world.client, driver(server), { texts })).toMatchObject({ why: 'damaged' });
    expect(server.asked.filter((each) => each.includes('restore'))).toEqual([]);
  });

  test('PC635: nobody there, a wrong key, a slot it does not have, another machine: said, and nothing is lost', async () => {
    const world = tensorWorld();
    const server = await world.serve({ key: 'right' });
    await savePrefix(world.client, driver(server, { key: 'right' }), { texts });
    const restore = (engine: ReturnType<typeof driver>) => restorePrefix(world.client, engine, { texts });
    await expect(restore(driver(server, { key: 'wrong' }))).rejects.toMatchObject({ code: 'engine/failed' });
    await expect(restore(driver(server, { key: 'right', slot: 9 }))).rejects.toMatchObject({ code: 'input/invalid' });
    expect(() => driver({ url: 'http://models.example.com:8080' })).toThrow('a server of this machine is meant');
    expect(() => driver({ url: 'file:///etc' })).toThrow('a server of this machine is meant');
    await server.stop();
    await expect(restore(driver(server, { key: 'right' }))).rejects.toMatchObject({ code: 'engine/unavailable' });
    expect((await list(world)).items.length).toBe(1);
  });

  test('PC636: saves of several slots at once are all kept', async () => {
    const world = tensorWorld();
    const server = await world.serve({ slots: 8 });
    const all = Array.from({ length: 8 }, (_, slot) => ({ slot, texts: [`the text of slot ${slot}\n`] }));
    await Promise.all(all.map((each) => savePrefix(world.client, driver(server, each), each)));
    const got = await Promise.all(all.map((each) => restorePrefix(world.client, driver(server, { slot: 0 }), each)));
    expect(got.map(({ kind }: Restored) => kind)).toEqual(all.map(() => 'restored'));
    expect(world.files().length).toBe(8);
  });
});

test('PC637: what a state was written for is read from its head: any other token, count or beginning is refused', () => {
  const path = join(temporaryDirectory(), 's.kv');
  const given = [1, 70, 90, 110];
  const head = Buffer.alloc(12 + 16);
  for (const [at, value] of [0x67677371, 2, given.length, ...given].entries()) head.writeInt32LE(value, 4 * at);
  const check = (bytes: Buffer, said = given.length) => {
    fs.writeFileSync(path, bytes);
    return () => requireSameTokens(path, given, said);
  };
  check(Buffer.concat([head, Buffer.from('keys and values')]))();
  const property = fc.property(fc.nat(head.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
    fc.pre(at < 4 || at >= 8); // its version is the engine's own business
    const other = Buffer.from(head);
    other[at] = (other[at] ?? 0) ^ change;
    expect(check(other)).toThrow('what the engine has written');
  });
  fc.assert(property);
  expect(check(head, 3)).toThrow('holds 4 tokens');
  expect(check(head.subarray(0, 20))).toThrow('holds 4 tokens');
  expect(check(Buffer.from(''))).toThrow('is no state');
});

test('PC638: without node-llama-cpp it is said how to get it', async () => {
  const from = temporaryDirectory();
  await expect(openNodeLlama({ from, model: '/m.gguf', contextSize: 64 })).rejects.toMatchObject({
    ...{ code: 'engine/unavailable', message: `node-llama-cpp is not installed in ${from} or above` },
  });
});
