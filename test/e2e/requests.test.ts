// Requests that no client of ours would send, over the socket of a real daemon.
import fs from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Endpoint, readEndpoint } from '../../src/client/endpoint.ts';
import { withStore } from '../harness/audit.ts';
import { createHome, ended, type Home } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
beforeAll(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
});
afterAll(() => home.remove());

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface Got {
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly message: string;
  readonly hint: string;
  readonly field: string | undefined;
}

function endpoint(): Endpoint {
  const found = readEndpoint(home.paths.endpoint);
  if (!found) throw new Error('no daemon');
  return found;
}

function send({ method = 'POST', path = '/memory/context/store', headers = {}, body = '{}' }: Sent): Promise<Got> {
  const { socket, token } = endpoint();
  const standing = { authorization: `Bearer ${token}`, 'x-prsist-project': encodeURIComponent(cwd) };
  const all = { ...standing, 'content-type': 'application/json', ...headers };
  return new Promise((done, fail) => {
    const request = http.request({ socketPath: socket, agent: false, method, path, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { error = {} } = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
        done({ status: response.statusCode, code: error.code, message: '', hint: '', field: undefined, ...error });
      });
    });
    request.on('error', fail);
    request.end(body);
  });
}

const stored = (more: object) => JSON.stringify({ key: 'k', value: 'v', ...more });
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('a request that is refused says which field and what to do', () => {
  const cases: readonly (readonly [string, Sent, Partial<Got>])[] = [
    ['an unknown route', { path: '/memory/no/such' }, { status: 404, code: 'route/unknown' }],
    ['an inherited name', { path: '/memory/constructor/name' }, { status: 404, code: 'route/unknown' }],
    ['another root', { path: '/' }, { status: 404, code: 'route/unknown' }],
    ['another method', { method: 'DELETE', body: '' }, { status: 404, code: 'route/unknown' }],
    ['an unknown member', { body: stored({ colour: 1 }) }, { status: 400, code: 'input/invalid', field: 'colour' }],
    ['a wrong type', { body: stored({ key: 7 }) }, { status: 400, code: 'input/invalid', field: 'key' }],
    ['a missing member', { body: '{"key":"k"}' }, { status: 400, code: 'input/invalid', field: 'value' }],
    ['no object', { body: '[1]' }, { status: 400, code: 'input/invalid' }],
    ['no JSON', { body: '{"key":' }, { status: 400, code: 'input/encoding' }],
    ['no UTF-8', { body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]) }, { status: 400, code: 'input/encoding' }],
    ['a NUL', { body: stored({ value: 'a\u0000b' }) }, { status: 400, code: 'input/encoding' }],
    ['a NUL in a name', { body: stored({ metadata: { 'a\u0000': 1 } }) }, { status: 400, code: 'input/encoding' }],
    ['half a character', { body: '{"key":"k","value":"\\ud800"}' }, { status: 400, code: 'input/encoding' }],
    ['__proto__', { body: '{"key":"k","value":{"__proto__":{"a":1}}}' }, { status: 400, code: 'input/invalid' }],
    ['too deep', { body: `{"key":"k","value":${deep(40)}}` }, { status: 413, code: 'limit/too-large' }],
    ['very deep', { body: `{"key":"k","value":${deep(100_000)}}` }, { status: 413 }],
    ['too many members', { body: stored({ value: Array(10_001).fill(0) }) }, { status: 413, code: 'limit/too-large' }],
    ['a long key', { body: stored({ key: 'k'.repeat(513) }) }, { status: 413, code: 'limit/too-large', field: 'key' }],
    ['a large value', { body: stored({ value: 'v'.repeat(2 ** 20 + 1) }) }, { status: 413, code: 'limit/too-large' }],
    ['another type', { headers: { 'content-type': 'text/plain' } }, { status: 415, code: 'input/media-type' }],
    ['a wrong token', { headers: { authorization: 'Bearer abc' } }, { status: 403, code: 'auth/refused' }],
    ['no token', { headers: { authorization: '' } }, { status: 401, code: 'auth/missing' }],
    ['a browser', { headers: { origin: 'http://localhost' } }, { status: 403, code: 'auth/refused' }],
    ['a page', { headers: { referer: 'http://localhost/' } }, { status: 403, code: 'auth/refused' }],
    ['another protocol', { headers: { 'x-prsist-proto': '2' } }, { status: 426, code: 'daemon/version-skew' }],
    ['no protocol', { headers: { 'x-prsist-proto': 'x' } }, { status: 426, code: 'daemon/version-skew' }],
    ['a bad project', { headers: { 'x-prsist-project': '%zz' } }, { status: 400, code: 'input/encoding' }],
    [
      'an unknown project',
      { headers: { 'x-prsist-project': 'nowhere' }, body: stored({}) },
      { status: 404, code: 'project/not-found' },
    ],
    ['a bad agent', { headers: { 'x-prsist-agent': 'a b' } }, { status: 400, code: 'input/invalid' }],
    [
      'a long request key',
      { headers: { 'idempotency-key': 'k'.repeat(129) } },
      { status: 413, code: 'limit/too-large' },
    ],
  ];
  test.each(cases)('%s', async (_, sent, expected) => {
    const got = await send(sent);
    expect(got).toMatchObject(expected);
    expect(got.message).not.toBe('');
    expect(got.hint).not.toBe('');
  });
});

test('a request larger than all limits', async () => {
  const asked = home.client(cwd).call('context.store', { key: 'k', value: 'v'.repeat(9 * 2 ** 20) });
  await expect(asked).rejects.toMatchObject({ code: 'limit/too-large' });
});

test('a wrong token learns nothing before it is refused, whatever it sends', async () => {
  const headers = { authorization: 'Bearer abc' };
  for (const body of ['{"key":', stored({ colour: 1 }), 'x'.repeat(1000)]) {
    expect(await send({ headers, body })).toMatchObject({ status: 403, code: 'auth/refused' });
  }
});

test('one request key for two requests is refused, the first answer stands', async () => {
  const headers = { 'idempotency-key': 'one' };
  expect(await send({ headers, body: stored({ key: 'first' }) })).toMatchObject({ status: 200 });
  expect(await send({ headers, body: stored({ key: 'second' }) })).toMatchObject({ code: 'request/key-reused' });
  expect(await send({ headers, body: stored({ key: 'first' }) })).toMatchObject({ status: 200 });
});

test('outside a project the command names prsist init', async () => {
  const ran = await home.prsist(['context', 'list'], { cwd: home.root });
  expect(ran.exit).toBe(1);
  expect(ran.stderr).toMatch(/^error: .+\ntry: prsist init/);
  const told = JSON.parse((await home.prsist(['context', 'list', '--json'], { cwd: home.root })).stdout);
  expect(told).toMatchObject({ error: { code: 'project/required', hint: expect.stringContaining('prsist init') } });
});

test('nobody else may read what is ours', () => {
  const open = fs
    .readdirSync(join(home.root, 'p'), { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => (fs.lstatSync(path).mode & 0o077) !== 0 && !fs.lstatSync(path).isSymbolicLink());
  expect(open).toEqual([]);
});

test('a database written by a newer prsist is refused and stays as it is', async () => {
  const { project_id } = await home.client(cwd).call('project.show', {});
  await home.prsist(['daemon', 'stop']);
  const file = join(home.paths.projects, project_id, 'memory.db');
  const newer = withStore(file, ({ db }) => db.pragma('user_version = 9999', { simple: true }));
  expect(newer).not.toBe(0);
  const before = fs.readFileSync(file);
  const ran = await home.prsist(['context', 'list', '--json'], { cwd });
  expect(ran.exit).toBe(69);
  expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'store/newer-schema' } });
  await home.prsist(['daemon', 'stop']);
  expect(fs.readFileSync(file).equals(before)).toBe(true);
  const user = home.paths.userDatabase;
  withStore(user, ({ db }) => db.pragma('user_version = 9999'));
  const cold = await home.prsist(['context', 'list', '--json'], { cwd });
  expect(JSON.parse(cold.stdout)).toMatchObject({ error: { code: 'store/newer-schema' } });
  const child = home.daemon();
  await ended(child);
  expect(child.exitCode).toBe(69);
});
