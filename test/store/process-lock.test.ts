import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { takeProcessLock } from '../../src/store/process-lock.ts';
import { temporaryDirectory } from './temporary-store.ts';

const node = join(import.meta.dirname, '../../node_modules/.bin/node');
const lockModule = join(import.meta.dirname, '../../src/store/process-lock.ts');

/** Takes the lock in another process, says whether it got it, and holds it until it is killed. */
async function other(file: string): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const program = `
    const { takeProcessLock } = await import(process.argv[1]);
    const lock = takeProcessLock(process.argv[2]);
    process.stdout.write(lock ? 'held' : 'refused');
    if (lock) setInterval(() => lock, 1000);
  `;
  const child = spawn(node, ['--input-type=module', '-e', program, lockModule, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = await once(child.stdout, 'data');
  return { child, said: String(said) };
}

test('PL1: a second process is refused at once, and gets the lock after its release', async () => {
  const file = join(temporaryDirectory(), 'daemon.lock.db');
  const lock = takeProcessLock(file);
  expect(lock).toBeDefined();
  expect((await other(file)).said).toBe('refused');
  lock?.release();
  expect((await other(file)).said).toBe('held');
});

test('PL2: a holder that is killed holds nothing', async () => {
  const file = join(temporaryDirectory(), 'daemon.lock.db');
  const { child, said } = await other(file);
  expect(said).toBe('held');
  expect(takeProcessLock(file)).toBeUndefined();
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  const lock = takeProcessLock(file);
  expect(lock).toBeDefined();
  lock?.release();
});
