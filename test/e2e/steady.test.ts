import { afterEach, expect, test } from 'vitest';
import { createHome, type Home } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';
import { steady } from '../harness/steady.ts';

let home: Home;
afterEach(() => home.remove());

test('T13: 12 s of 50 events a second, sessions and searches: memory and descriptors level off, nothing is left over', async () => {
  home = createHome();
  const { path } = createRepository(home);
  await home.json(['init', '--no-import'], { cwd: path });
  await home.prsist(['daemon', 'stop']);
  const result = await steady({ home, cwd: path, seconds: 12, eventsPerSecond: 50 });
  process.stdout.write(`T13: ${JSON.stringify(result)}\n`);
  expect(result).toMatchObject({ errors: [], lost: [], doubled: [], problems: [], orphans: 0 });
  // of 600 events and some 200 questions on a quiet machine: that there was a load at all
  expect(result.events).toBeGreaterThan(200);
  expect(result.asked).toBeGreaterThan(40);
  expect(result.rssLastMiB).toBeLessThan(result.rssThirdMiB + 32);
  expect(result.rssLastMiB).toBeLessThan(250);
  expect(result.handlesLast).toBeLessThan(result.handlesThird + 10);
  expect(result.walMiB).toBeLessThanOrEqual(64);
});
