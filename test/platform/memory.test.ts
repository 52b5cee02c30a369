import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const memory = join(import.meta.dirname, '../../src/platform/memory.ts');

/** What lives a while, made as fast as can be, with turns in between; prints how large the young generation mostly is, in MiB. */
const load = `
import v8 from 'node:v8';
import { setImmediate as turn } from 'node:timers/promises';
const { compileHotCode } = await import(process.argv[1]);
if (process.argv[2] === 'bounded') compileHotCode();
const kept = new Array(200_000);
const sizes = [];
for (let i = 0; i < 4_000_000; i += 1) {
  kept[i % kept.length] = { i, list: [i] };
  if (i % 20_000 > 0) continue;
  await turn();
  sizes.push(v8.getHeapSpaceStatistics().find((each) => each.space_name === 'new_space').space_size);
}
sizes.sort((a, b) => a - b);
process.stdout.write(String(sizes[sizes.length / 2] / 1_048_576));
`;

function youngest(how: string): number {
  const args = ['--input-type=module', '--eval', load, memory, how];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return Number(stdout);
}

test('PL75: what is young in memory has no more room than it needs, however much is made', () => {
  expect(youngest('bounded')).toBeLessThan(20);
  expect(youngest('as it is')).toBeGreaterThan(20);
});
