import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { PrsistError } from '../../src/core/errors.ts';
import { limits } from '../../src/core/limits.ts';
import type { Asked, Dispatch } from '../../src/daemon/dispatch.ts';
import { socketDoor } from '../../src/daemon/doors.ts';
import { createServer, type ServerParts } from '../../src/daemon/server.ts';
import { projectId, wiredWorld } from './wired-world.ts';

const token = 't'.repeat(64);
const json = { 'content-type': 'application/json' };

/** A server before a dispatch; answers with status and body. */
function serverWith(dispatch: Dispatch, more: Partial<ServerParts> = {}) {
  const bugs: string[] = [];
  const server = createServer({
    ...{
      dispatch,
      door: socketDoor(token, () => 'ana'),
      accepting: () => true,
      redact: (text: string) => text,
      onRequest: () => undefined,
    },
    redact: (text) => text.replaceAll('hunter2', '***'),
    onBug: (what, error) => void bugs.push(`${what}: ${String(error)}`),
    ...more,
  });
  const send = async (method: 'GET' | 'POST', url: string, options: InjectOptions = {}) => {
    const headers = { authorization: `Bearer ${token}`, ...options.headers };
    const response = await server.inject({ ...options, method, url, headers });
    const body: { success: boolean; error?: { code: string; message: string } } = response.json();
    return { status: response.statusCode, body, code: body.error?.code, headers: response.headers };
  };
  const post = (url: string, payload?: string | Buffer | object, headers: Record<string, string> = {}) =>
    send('POST', url, { ...(payload === undefined ? {} : { payload, headers: { ...json, ...headers } }) });
  return { send, post, bugs };
}

/** A dispatch that says what it was asked. */
function echo() {
  const asked: Asked[] = [];
  const dispatch: Dispatch = async (given) => {
    asked.push(given);
    return { reply: { heard: given.operation }, status: 200, replayed: false };
  };
  return { asked, ...serverWith(dispatch) };
}

describe('routes', () => {
  test('DA40: an operation is its route; the body goes on as it came', async () => {
    const { post, send, asked } = echo();
    const body = { key: 'ü🙂', value: { nested: [1, null] } };
    expect(await post('/memory/context/store', body)).toMatchObject({
      status: 200,
      body: { success: true, heard: 'context.store' },
    });
    expect(asked[0]).toMatchObject({ operation: 'context.store', body, project: undefined, idempotencyKey: undefined });
    expect(await send('POST', '/memory/session/list')).toMatchObject({ status: 200 });
    await post('/memory/session/list', '');
    expect(asked.slice(1).map((each) => each.body ?? {})).toEqual([{}, {}]);
  });

  test('DA41: the published paths are answered, path and query as members of the body', async () => {
    const { post, send, asked } = echo();
    await send('GET', '/memory/health');
    await post('/memory/session/resume/s%20%2F%C3%BC', { agent: 'codex', session_id: 'the path wins' });
    await send('POST', '/memory/session/resume/s');
    await send('GET', '/memory/session/context/s?recent=5&other=1.5');
    await send('GET', '/memory/session/context/s');
    expect(asked.map(({ operation, body }) => [operation, body])).toEqual([
      ['system.health', {}],
      ['session.resume', { agent: 'codex', session_id: 's /ü' }],
      ['session.resume', { session_id: 's' }],
      ['session.context', { session_id: 's', recent: 5, other: '1.5' }],
      ['session.context', { session_id: 's' }],
    ]);
    const long = `ü${'x'.repeat(126)}`; // the longest id there may be
    await send('GET', `/memory/session/context/${encodeURIComponent(long)}`);
    expect(asked.at(-1)?.body).toEqual({ session_id: long });
  });

  test('DA42: what is no route is told, whatever it looks like, and is no bug', async () => {
    const { send, post, bugs } = echo();
    const nowhere = ['/', '/memory', '/memory/context', '/memory/a/b/c', '/MEMORY/context/store'];
    for (const url of nowhere) expect(await post(url, {})).toMatchObject({ status: 404, code: 'route/unknown' });
    expect(await send('GET', '/memory/context/store')).toMatchObject({ status: 404, code: 'route/unknown' });
    for (const url of ['/memory/session/context/%zz', '/memory/session/context/%FF']) {
      expect((await send('GET', url)).status).toBeLessThan(500);
    }
    expect(bugs).toEqual([]);
  });

  test('DA43: over the whole daemon an unknown operation is an unknown route, an unknown key names its field', async () => {
    const world = wiredWorld();
    world.project();
    const { post, send } = serverWith(world.dispatch);
    expect(await post('/memory/context/explode', {})).toMatchObject({ status: 404, code: 'route/unknown' });
    const project = { 'x-prsist-project': projectId };
    expect(await post('/memory/context/store', { key: 'a', value: 1, zzz: 1 }, project)).toMatchObject({
      ...{ status: 400, body: { success: false, error: { code: 'input/invalid', field: 'zzz' } } },
    });
    expect(await send('GET', '/memory/health')).toMatchObject({ body: { success: true, status: 'ok', proto: 1 } });
    expect(await send('GET', '/memory/session/context/none', { headers: project })).toMatchObject({
      code: 'session/not-found',
    });
    expect(await send('GET', '/memory/session/context/s?recent=many', { headers: project })).toMatchObject({
      ...{ status: 400, body: { error: { field: 'recent' } } },
    });
    const once = { ...project, 'idempotency-key': 'k' };
    expect(
      (await post('/memory/context/store', { key: 'a', value: 1 }, once)).headers['idempotency-replayed'],
    ).toBeUndefined();
    expect((await post('/memory/context/store', { key: 'a', value: 1 }, once)).headers['idempotency-replayed']).toBe(
      'true',
    );
    expect(await post('/memory/store/verify', {}, project)).toMatchObject({ status: 202 });
  });
});

describe('bodies', () => {
  test('DA44: only JSON in UTF-8 is understood, and of no more than 8 MiB', async () => {
    const { post, send, bugs, asked } = echo();
    const url = '/memory/context/store';
    const bad = ['{', '{"a":1,}', "{'a':1}", '{"a":1} x', '\ufeff{}', 'NaN', Buffer.from([0x22, 0xff, 0x22])];
    for (const payload of bad) expect(await post(url, payload)).toMatchObject({ status: 400, code: 'input/encoding' });
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'nonsense',
    ]) {
      expect(await send('POST', url, { payload: '{}', headers: { 'content-type': type } })).toMatchObject({
        ...{ status: 415, code: 'input/media-type' },
      });
    }
    expect(asked).toEqual([]);
    expect(await post(url, '{}', { 'content-type': 'application/json; charset=utf-8' })).toMatchObject({ status: 200 });
    const full = JSON.stringify('x'.repeat(limits.bodyBytes - 2));
    expect(await post(url, full)).toMatchObject({ status: 200 });
    expect(await post(url, `${full} `)).toMatchObject({ status: 413, code: 'limit/too-large' });
    expect(bugs).toEqual([]);
  });

  test('DA45: a key for repeats is passed on, one that is too long refused', async () => {
    const { post, asked } = echo();
    await post('/memory/a/b', {}, { 'idempotency-key': 'k'.repeat(limits.wordBytes) });
    expect(asked[0]?.idempotencyKey).toHaveLength(limits.wordBytes);
    const long = { 'idempotency-key': 'k'.repeat(limits.wordBytes + 1) };
    expect(await post('/memory/a/b', {}, long)).toMatchObject({ status: 413, code: 'limit/too-large' });
  });
});

describe('who is let in', () => {
  test('DA46: without the token nothing is read, parsed or begun, on no route', async () => {
    const { post, send, asked } = echo();
    const headers = { authorization: 'Bearer wrong' };
    for (const url of ['/memory/context/store', '/memory/session/resume/x', '/nowhere']) {
      expect(await post(url, 'no JSON', headers)).toMatchObject({ status: 403, code: 'auth/refused' });
    }
    expect(await send('GET', '/memory/session/context/s', { headers: { authorization: '' } })).toMatchObject({
      status: 401,
    });
    expect(await send('GET', '/memory/health', { headers: { origin: 'http://localhost' } })).toMatchObject({
      status: 403,
    });
    expect(asked).toEqual([]);
  });

  test('DA47: another protocol may ask for health by any of its routes', async () => {
    const { send, post } = echo();
    const headers = { 'x-prsist-proto': '99' };
    expect(await send('GET', '/memory/health', { headers })).toMatchObject({ status: 200 });
    expect(await post('/memory/system/drain', {}, headers)).toMatchObject({ status: 200 });
    expect(await post('/memory/context/store', {}, headers)).toMatchObject({
      status: 426,
      code: 'daemon/version-skew',
    });
  });
});

describe('refusals', () => {
  test('DA50: what is said back holds no secret that was sent', async () => {
    const { post } = serverWith(() =>
      Promise.reject(new PrsistError('input/invalid', 'no hunter2', { field: 'hunter2', hint: 'not hunter2' })),
    );
    const { body } = await post('/memory/a/b', {});
    expect(body).toMatchObject({ error: { message: 'no ***', field: '***', hint: 'not ***' } });
    expect((await post('/hunter2')).body.error?.message).not.toContain('hunter2');
  });
});

describe('under way', () => {
  test('DA48: leaving, nothing new is begun; too many waiting are told to come back', async () => {
    const leaving = serverWith(quiet, { accepting: () => false });
    expect(await leaving.post('/memory/a/b', {})).toMatchObject({
      status: 503,
      body: { error: { code: 'daemon/draining', retry_ms: 200 } },
    });
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let full: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => {
      full = resolve;
    });
    let begun = 0;
    const busy = serverWith(async () => {
      begun += 1;
      if (begun === limits.queueRequests) full();
      await gate;
      return { reply: {}, status: 200, replayed: false };
    });
    const all = Array.from({ length: limits.queueRequests }, () => busy.send('POST', '/memory/a/b'));
    await ready;
    expect(await busy.send('POST', '/memory/a/b')).toMatchObject({ status: 503, code: 'daemon/busy' });
    release();
    const statuses = (await Promise.all(all)).map((each) => each.status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await busy.send('POST', '/memory/a/b')).toMatchObject({ status: 200 });
  });

  test('DA49: a bug is logged with its route and tells nothing of itself', async () => {
    const { post, bugs } = serverWith(() => Promise.reject(new Error('secret detail')));
    const answer = await post('/memory/context/store', {});
    expect(answer).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    expect(bugs).toEqual(['POST /memory/context/store: Error: secret detail']);
  });
});

const quiet: Dispatch = async () => ({ reply: {}, status: 200, replayed: false });
