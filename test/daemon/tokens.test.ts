import { expect, test } from 'vitest';
import type { Asked } from '../../src/daemon/dispatch.ts';
import { tcpDoor } from '../../src/daemon/doors.ts';
import { grantOf } from '../../src/features/tokens/grant.ts';
import { projectId, type WiredWorld, wiredWorld } from './wired-world.ts';

const asks =
  (world: WiredWorld) =>
  (operation: string, body: unknown, more: Partial<Asked> = {}) =>
    world.dispatch({
      ...{ operation, body, project: undefined, idempotencyKey: undefined },
      ...{ caller: { user: 'ana', origin: 'human' as const }, ...more },
    });

test('HT22: a token is shown once, kept as a hash, and never kept as an answer', async () => {
  const world = wiredWorld();
  const ask = asks(world);
  const { reply } = await ask('token.new', { name: 'ci', rights: 'read' }, { idempotencyKey: 'k' });
  const again = await ask('token.new', { name: 'ci', rights: 'read' }, { idempotencyKey: 'k' });
  expect(again.replayed).toBe(false);
  const token = String(reply.token);
  expect(token).toMatch(/^prsist_[0-9a-f]{64}$/);
  const tables = world.projects.user.statements
    .all<{ name: string }>("select name from sqlite_schema where type = 'table'", [])
    .map(({ name }) => JSON.stringify(world.projects.user.statements.all(`select * from ${name}`, [])));
  expect(tables.filter((rows) => rows.includes(token) || rows.includes(String(again.reply.token)))).toEqual([]);
  expect(JSON.stringify((await ask('token.list', {})).reply)).not.toContain(token);
});

test('HT23: it opens what it was made for until it expires or is taken back', async () => {
  const world = wiredWorld();
  world.project();
  const ask = asks(world);
  const now = () => world.clock.now;
  const opens = (token: unknown) => grantOf(world.projects.user.read, String(token), now());
  const expires_at = new Date(now() + 60_000).toISOString();
  const made = (await ask('token.new', { name: 'a', rights: 'write', project: 'shop', tenant: 't', expires_at })).reply;
  expect(opens(made.token)).toMatchObject({ rights: 'write', bound: { project: projectId, tenant: 't' } });
  world.clock.now += 60_000;
  expect(opens(made.token)).toBeUndefined();
  const other = (await ask('token.new', { name: 'b', rights: 'admin' })).reply;
  expect(opens(other.token)).toMatchObject({ rights: 'admin', bound: {} });
  const first = (await ask('token.revoke', { token_id: 'b' })).reply;
  world.clock.now += 1_000;
  expect((await ask('token.revoke', { token_id: String(other.token_id).slice(0, 36) })).reply).toEqual(first);
  expect(opens(other.token)).toBeUndefined();
  await expect(ask('token.revoke', { token_id: 'none' })).rejects.toMatchObject({ code: 'token/not-found' });
  const past = { name: 'c', rights: 'read', expires_at: new Date(now() - 1).toISOString() };
  await expect(ask('token.new', past)).rejects.toMatchObject({ code: 'input/invalid', field: 'expires_at' });
});

test('HT24: the door of the listener: literal loopback only, own origin only, its own tokens', () => {
  const grant = { token_id: 'i', rights: 'write' as const, bound: { user: 'bob', project: 'p1' }, last_used_at: 0 };
  const door = tcpDoor({
    ...{ port: () => 7717, user: () => 'ana', defaultProject: 'shop' },
    grant: (token) => (token === 'good' ? grant : undefined),
  });
  const good = { host: '127.0.0.1:7717', authorization: 'Bearer good' };
  expect(door(good, 'x.y')).toEqual({
    caller: { user: 'bob', origin: 'human', rights: 'write', bound: { user: 'bob', project: 'p1' } },
    project: 'p1',
  });
  for (const host of ['localhost:7717', '[::1]:7717', '127.0.0.1']) expect(door({ ...good, host }, 'x.y')).toBeTruthy();
  const bad: readonly Record<string, string>[] = [
    ...[{ host: 'a.example:7717' }, { host: '127.0.0.1:80' }, { host: '' }, { host: '127.0.0.1.a.example' }],
    ...[{ origin: 'null' }, { origin: 'http://127.0.0.1:80' }, { referer: 'http://a.example/127.0.0.1:7717' }],
    ...[{ authorization: 'Bearer bad' }],
  ];
  for (const headers of bad) {
    expect(() => door({ ...good, ...headers }, 'x.y')).toThrow(expect.objectContaining({ code: 'auth/refused' }));
  }
  expect(() => door({ host: '127.0.0.1' }, 'x.y')).toThrow(expect.objectContaining({ code: 'auth/missing' }));
  expect(door({ host: '127.0.0.1' }, 'system.health')).toBe('nobody');
  expect(() => door({ host: 'a.example' }, 'system.health')).toThrow();
});

test('HT25: a stranger gets nothing of a session by any operation', async () => {
  const world = wiredWorld();
  world.project();
  const own = asks(world);
  const start = { session_id: 'theirs', tenant_id: 'acme', agent: 'codex' };
  await own('session.start', start, { project: projectId });
  await own('session.message', { session_id: 'theirs', role: 'user', content: 'zebrafish' }, { project: projectId });
  await own('task.add', { description: 'zebrafish', task_id: 't', session_id: 'theirs' }, { project: projectId });
  const handed = { session_id: 'theirs', to_agent: 'any', handoff_reason: 'zebrafish' };
  const { handoff_id } = (await own('session.handoff', handed, { project: projectId })).reply;
  const bounds = [{ tenant: 'other' }, { user: 'bob' }];
  for (const bound of bounds) {
    const caller = { user: bound.user ?? 'ana', origin: 'human' as const, rights: 'write' as const, bound };
    const stranger = (operation: string, body: unknown) => own(operation, body, { project: projectId, caller });
    const names = 'resume message handoff end show messages context handoffs put compact'.split(' ');
    const requests: [string, object][] = [
      ...names.map((name): [string, object] => [`session.${name}`, bodyOf(name)]),
      ...([
        ['session.start', start],
        ['task.add', { description: 'x', session_id: 'theirs' }],
      ] as [string, object][]),
      ...([
        ['task.list', { session_id: 'theirs' }],
        ['task.update', { task_id: 't', status: 'done' }],
      ] as [string, object][]),
      ...([
        ['session.accept', { handoff_id, agent: 'codex' }],
        ['session.accept', { agent: 'codex' }],
      ] as [string, object][]),
      ...([
        ['session.decline', { handoff_id }],
        ['task.list', {}],
        ['session.resume', {}],
      ] as [string, object][]),
      ...([['batch.run', { operations: [{ name: 'session.end', input: { session_id: 'theirs' } }] }]] as [
        string,
        object,
      ][]),
    ];
    for (const [name, body] of requests) {
      await expect(stranger(name, body), name).rejects.toMatchObject({ code: 'auth/refused' });
    }
    expect((await stranger('session.list', {})).reply.items).toEqual([]);
  }
  const caller = { user: 'ana', origin: 'human' as const, rights: 'write' as const, bound: { tenant: 'acme' } };
  expect((await own('session.list', {}, { project: projectId, caller })).reply.items).toHaveLength(1);
  expect((await own('session.resume', { session_id: 'theirs' }, { project: projectId, caller })).reply.brief).toBe('');
});

test('HT26: a key of one token is no key to the answers of another', async () => {
  const world = wiredWorld();
  world.project();
  const ask = asks(world);
  const by = (tenant: string) => {
    const caller = { user: 'ana', origin: 'human' as const, rights: 'write' as const, bound: { tenant } };
    return ask('session.start', {}, { project: projectId, idempotencyKey: 'k', caller });
  };
  const [first, stranger, again] = [await by('acme'), await by('other'), await by('acme')];
  expect(stranger).toMatchObject({ replayed: false, reply: { tenant_id: 'other' } });
  expect(again).toEqual({ ...first, replayed: true });
});

function bodyOf(name: string): object {
  const more: Record<string, object> = {
    message: { role: 'user', content: 'x' },
    handoff: { to_agent: 'codex', handoff_reason: 'r' },
  };
  return { session_id: 'theirs', ...more[name] };
}
