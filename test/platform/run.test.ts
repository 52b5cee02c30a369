import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { runProgram } from '../../src/platform/run.ts';

const place = { cwd: tmpdir(), env: { PATH: '/usr/bin:/bin' } };
const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;

test('PL74: a program that is missing is told at once and keeps nobody waiting; one that takes too long is ended', async () => {
  const before = timers();
  await expect(runProgram({ ...place, program: '/nowhere/program', args: [] })).rejects.toThrow('ENOENT');
  expect(timers()).toBe(before);
  expect(await runProgram({ ...place, program: 'cat', args: [], input: 'word' })).toMatchObject({
    ...{ status: 0, stdout: 'word' },
  });
  expect(timers()).toBe(before);
  const late = await runProgram({ ...place, program: 'sleep', args: ['60'], timeoutMs: 50 });
  expect(late.status).toBeUndefined();
});
