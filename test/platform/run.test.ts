import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../../src/platform/run.ts';

const place = { cwd: tmpdir(), env: { PATH: '/usr/bin:/bin' } };

test('PL74: a program that is missing is told at once and keeps nobody waiting; one that takes too long is ended', async () => {
  await expect(runProgram({ ...place, program: '/nowhere/program', args: [] })).rejects.toThrow('ENOENT');
  expect(await runProgram({ ...place, program: 'cat', args: [], input: 'word' })).toMatchObject({
    ...{ status: 0, stdout: 'word' },
  });
  const late = await runProgram({ ...place, program: 'sleep', args: ['60'], timeoutMs: 50 });
  expect(late.status).toBeUndefined();
  // a process that ends when nothing is left to wait for: with the minute still running it would be killed
  const module = JSON.stringify(join(import.meta.dirname, '../../src/platform/run.ts'));
  const missing = JSON.stringify({ ...place, program: '/nowhere/program', args: [], timeoutMs: 60_000 });
  const script = `const { runProgram } = await import(${module}); await runProgram(${missing}).catch(() => console.log('told'));`;
  const told = execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 25_000 });
  expect(told.toString()).toBe('told\n');
});
