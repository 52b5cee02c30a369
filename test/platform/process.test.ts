import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { createFailpoint, failpointNames } from '../../src/platform/failpoint.ts';
import { processExists, processStart, signal } from '../../src/platform/process.ts';
import { createRandom } from '../../src/platform/random.ts';

test('PL44: a process is there until it has ended, and is told from a later one of its number by its start', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  expect(processExists(pid)).toBe(true);
  const start = processStart(pid);
  expect(processStart(pid)).toBe(start);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  expect(signal(pid, 'SIGKILL')).toBe(true);
  await ended;
  expect([processExists(pid), signal(pid, 'SIGKILL'), processStart(pid)]).toEqual([false, false, '']);
});

test('PL45: failpoints are only where PRSIST_HOME is set, at their name, the n-th time and only then', () => {
  const asked = { PRSIST_FAILPOINT: 'tx.begun:error:2' };
  const ordinary = createFailpoint(asked);
  for (const name of failpointNames) ordinary(name);
  const cross = createFailpoint({ ...asked, PRSIST_HOME: '/p' });
  cross('tx.begun');
  cross('record.inserted');
  expect(() => cross('tx.begun')).toThrow('failpoint tx.begun');
  cross('tx.begun');
});

test('PL46: random bytes drawn from one pool never share a byte of memory, and do not repeat', () => {
  const random = createRandom();
  const drawn = Array.from({ length: 2_000 }, () => random(10));
  expect(new Set(drawn.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(2_000);
  const [first = new Uint8Array(), second = new Uint8Array()] = drawn;
  const before = [...second];
  first.fill(0);
  expect([...second]).toEqual(before);
});
