// Devices as they are: each a home of its own with its own daemon, and a folder between them.
import fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createHome, ended, type Home } from '../harness/home.ts';

async function home(): Promise<Home> {
  const made = createHome();
  onTestFinished(() => made.remove());
  await made.serve();
  return made;
}

/** Every byte of logs and state that a home has written. */
function writtenBy({ paths }: Home): string {
  const files = fs.readdirSync(paths.state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => fs.readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('\n');
}

test('T29 · three devices by check words and by recovery words, one put out, and no secret in any log', async () => {
  const [laptop, desk, fresh] = [await home(), await home(), await home()];
  const folder = join(laptop.root, 'sync');
  await laptop.json(['remote', 'add', 'home', folder]);
  const invited = await laptop.json(['device', 'invite']);
  const [token, invite] = [String(invited.token), String(invited.invite_id)];
  const asked = await desk.prsist(['device', 'join', '--no-wait', '--json'], { input: token });
  const words: string[] = JSON.parse(asked.stdout).words;
  expect(await desk.json(['device', 'list'])).toMatchObject({ standing: 'waiting' });

  const wrong = await laptop.prsist(['device', 'admit', invite, '--words', 'zoo zoo zoo zoo']);
  expect(wrong).toMatchObject({ exit: 1, stderr: expect.stringContaining('nobody was let in') });
  await laptop.json(['device', 'admit', invite, '--words', words.join(' ')]);
  expect(await desk.json(['device', 'join'])).toMatchObject({ keyring_version: 2, devices: 2 });

  const made = await laptop.json(['recovery', 'create']);
  const recovery = made.words as string[];
  const positions = made.positions as number[];
  const three = positions.map((position) => recovery[position - 1]).join(' ');
  expect(await laptop.prsist(['recovery', 'confirm'], { input: three })).toMatchObject({ exit: 0 });
  expect(await laptop.prsist(['recovery', 'test'], { input: recovery.join(' ') })).toMatchObject({ exit: 0 });
  const typo = recovery.with(4, 'passwort1');
  const refused = await laptop.prsist(['recovery', 'test'], { input: typo.join(' ') });
  expect(refused).toMatchObject({ exit: 2, stderr: expect.stringContaining('word 5 is not in the list') });
  const entered = await fresh.prsist(['device', 'join', '--words', '--remote', folder], { input: recovery.join('\n') });
  expect(entered).toMatchObject({
    exit: 0,
    stdout: expect.stringMatching(/^joined {2}3 devices now share this memory\n/),
  });

  const { items } = await laptop.json(['device', 'list']);
  const other = (items as { device_id: string; this_device: boolean }[]).find((item) => !item.this_device);
  await laptop.json(['device', 'revoke', String(other?.device_id), '--yes']);
  expect(await laptop.json(['device', 'list'])).toMatchObject({ standing: 'member', epoch: 2, recovery: true });

  for (const each of [laptop, desk, fresh]) {
    const keys = fs.readdirSync(each.paths.keys).filter((name) => name.startsWith('device-'));
    expect(keys).toHaveLength(1);
    const path = join(each.paths.keys, keys[0] ?? '');
    expect([fs.statSync(each.paths.keys).mode & 0o777, fs.statSync(path).mode & 0o777]).toEqual([0o700, 0o600]);
    const secret: { box: string; sign: string } = JSON.parse(fs.readFileSync(path, 'utf8'));
    const written = writtenBy(each);
    expect(written).toContain('keyring-accepted');
    for (const hidden of [token, recovery.slice(0, 3).join(' '), three, 'passwort1', secret.box, secret.sign]) {
      expect(written).not.toContain(hidden);
    }
  }
  const { stdout } = await laptop.prsist(['doctor']);
  expect(stdout).toContain('device keys: files in');
});

test('T29 · a remote of somebody else is refused when it is added, and stays as it is', async () => {
  const [laptop, stranger] = [await home(), await home()];
  const folder = join(laptop.root, 'sync');
  await laptop.json(['remote', 'add', 'home', folder]);
  await laptop.json(['device', 'invite']);
  const before = fs.readdirSync(folder, { recursive: true }).sort();
  const ran = await stranger.prsist(['remote', 'add', 'home', folder]);
  expect(ran).toMatchObject({ exit: 1, stderr: expect.stringContaining('prsist device join') });
  expect(fs.readdirSync(folder, { recursive: true }).sort()).toEqual(before);
  expect(await stranger.json(['remote', 'list'])).toMatchObject({ items: [] });
  const away = await stranger.prsist(['device', 'join'], { input: 'prsist-join-1.nonsense' });
  expect(away).toMatchObject({ exit: 2, stderr: expect.not.stringContaining('nonsense') });
});

test('T2 · killed where a keyring stands on the remote and is not noted here, the next start goes on with that one', async () => {
  const laptop = await home();
  const folder = join(laptop.root, 'sync');
  await laptop.json(['remote', 'add', 'home', folder]);
  const keyrings = () =>
    fs
      .readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.kr'))
      .map((name) => fs.readFileSync(join(folder, name)).toString('hex'))
      .sort();
  for (const [argv, versions] of [
    [['device', 'invite', '--json'], 1],
    [['device', 'rename', hostname(), 'desk'], 2],
  ] as const) {
    await laptop.kill();
    const doomed = await laptop.serve({ PRSIST_FAILPOINT: 'keyring.put:kill' });
    // whatever becomes of the command, which may ask a daemon of its own again
    await laptop.prsist(argv);
    await ended(doomed);
    expect(doomed.signalCode).toBe('SIGKILL');
    const put = keyrings();
    expect(put).toHaveLength(versions);
    await laptop.kill();
    await laptop.json(['device', 'invite']);
    expect(await laptop.json(['device', 'list'])).toMatchObject({
      standing: 'member',
      keyring_version: versions,
      epoch: 1,
    });
    expect(keyrings()).toEqual(put);
  }
  const { items } = await laptop.json(['device', 'list']);
  expect(items).toMatchObject([{ name: 'desk' }]);
});
