// T21: who is not let in. Nothing listens on TCP unless it was asked for; files and directories are ours alone.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { readlink } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { freePort } from '../harness/free-port.ts';
import { createHome, type Home } from '../harness/home.ts';

let home: Home;
let port: number;
let admin: string;
beforeAll(async () => {
  home = createHome();
  port = await freePort();
  await home.serve({ PRSIST_API__TCP: 'true', PRSIST_API__PORT: String(port) });
  admin = String((await home.json(['token', 'new', 'admin', '--rights', 'admin'])).token);
});
afterAll(() => home.remove());

interface Said {
  readonly status: number;
  readonly code: string | undefined;
  readonly body: Record<string, unknown>;
}

/** One request to the listener, or to the socket. */
function ask(path: string, headers: Record<string, string> = {}, where: http.RequestOptions = { port }): Promise<Said> {
  return new Promise((resolve, reject) => {
    const method = path === '/memory/health' ? 'GET' : 'POST';
    const sent = { authorization: `Bearer ${admin}`, 'content-type': 'application/json', ...headers };
    const request = http.request({ host: '127.0.0.1', ...where, method, path, headers: sent }, (answer) => {
      let text = '';
      answer.on('data', (data) => {
        text += data;
      });
      answer.on('end', () => {
        const body = JSON.parse(text);
        resolve({ status: answer.statusCode ?? 0, code: body.error?.code, body });
      });
    });
    request.on('error', reject).end(method === 'POST' ? '{}' : undefined);
  });
}

test('T21 HT10: nothing listens on TCP by default', async () => {
  const quiet = createHome();
  try {
    const child = await quiet.serve();
    const fds = fs.readdirSync(`/proc/${child.pid}/fd`);
    // one may be closed between the two looks
    const links = await Promise.all(fds.map((fd) => readlink(`/proc/${child.pid}/fd/${fd}`).catch(() => '')));
    const inodes = links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
    const tcp = ['tcp', 'tcp6', 'udp', 'udp6'].map((name) => fs.readFileSync(`/proc/${child.pid}/net/${name}`, 'utf8'));
    const open = tcp
      .join('\n')
      .split('\n')
      .filter((line) => inodes.includes(line.trim().split(/\s+/)[9] ?? ''));
    expect(open).toEqual([]);
    expect(inodes.length).toBeGreaterThan(0);
  } finally {
    await quiet.remove();
  }
});

test('T21 HT11: a wrong, missing, revoked or expired token is refused, on the socket and on TCP', async () => {
  const path = '/memory/session/list';
  const { socket: socketPath = '', token = '' } = readEndpoint(home.paths.endpoint) ?? {};
  for (const where of [{ port }, { socketPath }]) {
    expect(await ask(path, { authorization: '' }, where)).toMatchObject({ status: 401, code: 'auth/missing' });
    for (const wrong of ['Bearer x', `Bearer ${'0'.repeat(64)}`, 'Basic eDp5']) {
      expect(await ask(path, { authorization: wrong }, where)).toMatchObject({ status: 403, code: 'auth/refused' });
    }
  }
  // each door has tokens of its own
  expect(await ask(path, { authorization: `Bearer ${token}` })).toMatchObject({ status: 403 });
  expect(await ask(path, {}, { socketPath })).toMatchObject({ status: 403 });
  const made = await home.json(['token', 'new', 'short']);
  const short = { authorization: `Bearer ${made.token}` };
  expect(await ask(path, short)).toMatchObject({ status: 200 });
  await home.json(['token', 'revoke', 'short']);
  expect(await ask(path, short)).toMatchObject({ status: 403, code: 'auth/refused' });
});

test('T21 HT12: a Host that is no literal loopback and a page of another origin are refused', async () => {
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.nip.io', `127.0.0.1:${port + 1}`, '0.0.0.0']) {
    expect(await ask('/memory/health', { host })).toMatchObject({ status: 403 });
  }
  for (const origin of [
    'http://evil.example',
    'null',
    `https://127.0.0.1:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
  ]) {
    expect(await ask('/memory/health', { origin })).toMatchObject({ status: 403, code: 'auth/refused' });
  }
  expect(await ask('/memory/health', { origin: `http://127.0.0.1:${port}` })).toMatchObject({ status: 200 });
  expect(await ask('/memory/health', { referer: 'http://evil.example/x' })).toMatchObject({ status: 403 });
});

test('T21 HT13: names in paths never become files', async () => {
  const before = fs.readdirSync(home.root).sort();
  for (const id of ['../../../../etc/passwd', '..%2f..%2f..%2fetc%2fpasswd', '%2e%2e%2f%2e%2e%2fetc']) {
    const { status } = await ask(`/memory/session/resume/${encodeURIComponent(id)}`);
    expect(status).toBe(404);
  }
  expect(await ask('/memory/session/list', { 'x-prsist-project': '..%2F..%2Fuser.db' })).toMatchObject({ status: 404 });
  expect((await ask('/docs/static/..%2f..%2f..%2fpackage.json').catch(() => ({ status: 404 }))).status).toBe(404);
  expect(fs.readdirSync(home.root).sort()).toEqual(before);
});

test('T21 HT14: everything that is kept is ours alone, and so is the socket', async () => {
  await home
    .client('')
    .call('task.add', { description: 'makes a database' })
    .catch(() => undefined);
  await ask('/memory/session/start');
  const wrong: string[] = [];
  const look = (path: string): void => {
    const info = fs.lstatSync(path);
    if ((info.mode & 0o077) !== 0) wrong.push(`${path} ${(info.mode & 0o777).toString(8)}`);
    if (info.isDirectory()) for (const name of fs.readdirSync(path)) look(join(path, name));
  };
  for (const path of [home.paths.config, home.paths.data, home.paths.state]) look(path);
  expect(wrong).toEqual([]);
  expect(fs.existsSync(join(home.paths.projects))).toBe(true);
});

test('T21 HT15: a directory that is a link, or open to others, is refused with what to do', async () => {
  for (const spoil of ['link', 'open'] as const) {
    const other = createHome();
    try {
      fs.mkdirSync(join(other.root, 'p'), { mode: 0o700 });
      if (spoil === 'link') {
        fs.mkdirSync(join(other.root, 'elsewhere'), { mode: 0o700 });
        fs.symlinkSync(join(other.root, 'elsewhere'), other.paths.state);
      } else fs.mkdirSync(other.paths.state, { mode: 0o755 });
      fs.chmodSync(other.paths.state, spoil === 'open' ? 0o755 : 0o700);
      const ran = await other.prsist(['task', 'list']);
      expect(ran.exit).toBe(77);
      expect(ran.stderr).toMatch(spoil === 'link' ? /symbolic link/ : /open to others[\s\S]*chmod 700/);
    } finally {
      await other.remove();
    }
  }
});

test.skipIf(process.getuid?.() !== 0 || spawnSync('setpriv', ['--version']).status !== 0)(
  'T21 HT16: another account cannot reach the socket or read a file (needs root and setpriv)',
  () => {
    const { socket = '' } = readEndpoint(home.paths.endpoint) ?? {};
    const as = (script: string) =>
      spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '-e', script], {
        encoding: 'utf8',
      });
    const connect = `require('net').connect(${JSON.stringify(socket)}).on('error', (e) => console.log(e.code)).on('connect', () => console.log('in'))`;
    expect(as(connect).stdout.trim()).not.toBe('in');
    const read = `try { require('fs').readFileSync(${JSON.stringify(home.paths.endpoint)}); console.log('in') } catch (e) { console.log(e.code) }`;
    expect(as(read).stdout.trim()).not.toBe('in');
  },
);

test('T21 HT17: headers over 16 KiB and a request that takes its time are cut off; 64 connections at most', async () => {
  const big = await new Promise<string>((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write(`GET /memory/health HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${'y'.repeat(17 * 1024)}\r\n\r\n`);
    });
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('error', () => undefined).on('close', () => resolve(text));
  });
  expect(big).toMatch(/^HTTP\/1\.1 (431|400)/);
  const sockets: net.Socket[] = [];
  const closed: net.Socket[] = [];
  for (let i = 0; i < 70; i += 1) {
    const socket = net.connect(port, '127.0.0.1');
    socket
      .on('error', () => undefined)
      .on('close', () => closed.push(socket))
      .resume();
    sockets.push(socket);
  }
  await new Promise<void>((resolve) => {
    const look = () => (closed.length >= 6 ? resolve() : setTimeout(look, 10));
    look();
  });
  // those that hold a place and say nothing are sent away after ten seconds
  await new Promise<void>((resolve) => {
    const look = () => (closed.length === sockets.length ? resolve() : setTimeout(look, 50));
    look();
  });
  expect(await ask('/memory/health')).toMatchObject({ status: 200 });
});
