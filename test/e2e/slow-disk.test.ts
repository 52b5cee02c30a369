// T4 on a slow disk: every flush of a group of writes takes 200 ms.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Endpoint, readEndpoint } from '../../src/client/endpoint.ts';
import { findings } from '../harness/audit.ts';
import { createHome, ended, type Home } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';
import { counted } from '../harness/together.ts';
import { Wire } from '../harness/wire.ts';

const [writers, readers, slowMs] = [32, 4, 200];

let home: Home;
let cwd: string;
beforeEach(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
  await home.json(['context', 'store', 'port', '8080'], { cwd });
  await home.prsist(['daemon', 'stop']);
});
afterEach(() => home.remove());

function serving(): Endpoint {
  const endpoint = readEndpoint(home.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  return endpoint;
}

/** Asks again and again until it is over, or the daemon is gone. told: of each answer, and how long it took. */
async function asking(over: () => boolean, ask: (wire: Wire, n: number) => Promise<void>): Promise<void> {
  const wire = new Wire(serving(), { project: cwd });
  try {
    for (let n = 0; !over(); n += 1) await ask(wire, n);
  } catch (error) {
    if (!over()) throw error;
  } finally {
    wire.close();
  }
}

test('T4: a slow disk: who reads is answered between two flushes, and what was acknowledged outlives a kill', async () => {
  const child = await home.serve({ PRSIST_FAILPOINT: 'tx.before-commit:slow:1+' });
  const [acknowledged, readMs, writeMs]: [string[], number[], number[]] = [[], [], []];
  let over = false;
  const write = (writer: number) => async (wire: Wire, n: number) => {
    const word = `w${writer}x${n}y`;
    const begun = performance.now();
    const input = { key: word, value: `stored ${word}` };
    const { status } = await wire.ask('context.store', input, randomUUID());
    if (status !== 200) throw new Error(`a write was told ${status}`);
    acknowledged.push(word);
    writeMs.push(performance.now() - begun);
  };
  const read = async (wire: Wire) => {
    const begun = performance.now();
    const { status } = await wire.ask('context.retrieve', { key: 'port' });
    expect(status).toBe(200);
    readMs.push(performance.now() - begun);
    await pause(5);
  };
  const all = [
    ...Array.from({ length: writers }, (_, n) => asking(() => over, write(n))),
    ...Array.from({ length: readers }, () => asking(() => over, read)),
  ];
  await pause(5_000); // a window in which both go on
  over = true;
  child.kill('SIGKILL'); // most likely in the middle of a flush
  await Promise.all([ended(child), ...all]);
  expect(Math.min(...writeMs)).toBeGreaterThanOrEqual(slowMs * 0.9); // none was answered before its flush
  expect(acknowledged.length).toBeGreaterThan(writers);
  const flushes = 5_000 / slowMs;
  expect(readMs.length).toBeGreaterThan(flushes / 2); // readers take turns with the flushes
  const sorted = readMs.toSorted((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(slowMs * 4); // a turn is one flush and what comes with it
  expect(sorted.at(-1)).toBeLessThan(slowMs * 20); // hangs only: all of them connected in one moment
  const after = await home.serve();
  expect((await home.json(['context', 'get', 'port'], { cwd })).value).toBe('8080');
  after.kill('SIGTERM');
  await ended(after);
  const [id = ''] = fs.readdirSync(home.paths.projects);
  const { lost, doubled } = counted(join(home.paths.projects, id, 'memory.db'), acknowledged);
  expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
  expect(findings(home)).toEqual([]);
});
