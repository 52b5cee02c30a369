// The published contract, asked by clients that share no line with ours.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { freePort } from '../harness/free-port.ts';
import { createHome, ended, execute, type Home } from '../harness/home.ts';

const client = join(import.meta.dirname, '../contract/client.py');
const has = (program: string) => spawnSync(program, ['--version']).status === 0;
const [python, curl] = [has('python3'), has('curl')];
const systemPath = { PATH: '/usr/local/bin:/usr/bin:/bin' };

/** Checks of members that other work brings; taken off this list when it is there. */
const waiting: readonly string[] = [];

let home: Home;
let port: number;
beforeAll(async () => {
  home = createHome();
  port = await freePort();
  await home.serve({ PRSIST_API__TCP: 'true', PRSIST_API__PORT: String(port) });
});
afterAll(() => home.remove());

async function checked(where: readonly string[], token: string) {
  const args = [client, ...where, '--token', token, '--skip', waiting.join(',')];
  const { exit, stdout, stderr } = await execute('python3', args, { env: systemPath });
  expect(stderr).toBe('');
  expect(stdout.split('\n').filter((line) => line.startsWith('FAIL'))).toEqual([]);
  expect(stdout.match(/^ok /gm)?.length).toBeGreaterThan(20);
  expect(exit).toBe(0);
}

test.skipIf(!python)(
  'HT1: every published route over TCP, for a client written from the contract (needs python3)',
  async () => {
    const { token } = await home.json(['token', 'new', 'contract', '--rights', 'admin']);
    await checked(['--tcp', `127.0.0.1:${port}`], String(token));
  },
);

test.skipIf(!python)('HT1: the same over the socket (needs python3)', async () => {
  const { socket = '', token = '' } = readEndpoint(home.paths.endpoint) ?? {};
  await checked(['--unix', socket], token);
});

test.skipIf(!curl)('HT2: the published methods and paths over the socket with curl (needs curl)', async () => {
  const { socket = '', token = '' } = readEndpoint(home.paths.endpoint) ?? {};
  const ask = async (path: string, body?: object) => {
    const sent = body ? ['-d', JSON.stringify(body), '-H', 'content-type: application/json'] : [];
    const args = ['-sS', '--unix-socket', socket, '-H', `authorization: Bearer ${token}`, ...sent];
    const ran = await execute('curl', [...args, '-w', '\n%{http_code}', `http://prsist${path}`], { env: systemPath });
    const lines = ran.stdout.split('\n');
    return { status: Number(lines.at(-1)), text: lines.slice(0, -1).join('\n') };
  };
  const posted = async (path: string, body: object) => {
    const { status, text } = await ask(`/memory/${path}`, body);
    return { status, ...JSON.parse(text) };
  };
  expect(await posted('context/store', { key: 'curl.a', value: 1 })).toMatchObject({ status: 200, success: true });
  expect(await posted('context/retrieve', { key: 'curl.a' })).toMatchObject({ success: true, value: 1 });
  expect(await posted('context/search', { query: 'curl' })).toMatchObject({ success: true, query: 'curl' });
  expect(await posted('session/start', { session_id: 'curl 1' })).toMatchObject({ success: true, created: true });
  const said = { session_id: 'curl 1', role: 'user', content: 'hello' };
  expect(await posted('session/message', said)).toMatchObject({ success: true, message_count: 1 });
  expect(await posted('session/resume/curl%201', {})).toMatchObject({ success: true, session_id: 'curl 1' });
  const handed = { session_id: 'curl 1', to_agent: 'codex', handoff_reason: 'r' };
  expect(await posted('session/handoff', handed)).toMatchObject({ success: true, status: 'pending' });
  expect(JSON.parse((await ask('/memory/session/context/curl%201?recent=1')).text)).toMatchObject({
    ...{ success: true, context: { conversation: { message_count: 1 } } },
  });
  expect(JSON.parse((await ask('/memory/health')).text)).toMatchObject({ success: true, version: '0.1.0' });
  expect((await ask('/memory/metrics')).text).toContain('# EOF');
  expect(JSON.parse((await ask('/docs/json')).text)).toMatchObject({ openapi: '3.1.0' });
});

test('HT3: prsist docs opens a port for a browser that ends with it, however it ends', async () => {
  const { spawn } = await import('node:child_process');
  const { commandPath } = await import('../harness/home.ts');
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const child = spawn(process.execPath, [commandPath, 'docs', '--no-open', '--json'], { env: { ...home.env } });
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
    const { url } = JSON.parse(line);
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Swagger UI');
    expect(((await (await fetch(`${url}json`)).json()) as { openapi: string }).openapi).toBe('3.1.0');
    const tried = await fetch(new URL('../memory/session/list', url), {
      ...{ method: 'POST', body: '{}', headers: { 'content-type': 'application/json', origin: new URL(url).origin } },
    });
    expect(await tried.json()).toMatchObject({ success: true });
    const { origin } = new URL(url);
    expect((await fetch(`${origin}/docs/`)).status).toBe(403);
    expect((await fetch(`${origin}/${'0'.repeat(48)}/docs/`)).status).toBe(403);
    expect((await fetch(url, { headers: { origin: 'http://evil.example' } })).status).toBe(403);
    child.kill(signal);
    await ended(child);
    await expect(fetch(url)).rejects.toThrow();
  }
  expect(fs.readdirSync(home.paths.state).filter((name) => name.startsWith('docs-'))).toEqual([]);
});
