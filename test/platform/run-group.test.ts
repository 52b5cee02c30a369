import fs from 'node:fs';
import { expect, test } from 'vitest';
import { type GroupRun, runGroup } from '../../src/platform/run-group.ts';
import { until } from '../harness/home.ts';

const never = new AbortController().signal;
const run = (script: string, more: Partial<GroupRun> = {}) =>
  runGroup({
    ...{ program: 'sh', args: ['-c', script], cwd: '/', env: { PATH: process.env.PATH } },
    ...{ timeoutMs: 30_000, outputBytes: 1_000, signal: never, ...more },
  });

/** Whether a process runs; what is left of one that has ended does not. */
function runs(pid: number): boolean {
  try {
    return !/\) Z/.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('RM50: what a program says, and how it ended', async () => {
  const ran = await run('cat; echo bad >&2; exit 3', { input: [Buffer.from('a'), Buffer.from('b')] });
  expect(ran).toEqual({ status: 3, stdout: 'ab', stderr: 'bad\n', cut: undefined });
  await expect(run('', { program: '/nowhere/git' })).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each(['late', 'aborted'])('RM50: a program that is %s ends with everything it has started', async (how) => {
  const breaking = new AbortController();
  let pids = '';
  const heard = async (piece: Uint8Array) => {
    pids += Buffer.from(piece).toString();
    if (how === 'aborted' && pids.includes('\n')) breaking.abort(new Error('enough'));
  };
  const script = 'sleep 600 & echo $! $$; wait';
  const running = run(script, { onOutput: heard, signal: breaking.signal, timeoutMs: how === 'late' ? 300 : 30_000 });
  if (how === 'aborted') await expect(running).rejects.toThrow('enough');
  else expect(await running).toMatchObject({ status: undefined, cut: 'late' });
  const started = pids.trim().split(' ').map(Number);
  expect(started.length).toBe(2);
  await until('they have ended', () => !started.some(runs));
});

test('RM50: a program that says too much is ended; what was said before is kept', async () => {
  const ran = await run('(echo first; yes) | head -c 100000; sleep 600');
  expect([ran.status, ran.cut, ran.stdout.startsWith('first\n')]).toEqual([undefined, 'talkative', true]);
  expect(ran.stdout.length).toBe(1_000);
});

test('RM50: output that is taken piece by piece is taken whole, however slowly', async () => {
  let bytes = 0;
  const taking = async (piece: Uint8Array) => {
    bytes += piece.length;
    for (let turns = 0; turns < 50; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const ran = await run('head -c 3000000 /dev/zero', { onOutput: taking });
  expect([ran.status, bytes]).toEqual([0, 3_000_000]);
  const failing = () => Promise.reject(new Error('no room'));
  await expect(run('yes', { onOutput: failing })).rejects.toThrow('no room');
});

test('RM50: what a program leaves running with its output open holds nobody up', async () => {
  const ran = await run('sleep 600 & echo $!');
  expect(ran.status).toBe(0);
  const left = Number(ran.stdout);
  expect(runs(left)).toBe(true);
  process.kill(left, 'SIGKILL');
});
