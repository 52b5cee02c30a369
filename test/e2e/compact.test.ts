// Giving space back, here and on a remote.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow } from '../harness/on-disk.ts';
import { createRepository } from '../harness/repository.ts';
import { exchange, machine } from '../harness/synced.ts';

test('CP20: store compact joins small packs on the remotes as well', async () => {
  const home = await machine();
  const { path: cwd } = createRepository(home);
  await home.json(['init'], { cwd });
  const folder = join(home.root, 'sync');
  await home.json(['remote', 'add', 'home', folder]);
  for (const text of ['We deploy on Fridays', 'Ports begin at 7700', 'I like tabs']) {
    await home.json(['remember', text], { cwd });
    await exchange(home);
  }
  const again = () => filesBelow(folder).filter(({ path }) => /-\d{12}\.1\.\d+\.[0-9a-f]{16}\.pk$/.test(path));
  expect(again()).toEqual([]);
  const { stdout, exit } = await home.prsist(['store', 'compact'], { cwd });
  expect({ exit, stdout }).toMatchObject({ exit: 0, stdout: expect.stringMatching(/ before, .* now\nhome/) });
  expect(again().length).toBeGreaterThan(0);
  expect((await home.prsist(['doctor', '--verify-remote', 'home', '--json'], { cwd })).stdout).toContain('"whole"');
});
