// Changes of an entry that came before its beginning: found by the simulator, seeds 29 and 401532.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { entryByEnt } from '../../../src/features/entries/queries.ts';
import { type ContextPut, contextPut } from '../../../src/features/entries/records.ts';
import { person, SimDevice } from '../../sim/device.ts';
import { give, newTo } from '../../sim/exchange.ts';
import { entityOf } from '../../sim/hand.ts';

const by = { actor: { user: person }, origin: 'agent' } as const;
const ent = entityOf('o1') as never;
const whole = (value: object) => ({ key: 'o1', scope: 'project', value: JSON.stringify(value) }) as const;

async function put(device: SimDevice, fields: ContextPut): Promise<void> {
  await device.store.write((tx) => tx.append(contextPut, { ...by, ent, fields }));
}

function devices(): readonly [SimDevice, SimDevice, SimDevice] {
  const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-begun-'));
  const place = { seed: 1, directory, clock: () => Date.UTC(2026, 0, 5) };
  const [a, b, c] = ['a', 'b', 'c'].map((name) => new SimDevice(place, name)) as [SimDevice, SimDevice, SimDevice];
  onTestFinished(() => {
    for (const device of [a, b, c]) device.abandon();
    fs.rmSync(directory, { recursive: true });
  });
  return [a, b, c];
}

const shownOn = ({ store }: SimDevice): unknown => JSON.parse(store.read.one(entryByEnt, { ent })?.value ?? 'null');

test('SI8: who writes anew what is here without its beginning has seen nothing of it, and takes nothing of it away', async () => {
  const [a, b, c] = devices();
  await put(a, whole({ host: 'h', port: 'p' }));
  await give(a.store, b.store);
  await put(b, { value: JSON.stringify({ host: 'h', port: 'q' }) });
  // only what b wrote comes to c: nothing is shown there, and somebody writes the entry anew
  const ofB = newTo(b.store, new Map()).filter(({ log }) => log === b.store.log.log);
  await c.store.write(() => c.store.appendForeign(ofB, () => undefined));
  expect(c.store.read.one(entryByEnt, { ent })).toBeUndefined();
  await put(c, whole({ theme: 't' }));
  expect(c.store.read.one(entryByEnt, { ent })?.value).toContain('"theme":"t"');
  for (const [from, to] of [
    [a, c],
    [c, b],
    [b, a],
    [b, c],
  ] as const)
    await give(from.store, to.store);
  for (const device of [a, b, c]) expect(shownOn(device)).toEqual({ host: 'h', port: 'q', theme: 't' });
});

test('SI8: what goes on from something that waits waits as well, also when it comes later and alone', async () => {
  const [a, b, c] = devices();
  await put(a, whole({ host: 'h' }));
  await put(b, whole({ port: 'p' }));
  await give(a.store, b.store);
  await put(b, { value: JSON.stringify({ host: 'h', port: 'q' }) });
  await put(b, { value: JSON.stringify({ host: 'h', port: 'r' }) });
  for (const row of newTo(b.store, new Map()).filter(({ log }) => log === b.store.log.log)) {
    await c.store.write(() => c.store.appendForeign([row], () => undefined));
  }
  expect(shownOn(c)).toEqual({ port: 'p' });
  await give(a.store, c.store);
  expect(shownOn(c)).toEqual({ host: 'h', port: 'r' });
});
