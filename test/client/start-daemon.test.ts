import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type ClientOptions, createClient } from '../../src/client/call.ts';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { leave, waitUntilGone } from '../../src/client/leave.ts';
import { temporaryHome, writeEndpoint } from './wire-server.ts';

const daemon = join(import.meta.dirname, 'small-daemon.ts');
const homes: string[] = [];

function newHome(): string {
  const home = temporaryHome();
  homes.push(home);
  return home;
}

afterEach(async () => {
  for (const home of homes.splice(0)) {
    const endpoint = readEndpoint(join(home, 'state', 'endpoint.json'));
    if (endpoint && endpoint.pid !== process.pid) await leave(endpoint, 1_000).catch(() => undefined);
    fs.rmSync(home, { recursive: true, force: true });
  }
});

function clientOf(home: string, manner: string, options: Partial<ClientOptions> = {}) {
  const env = { PRSIST_HOME: home, HOME: home, PATH: process.env.PATH, SMALL_DAEMON: manner };
  return createClient({ env, daemon, project: '/p', startMs: 20_000, ...options });
}

test('without an endpoint the daemon is started, and the same call answered by it', async () => {
  const home = newHome();
  const got = await clientOf(home, 'serve').post('system.health', {});
  expect(got).toMatchObject({ proto: 1 });
  expect(got.pid).not.toBe(process.pid);
});

test('an endpoint whose daemon died is not believed', async () => {
  const home = newHome();
  writeEndpoint(home, { socket: join(home, 'gone.sock') });
  expect(await clientOf(home, 'serve').post('system.health', {})).toMatchObject({ proto: 1 });
});

test('the reason for a failed start is the error', async () => {
  const failing = clientOf(newHome(), 'error').post('a.b', {});
  await expect(failing).rejects.toMatchObject({
    code: 'store/network-disk',
    message: 'on a network disk',
    hint: 'move it',
  });
});

test('an old reason is not the reason', async () => {
  const home = newHome();
  const old = { code: 'disk/full', message: 'yesterday', hint: '', at: '2020-01-01T00:00:00Z' };
  fs.writeFileSync(join(home, 'state', 'start-error.json'), JSON.stringify(old));
  expect(await clientOf(home, 'serve').post('system.health', {})).toMatchObject({ proto: 1 });
});

test('a daemon that does not come up is unavailable, with the place of its log', async () => {
  const home = newHome();
  await expect(clientOf(home, 'mute', { startMs: 100 }).post('a.b', {})).rejects.toMatchObject({
    code: 'daemon/unavailable',
    hint: expect.stringContaining(join(home, 'state', 'log')),
  });
});

test('a daemon that ended without a word is told so', async () => {
  const env = { PRSIST_HOME: newHome(), HOME: '/nowhere', PATH: process.env.PATH };
  const client = createClient({ env, daemon: '/nowhere/prsist-daemon', project: '/p', startMs: 2_500 });
  await expect(client.post('a.b', {})).rejects.toMatchObject({
    code: 'daemon/unavailable',
    message: 'the daemon ended at once',
    hint: 'prsist daemon run shows why',
  });
});

test.each(['data', 'state'])(
  'a place for %s that cannot be made is said at once, and nothing is started',
  async (name) => {
    const home = newHome();
    fs.rmSync(join(home, name), { recursive: true, force: true });
    fs.symlinkSync('/proc/nowhere', join(home, name)); // a directory that nobody can make, root included
    await expect(clientOf(home, 'serve').post('a.b', {})).rejects.toMatchObject({
      code: 'disk/read-only',
      message: expect.stringContaining(join(home, name)),
      hint: expect.stringContaining('PRSIST_HOME'),
    });
    expect(fs.existsSync(join(home, 'state', 'starting'))).toBe(false);
  },
);

test('a client that must not start one says that there is none', async () => {
  const asked = clientOf(newHome(), 'serve', { whenAbsent: 'fail' }).post('a.b', {});
  await expect(asked).rejects.toMatchObject({ code: 'daemon/unavailable', hint: 'prsist daemon start' });
});

async function startOld(home: string, manner = 'old'): Promise<void> {
  const child = spawn(process.execPath, [daemon, manner], { env: { PRSIST_HOME: home }, stdio: 'ignore' });
  child.unref();
  const published = join(home, 'state', 'endpoint.json');
  await expect.poll(() => readEndpoint(published)?.pid, { timeout: 10_000 }).toBe(child.pid);
}

test.each(['old', 'leaving'])('a newer client lets an older daemon leave and starts its own (%s)', async (manner) => {
  const home = newHome();
  await startOld(home, manner);
  const old = readEndpoint(join(home, 'state', 'endpoint.json'));
  expect(await clientOf(home, 'serve').post('system.health', {})).toMatchObject({ proto: 1 });
  expect(old && (await waitUntilGone(old, 0))).toBe(true);
});

test('but not twice in a minute', async () => {
  const home = newHome();
  await startOld(home);
  const asked = clientOf(home, 'old').post('a.b', {}); // the one it starts is of the older version again
  await expect(asked).rejects.toMatchObject({ code: 'daemon/version-skew', hint: expect.stringContaining('older') });
});
