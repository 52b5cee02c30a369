// Giving space back, here and on a remote.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sealingFailpoints } from '../../src/platform/failpoint.ts';
import { ended } from '../harness/home.ts';
import { filesBelow, standing } from '../harness/on-disk.ts';
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

test.each(sealingFailpoints)(
  'ER6: a daemon killed at %s while packs are sealed again goes on with it',
  async (name) => {
    const home = await machine();
    const { path: cwd } = createRepository(home);
    await home.json(['init'], { cwd });
    const folder = join(home.root, 'sync');
    await home.json(['remote', 'add', 'home', folder]);
    for (const text of ['We deploy on Fridays', 'quokka lives here']) {
      await home.json(['context', 'store', text.slice(0, 2), text], { cwd });
      await exchange(home);
    }
    await home.prsist(['daemon', 'stop']);
    const packs = () => filesBelow(folder).filter(({ path }) => path.endsWith('.pk'));
    const before = packs().map(({ path }) => path);
    const child = await home.serve({ PRSIST_FAILPOINT: `${name}:kill` });
    const dead = ended(child);
    await home.prsist(['erase', '--match', 'quokka', '--yes'], { cwd });
    await home.prsist(['store', 'compact'], { cwd }); // cut off
    await dead;
    expect(child.signalCode).toBe('SIGKILL');
    await exchange(home, home);
    expect(standing(home, ['quokka'])).toEqual([]);
    expect(before.filter((path) => packs().some((each) => each.path === path)).length).toBeLessThan(before.length);
    expect((await home.prsist(['erase', '--status'], { cwd })).exit).toBe(0);
    expect((await home.prsist(['store', 'verify', '--deep'], { cwd })).exit).toBe(0);
  },
);
