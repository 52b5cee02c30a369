import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serve } from '../features/sync/real-places.ts';
import { freePort } from '../harness/free-port.ts';
import { createHome, execute, type Home, until } from '../harness/home.ts';

let home: Home;
beforeEach(() => {
  home = createHome();
});
afterEach(() => home.remove());

test('RM80: folder and git, added, tried and forgotten, over a kill of the daemon; no process is left', async () => {
  const bare = join(home.root, 'there');
  await execute('git', ['init', '-q', '--bare', bare], { env: home.env });
  await execute('git', ['-C', bare, 'config', 'daemon.receivepack', 'true'], { env: home.env });
  const port = await freePort();
  const served = await serve(bare, port);
  try {
    await home.json(['remote', 'add', 'stick', 'folder:~/stick']);
    const git = await home.json(['remote', 'add', 'work', `git://127.0.0.1:${port}/there`]);
    expect(git).toMatchObject({ kind: 'git', probe: { ok: true }, url: `git:git://127.0.0.1:${port}/there` });
    expect(fs.readdirSync(join(home.home, 'stick'))).toEqual(['prsist1']);
    await home.kill();
    const { items } = await home.json(['remote', 'list']);
    expect(items).toMatchObject([{ name: 'stick' }, { name: 'work' }]);
  } finally {
    await served.stop();
  }
  const away = await home.prsist(['remote', 'test', 'work']);
  expect(away).toMatchObject({ exit: 75, stdout: expect.stringMatching(/^put {2}failed .*refused/) });
  expect((await home.prsist(['remote', 'test', 'stick'])).exit).toBe(0);
  for (const name of ['stick', 'work']) await home.json(['remote', 'remove', name]);
  expect(await home.json(['remote', 'list'])).toMatchObject({ items: [] });
  expect((await home.prsist(['daemon', 'stop'])).exit).toBe(0);
  await until('nothing runs any more', () => home.processes().length === 0);
  expect(fs.readdirSync(join(home.paths.data, 'remotes'))).toEqual([]);
});
