import { expect, test } from 'vitest';
import { type ClientOptions, createClient } from '../../src/client/call.ts';
import { refuse, reply, serve, token, type WireServer } from './wire-server.ts';

function clientOf(server: WireServer, options: Partial<ClientOptions> = {}) {
  return createClient({ env: server.env, daemon: '/nowhere/prsist-daemon', project: '/my projects/ä', ...options });
}

const stored = { entry_id: 'e', key: 'k', layer: 'long_term', scope: 'project', sync_version: 1, created: true };

test('a call is a POST with token, protocol, project and a key, and gives the reply as it came', async () => {
  await using server = await serve((_, response) => reply(response, stored));
  const got = await clientOf(server, { agent: 'codex' }).call('context.store', { key: 'k', value: 'v' });
  expect(got).toEqual({ success: true, ...stored });
  expect(server.asked).toHaveLength(1);
  const [{ name, input, headers } = expect.fail('nothing asked')] = server.asked;
  expect({ name, input }).toEqual({ name: 'context.store', input: { key: 'k', value: 'v' } });
  expect(headers).toMatchObject({
    authorization: `Bearer ${token}`,
    'x-prsist-proto': '1',
    'x-prsist-project': '%2Fmy%20projects%2F%C3%A4',
    'x-prsist-agent': 'codex',
    'content-type': 'application/json',
  });
  expect(headers['idempotency-key']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('outside an agent no agent is named', async () => {
  await using server = await serve((_, response) => reply(response, {}));
  await clientOf(server).post('system.health', {});
  expect(server.asked[0]?.headers).not.toHaveProperty('x-prsist-agent');
});

test('an error of the daemon is thrown with code, hint, field and details', async () => {
  await using server = await serve((_, response) =>
    refuse(response, 400, {
      code: 'input/invalid',
      message: 'too long',
      hint: 'shorter',
      field: 'key',
      details: { max: 512 },
    }),
  );
  await expect(clientOf(server).post('context.store', {})).rejects.toMatchObject({
    code: 'input/invalid',
    message: 'too long',
    hint: 'shorter',
    field: 'key',
    details: { max: 512 },
  });
});

test('a code from a later version is kept in the message', async () => {
  await using server = await serve((_, response) =>
    refuse(response, 500, { code: 'new/thing', message: 'm', hint: 'h' }),
  );
  await expect(clientOf(server).post('a.b', {})).rejects.toMatchObject({ code: 'internal', message: 'new/thing: m' });
});

test.each(['not json', '[]', '"x"', ''])('an answer that is no object is an error, not a crash: %j', async (body) => {
  await using server = await serve((_, response) => response.end(body));
  await expect(clientOf(server).post('a.b', {})).rejects.toMatchObject({ code: 'internal' });
});

test('busy is repeated with the same key until it passes', async () => {
  let left = 3;
  await using server = await serve((_, response) => {
    left -= 1;
    if (left > 0) refuse(response, 503, { code: 'daemon/busy', message: 'busy', hint: '', retry_ms: 1 });
    else reply(response, { done: 1 });
  });
  expect(await clientOf(server).post('context.store', {})).toMatchObject({ done: 1 });
  expect(server.asked).toHaveLength(3);
  expect(new Set(server.asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
});

test('two calls have two keys', async () => {
  await using server = await serve((_, response) => reply(response, {}));
  const client = clientOf(server);
  await client.post('a.b', {});
  await client.post('a.b', {});
  expect(new Set(server.asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
});

test('busy for ever is given up after five repeats', async () => {
  await using server = await serve((_, response) =>
    refuse(response, 503, { code: 'daemon/busy', message: 'busy', hint: '', retry_ms: 1 }),
  );
  await expect(clientOf(server).post('a.b', {})).rejects.toMatchObject({ code: 'daemon/busy' });
  expect(server.asked).toHaveLength(6);
});

test('a connection lost in the middle is tried again with the same key', async () => {
  let left = 2;
  await using server = await serve((_, response) => {
    left -= 1;
    if (left > 0) response.socket?.destroy();
    else reply(response, { done: 1 });
  });
  expect(await clientOf(server).post('context.store', {})).toMatchObject({ done: 1 });
  expect(new Set(server.asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
});

test('a connection lost again and again is given up', async () => {
  await using server = await serve((_, response) => void response.socket?.destroy());
  await expect(clientOf(server).post('a.b', {})).rejects.toMatchObject({ code: 'daemon/unavailable' });
  expect(server.asked).toHaveLength(4);
});

test('a daemon that never answers is wedged, and a long poll may be silent for as long as it asked', async () => {
  await using server = await serve(({ name }, response) => {
    if (name === 'job.show') setTimeout(() => reply(response, { state: 'done' }), 80);
  });
  const client = clientOf(server, { timeoutMs: 30 });
  await expect(client.post('system.health', {})).rejects.toMatchObject({ code: 'daemon/wedged' });
  expect(await client.post('job.show', { job_id: 'j', wait_ms: 5_000 })).toMatchObject({ state: 'done' });
});

test('a silent daemon is said to be busy or hung, once', async () => {
  await using server = await serve(() => undefined);
  const told: string[] = [];
  const client = clientOf(server, { slowMs: 10, timeoutMs: 50, notice: (text) => told.push(text) });
  await expect(client.post('a.b', {})).rejects.toMatchObject({
    code: 'daemon/wedged',
    hint: 'prsist daemon stop --force',
  });
  expect(told).toEqual([expect.stringContaining('busy or hung')]);
});

test('an older client is told to upgrade and restarts nothing', async () => {
  const error = { code: 'daemon/version-skew', message: 'm', hint: 'h' };
  await using server = await serve((_, response) => refuse(response, 426, error), { proto: 2, version: '0.9.0' });
  await expect(clientOf(server).post('a.b', {})).rejects.toMatchObject({
    code: 'daemon/version-skew',
    message: expect.stringContaining('0.9.0'),
    hint: 'npm install -g prsist@latest',
  });
  expect(server.asked.map(({ name }) => name)).toEqual(['a.b']);
});
