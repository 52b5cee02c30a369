import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Asked } from '../../src/daemon/dispatch.ts';
import type { Context } from '../../src/features/feature.ts';
import { folderRemote } from '../../src/features/sync/remotes/folder.ts';
import {
  prepareAdd,
  prepareTest,
  type RemoteNeeds,
  test as testRemote,
} from '../../src/features/sync/remotes/verbs.ts';
import { type ObjectFiles, objectFiles } from '../../src/platform/object-files.ts';
import { execute } from '../harness/home.ts';
import { type WiredWorld, wiredWorld } from './wired-world.ts';

function asking() {
  const world = wiredWorld();
  const ask = async (operation: string, body: unknown, more: Partial<Asked['caller']> = {}) => {
    const caller = { user: 'ana', origin: 'human' as const, directory: world.top, ...more };
    const asked = { operation, body, caller, project: undefined, idempotencyKey: undefined };
    return (await world.dispatch(asked)).reply;
  };
  return { ...world, ask };
}

/** What the verbs get, with one folder on a disk that does some things otherwise. */
function needsOf(path: string, otherwise: Partial<ObjectFiles> = {}): RemoteNeeds {
  const files = { ...objectFiles(), ...otherwise };
  const probe = { monotonic: () => 0, randomHex: () => '00' };
  const open = () => folderRemote({ path, files, probe, watch: () => () => undefined });
  return { home: path, files, open, ws: () => '', acceptRollback: async () => 0, works: () => undefined };
}

function contextOf({ user }: WiredWorld['projects'], directory: string): Context {
  return {
    ...{ caller: { user: 'ana', origin: 'human', directory }, project: { id: '', name: '' } },
    ...{ read: { project: user.read, user: user.read }, now: 0, worktree: undefined, branch: undefined, git: null },
  };
}

test('RM60: a remote is tried, written down, listed and forgotten; nothing of it is removed there', async () => {
  const { ask, top, projects } = asking();
  fs.mkdirSync(join(top, 'there'));
  const added = await ask('remote.add', { name: 'home', url: 'folder:there' });
  expect(added).toMatchObject({
    ...{ name: 'home', kind: 'folder', url: `folder:${join(top, 'there')}`, ws: projects.identity.ws, made: false },
    ...{ paused: false, last_error: null, last_ok_at: expect.any(String), probe: { ok: true } },
  });
  const { probe: _, made: __, ...row } = added;
  expect(await ask('remote.list', {})).toEqual({ items: [row] });
  fs.writeFileSync(join(top, 'there', 'prsist1', 'x'), '');
  expect(await ask('remote.remove', { name: 'home' })).toEqual(row);
  expect(await ask('remote.list', {})).toEqual({ items: [] });
  expect(fs.existsSync(join(top, 'there', 'prsist1', 'x'))).toBe(true);
  await expect(ask('remote.remove', { name: 'home' })).rejects.toMatchObject({ code: 'remote/not-found' });
});

test('RM61: what cannot be used is not written down, and every step is told', async () => {
  const { ask, top } = asking();
  const away = ask('remote.add', { name: 'home', url: join(top, 'no', 'where') });
  await expect(away).rejects.toMatchObject({
    code: 'remote/offline',
    details: { steps: [{ name: 'put', ok: false, code: 'remote/offline' }] },
  });
  await expect(ask('remote.add', { name: 'home', url: `git:${top}` })).rejects.toMatchObject({
    code: 'remote/offline',
  });
  fs.writeFileSync(join(top, 'file'), '');
  await expect(ask('remote.add', { name: 'home', url: join(top, 'file') })).rejects.toMatchObject({
    code: 'remote/offline',
  });
  expect(await ask('remote.list', {})).toEqual({ items: [] });
});

test('RM61: a folder is made inside one that is there, and taken away again when it cannot be used', async () => {
  const { ask, top, projects } = asking();
  expect(await ask('remote.add', { name: 'home', url: './sync' })).toMatchObject({ made: true });
  const full = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
  const needs = needsOf(join(top, 'other'), { putNew: full });
  const adding = prepareAdd(needs)({ name: 'other', url: './other' }, contextOf(projects, top));
  await expect(adding).rejects.toMatchObject({ code: 'remote/full', details: { steps: [{ code: 'remote/full' }] } });
  expect(fs.readdirSync(top)).not.toContain('other');
});

test('RM62: a name or a place that is a remote already is refused before it is tried', async () => {
  const { ask, top } = asking();
  fs.mkdirSync(join(top, 'there'));
  await ask('remote.add', { name: 'home', url: './there' });
  fs.rmSync(join(top, 'there'), { recursive: true });
  const add = (name: string, url: string) => ask('remote.add', { name, url });
  await expect(add('home', './else')).rejects.toMatchObject({ code: 'input/invalid', field: 'name' });
  await expect(add('other', `folder:${top}/./there`)).rejects.toMatchObject({ code: 'input/invalid', field: 'url' });
  for (const name of ['Home', 'a b', '', '-x', 'a'.repeat(65)]) {
    await expect(add(name, './else')).rejects.toMatchObject({ code: 'input/invalid' });
  }
});

test('RM63: no secret of an address gets into the database or the answer', async () => {
  const { ask, top, projects, told } = asking();
  const url = 'https://ana:hunter2hunter2@127.0.0.1:1/x.git';
  const refused = await ask('remote.add', { name: 'home', url }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'input/invalid', field: 'url' });
  expect(String(refused) + JSON.stringify(refused) + told.join()).not.toContain('hunter2');
  const kept = projects.user.statements.all('select * from remotes', []);
  expect(kept).toEqual([]);
  expect((await execute('grep', ['-r', 'hunter2', top])).stdout).toBe('');
});

test('RM64: a test tells each step and is noted, whether it went well or not; by name or by id', async () => {
  const { ask, top, clock } = asking();
  fs.mkdirSync(join(top, 'there'));
  const { remote_id } = await ask('remote.add', { name: 'home', url: './there' });
  fs.renameSync(join(top, 'there'), join(top, 'away'));
  clock.now += 60_000;
  const failed = await ask('remote.test', { name: 'home', accept_rollback: true });
  expect(failed).toMatchObject({
    probe: { ok: false },
    forgotten: null,
    last_error: expect.stringMatching(/^put: .*no such/),
  });
  fs.renameSync(join(top, 'away'), join(top, 'there'));
  const fine = await ask('remote.test', { name: remote_id });
  expect(fine).toMatchObject({ probe: { ok: true }, forgotten: null, last_error: null });
  expect(Date.parse(String(fine.last_ok_at))).toBe(clock.now);
  await expect(ask('remote.test', { name: 'other' })).rejects.toMatchObject({ code: 'remote/not-found' });
});

test('RM65: what was seen of a remote is forgotten only when asked for, and only of one that works', async () => {
  const { ask, top, projects } = asking();
  fs.mkdirSync(join(top, 'there'));
  const { remote_id } = await ask('remote.add', { name: 'home', url: './there' });
  const forgotten: string[] = [];
  const needs = { ...needsOf(join(top, 'there')), acceptRollback: async (id: string) => forgotten.push(id) };
  const run = async (accept_rollback: boolean) => {
    const input = { name: 'home', accept_rollback };
    const prepared = await prepareTest(needs)(input, contextOf(projects, top));
    return projects.user.write((tx) => testRemote(tx, input, { ...contextOf(projects, top), prepared }));
  };
  expect([(await run(false)).forgotten, forgotten]).toEqual([null, []]);
  expect([(await run(true)).forgotten, forgotten]).toEqual([1, [remote_id]]);
  fs.rmSync(join(top, 'there'), { recursive: true });
  expect([(await run(true)).forgotten, forgotten]).toEqual([null, [remote_id]]);
});

test('RM66: a token without the right admin neither sees nor changes remotes', async () => {
  const { ask } = asking();
  for (const [name, body] of [
    ['remote.list', {}],
    ['remote.add', { name: 'x', url: '/x' }],
    ['remote.test', { name: 'x' }],
    ['remote.remove', { name: 'x' }],
  ] as const) {
    await expect(ask(name, body, { rights: 'write' })).rejects.toMatchObject({ code: 'auth/refused' });
  }
});
