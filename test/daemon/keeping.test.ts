import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PrsistError } from '../../src/core/errors.ts';
import { mirrorPosition, pendingSyncs } from '../../src/features/entries/mirror.ts';
import { digest } from '../../src/store/digest.ts';
import { verify } from '../../src/store/verify.ts';
import { projectId, type WiredWorld, wiredWorld } from './wired-world.ts';

type Json = Record<string, unknown>;
const other = '019a3985-b900-7000-8000-0000000000bb';
const day = 86_400_000;

function world() {
  const all = wiredWorld();
  const roots = { shop: all.project(), old: all.project(other, 'old') };
  const ask = async (operation: string, body: Json = {}, project: string = projectId): Promise<Json> => {
    const caller = { user: all.projects.identity.user, origin: 'human' as const };
    const { reply } = await all.dispatch({ operation, body, caller, project, idempotencyKey: undefined });
    return { ...reply };
  };
  /** Runs a job to its end; gives its result, or throws its error. */
  const job = async (operation: string, body: Json = {}, project: string = projectId): Promise<Json> => {
    const { job_id } = await ask(operation, body, project);
    const { state, result, error } = await all.jobs.show(String(job_id), 20_000);
    if (state === 'failed') throw Object.assign(new Error(error?.message), { code: error?.code });
    return { ...result };
  };
  const remember = (key: string, value: unknown, more: Json = {}, project = projectId) =>
    ask('context.store', { key, value, ...more }, project);
  /** The value under a key, a long one by its length; undefined when there is none. */
  const recall = async (key: string, project = projectId) => {
    const { value } = await ask('context.retrieve', { key }, project).catch((error: unknown) => {
      if (error instanceof PrsistError && error.code === 'entry/not-found') return { value: undefined };
      throw error;
    });
    return typeof value === 'string' && value.length > 100 ? value.length : value;
  };
  const settled = async () => {
    await all.mirrors.settle();
    await all.mirrors.settle();
  };
  return { ...all, roots, ask, job, remember, recall, settled };
}

const mirrored = ({ projects }: WiredWorld) =>
  projects.user.statements.all<{ project_id: string; seq: number; body: string }>(
    'select project_id, seq, body from mirror_records order by log, seq',
    [],
  );
const problems = ({ projects }: WiredWorld, id = projectId) => verify(projects.store(id), 'deep').problems;

describe('mirror', () => {
  test('KE30: what is critical or permanent stands in the user database, with what was before it and what ends it', async () => {
    const all = world();
    await all.remember('plain', 1);
    await all.remember('rule', 'first');
    await all.settled();
    expect(mirrored(all)).toEqual([]);
    expect(pendingSyncs(all.projects.store(projectId).read)).toBe(0);
    await all.remember('rule', 'second', { priority: 'critical' });
    await all.remember('law', 'x'.repeat(40_000), { layer: 'permanent' });
    await all.settled();
    const own = mirrored(all);
    expect(own.map(({ project_id }) => project_id)).toEqual([projectId, projectId, projectId]);
    await all.remember('rule', 'third', { priority: 'low' });
    await all.ask('context.delete', { key: 'rule' });
    await all.settled();
    expect(mirrored(all)).toHaveLength(5);
    const store = all.projects.store(projectId);
    expect(mirrorPosition(store.read)).toBe(store.log.seq);
    const events = store.statements.all<Json>('select * from memory_sync_events order by id', []);
    expect(events).toHaveLength(5);
    expect(events[0]).toMatchObject({ event_type: 'mirror', context_key: 'rule', target_systems: '["user"]' });
    expect(JSON.stringify(events)).not.toContain('second');
  });

  test('KE31: stopped between copy and position, or told of nothing, it goes on when the database is opened', async () => {
    const all = world();
    await all.remember('rule', 'one', { priority: 'critical' });
    await all.settled();
    const store = all.projects.store(projectId);
    await store.write(() => store.db.exec('delete from cursors'));
    all.projects.close(projectId);
    all.projects.user.db.exec('delete from mirror_records');
    all.projects.store(projectId);
    await all.settled();
    expect(mirrored(all)).toHaveLength(1);
    expect(mirrorPosition(all.projects.store(projectId).read)).toBe(2);
    expect(all.told.filter((line) => line.startsWith('mirror'))).toEqual([]);
  });

  test('KE32: what waits for the mirror is counted, and an old trace is forgotten', async () => {
    const all = world();
    await all.remember('rule', 'one', { priority: 'critical' });
    await all.settled();
    const store = all.projects.store(projectId);
    store.db.exec('delete from cursors');
    expect(pendingSyncs(store.read)).toBe(1);
    await all.mirrors.sweep();
    const count = () => store.statements.one<{ c: number }>('select count(*) as c from memory_sync_events', [])?.c;
    expect(count()).toBe(1);
    all.clock.now += 8 * day;
    await all.mirrors.sweep();
    expect(count()).toBe(0);
  });

  test('KE33: a project whose database is gone gets its critical and permanent entries back, in a closed log', async () => {
    const all = world();
    await all.remember('plain', 1);
    await all.remember('rule', 'one', { priority: 'critical' });
    await all.remember('rule', 'two');
    await all.remember('law', 'x'.repeat(40_000), { layer: 'permanent' });
    await all.settled();
    all.projects.close(projectId);
    fs.rmSync(dirname(all.projects.file(projectId)), { recursive: true });
    expect(await all.recall('rule')).toBe('two');
    expect(await all.recall('law')).toBe(40_000);
    expect(all.keeping.recovered(projectId)).toEqual({ mirrored: 3 });
    expect(problems(all)).toEqual([]);
    await all.remember('rule', 'three');
    expect(await all.recall('rule')).toBe('three');
    expect(problems(all)).toEqual([]);
  });

  test('KE33: also when it is deleted while it is open, with what SQLite keeps beside it left there', async () => {
    const all = world();
    await all.remember('rule', 'one', { priority: 'critical' });
    await all.settled();
    fs.rmSync(all.projects.file(projectId));
    expect(fs.existsSync(`${all.projects.file(projectId)}-wal`)).toBe(true);
    await all.remember('next', 2);
    expect([await all.recall('rule'), await all.recall('next')]).toEqual(['one', 2]);
    expect(fs.existsSync(all.projects.file(projectId))).toBe(true);
    expect(problems(all)).toEqual([]);
  });

  test('KE33: with a copy of it more than that comes back', async () => {
    const all = world();
    await all.remember('plain', 1);
    await all.job('store.backup');
    await all.remember('late', 2);
    await all.remember('rule', 'one', { priority: 'critical' });
    await all.settled();
    all.projects.close(projectId);
    fs.rmSync(dirname(all.projects.file(projectId)), { recursive: true });
    expect([await all.recall('plain'), await all.recall('late'), await all.recall('rule')]).toEqual([
      1,
      undefined,
      'one',
    ]);
    expect(all.keeping.recovered(projectId)).toMatchObject({
      mirrored: 1,
      backup: expect.stringContaining('asked.db'),
    });
    expect(problems(all)).toEqual([]);
  });
});

describe('copies and restoring', () => {
  test('KE40: the newest few copies are kept, and a copy elsewhere says what it is', async () => {
    const all = world();
    await all.remember('a', 1);
    for (let i = 0; i < 5; i += 1) {
      all.clock.now += 1_000;
      await all.job('store.backup');
    }
    const { items } = (await all.ask('store.backups', { project: projectId })) as {
      items: { path: string; at: string; reason: string }[];
    };
    expect(items.map(({ reason }) => reason)).toEqual(['asked', 'asked', 'asked']);
    expect(items[0]?.at).toBe(new Date(all.clock.now).toISOString());
    const path = join(all.top, 'mine.db');
    const made = await all.job('store.backup', { path });
    const { digest: sums } = { digest: digest(all.projects.store(projectId)) };
    expect(made).toMatchObject({ path, project_id: projectId, records: 2, digest: sums.all });
  });

  test('KE46: a copy where none can be made, or where something is, is refused and leaves nothing there', async () => {
    const all = world();
    await all.remember('a', 1);
    fs.writeFileSync(join(all.top, 'mine.db'), 'mine');
    const refused = (name: string) =>
      expect(all.job('store.backup', { path: join(all.top, name) })).rejects.toMatchObject({
        ...{ code: 'file/unreadable', message: expect.stringContaining(name) },
      });
    await refused('mine.db');
    await refused('none/x.db');
    expect(fs.readdirSync(all.top).filter((name) => name.includes('unfinished'))).toEqual([]);
    expect(fs.readFileSync(join(all.top, 'mine.db'), 'utf8')).toBe('mine');
  });

  test('KE41: a restored database is as it was then, goes on in a log of its own, and can be taken back', async () => {
    const all = world();
    await all.remember('a', 'then');
    await all.job('store.backup');
    const path = (await all.keeping.backups(projectId))[0]?.path ?? '';
    all.clock.now += 1_000;
    await all.remember('a', 'now');
    await all.remember('rule', 'critical and later', { priority: 'critical' });
    await all.settled();
    const result = await all.job('store.restore', { project: projectId, path });
    expect(result).toMatchObject({ project_id: projectId, records: 2, mirrored: 1 });
    expect([await all.recall('a'), await all.recall('rule')]).toEqual(['then', 'critical and later']);
    expect(fs.existsSync(String(result.before))).toBe(true);
    const logs = 'select own, state, seq from logs order by log_n';
    expect(all.projects.store(projectId).statements.all(logs, [])).toEqual([
      { own: 1, state: 'closed', seq: 4 },
      { own: 1, state: 'open', seq: 1 },
    ]);
    await all.remember('a', 'after');
    expect(problems(all)).toEqual([]);
    all.clock.now += 1_000;
    await all.job('store.restore', { project: projectId, path: result.backup });
    expect(await all.recall('a')).toBe('now');
    expect(problems(all)).toEqual([]);
    await all.job('store.backup');
    expect(fs.existsSync(String(result.before))).toBe(false);
  });

  test('KE41: lost after that, it is the restored one that comes back', async () => {
    const all = world();
    await all.remember('a', 'then');
    const { path } = await all.job('store.backup');
    all.clock.now += 1_000;
    await all.remember('a', 'now');
    await all.job('store.restore', { project: projectId, path });
    all.projects.close(projectId);
    fs.rmSync(dirname(all.projects.file(projectId)), { recursive: true });
    expect(await all.recall('a')).toBe('then');
  });

  test('KE42: what is refused leaves everything as it is: garbage, another project, the user database', async () => {
    const all = world();
    await all.remember('a', 1);
    await all.remember('b', 2, {}, other);
    const file = join(all.top, 'x.db');
    fs.writeFileSync(file, 'words');
    const foreign = await all.job('store.backup', { path: join(all.top, 'old.db') }, other);
    const user = await all.backups.make(null, all.projects.user.db, 'daily');
    const before = digest(all.projects.store(projectId));
    const directory = dirname(all.projects.file(projectId));
    const names = fs.readdirSync(directory).sort();
    await expect(all.job('store.restore', { project: projectId, path: file })).rejects.toMatchObject({
      code: 'store/corrupt',
    });
    await expect(all.job('store.restore', { project: projectId, path: foreign.path })).rejects.toMatchObject({
      code: 'backup/foreign',
    });
    await expect(all.job('store.restore', { project: projectId, path: user })).rejects.toMatchObject({
      code: 'backup/foreign',
    });
    await expect(all.job('store.restore', { project: projectId, path: join(all.top, 'no') })).rejects.toMatchObject({
      code: 'file/unreadable',
    });
    expect(digest(all.projects.store(projectId))).toEqual(before);
    expect(fs.readdirSync(directory).sort()).toEqual(names);
  });

  test('KE43: as a new project it has an id of its own and the old one stays', async () => {
    const all = world();
    await all.remember('b', 2, {}, other);
    const { path } = await all.job('store.backup', {}, other);
    const made = await all.job('store.restore', { path, as_new: true });
    expect(made).toMatchObject({ name: 'old-restored', records: 2 });
    const id = String(made.project_id);
    await all.remember('b', 3, {}, id);
    expect([await all.recall('b', id), await all.recall('b', other)]).toEqual([3, 2]);
    expect(problems(all, id)).toEqual([]);
  });

  test('KE44: once a day, when it is quiet, what has changed is copied', async () => {
    const all = world();
    await all.remember('a', 1);
    all.clock.now = Date.now() + 2 * day;
    await all.keeping.daily(1_000);
    expect(all.backups.list(projectId)).toEqual([]);
    for (let i = 0; i < 4; i += 1) await all.keeping.daily(60_000);
    expect([all.backups.list(null), all.backups.list(projectId)].map((list) => list.length)).toEqual([1, 1]);
    expect(all.backups.list(other)).toEqual([]);
  });

  test('KE44: a copy that fails is told, hinders nothing, and is tried again an hour later', async () => {
    const all = world();
    await all.remember('a', 1);
    all.clock.now = Date.now() + 2 * day;
    const blocked = join(all.paths.backups, 'stores');
    fs.rmSync(blocked, { recursive: true, force: true });
    fs.mkdirSync(all.paths.backups, { recursive: true, mode: 0o700 });
    fs.writeFileSync(blocked, 'in the way');
    for (let i = 0; i < 3; i += 1) await all.keeping.daily(60_000);
    expect(all.told.filter((line) => line.startsWith('no daily copy'))).toHaveLength(1);
    fs.rmSync(blocked);
    all.clock.now += 3_600_000;
    await all.keeping.daily(60_000);
    expect(all.backups.list(null)).toHaveLength(1);
  });

  test('KE45: compact says what it gave back', async () => {
    const all = world();
    for (let i = 0; i < 20; i += 1) await all.remember('a', `${i}`.repeat(30_000));
    const { bytes_before, bytes_after } = await all.job('store.compact');
    expect(Number(bytes_after)).toBeLessThan(Number(bytes_before));
    expect(await all.recall('a')).toBe(60_000);
  });
});

describe('projects as a whole', () => {
  const states = async (all: ReturnType<typeof world>) => {
    const { items } = (await all.ask('project.list')) as { items: { name: string; state: string }[] };
    return Object.fromEntries(items.map(({ name, state }) => [name, state]));
  };

  test('KE50: a project is renamed, and named so at once', async () => {
    const all = world();
    expect(await all.ask('project.rename', { project: 'old', name: 'older' })).toMatchObject({
      ...{ project_id: other, name: 'older', before: 'old' },
    });
    expect(all.projects.resolve('older').id).toBe(other);
    await expect(all.ask('project.rename', { project: 'none', name: 'x' })).rejects.toMatchObject({
      code: 'project/not-found',
    });
  });

  test('KE51: a linked project is part of the other: records, directories, id; the later value counts', async () => {
    const all = world();
    await all.remember('only-old', 'x'.repeat(40_000), { priority: 'critical' }, other);
    await all.remember('both', 'old', {}, other);
    all.clock.now += 1_000;
    await all.remember('both', 'new');
    await all.settled();
    const result = await all.job('project.link', { project: projectId, other: 'old' });
    expect(result).toMatchObject({ project_id: projectId, linked: other, records: 3 });
    expect([await all.recall('both'), await all.recall('only-old')]).toEqual(['new', 40_000]);
    expect(all.projects.resolve(other).id).toBe(projectId);
    expect(all.projects.ofDirectory(all.roots.old)).toBe(projectId);
    expect(await states(all)).toEqual({ shop: 'active', old: 'linked' });
    expect(problems(all)).toEqual([]);
    await all.settled();
    expect(new Set(mirrored(all).map(({ project_id }) => project_id))).toEqual(new Set([projectId]));
    await expect(all.job('project.link', { project: projectId, other })).rejects.toThrow('this very project');
  });

  test('KE52: parted again, the other goes on with its own database and directory', async () => {
    const all = world();
    await all.remember('a', 'old', {}, other);
    fs.mkdirSync(join(all.roots.old, '.prsist'));
    fs.writeFileSync(join(all.roots.old, '.prsist/project.json'), JSON.stringify({ project_id: other }));
    await all.job('project.link', { project: projectId, other });
    await all.job('project.link', { project: projectId, other, undo: true });
    expect(all.projects.ofDirectory(all.roots.old)).toBe(other);
    await all.remember('a', 'on its own', {}, other);
    expect([await all.recall('a', other), await all.recall('a')]).toEqual(['on its own', 'old']);
    await expect(all.job('project.link', { project: projectId, other, undo: true })).rejects.toThrow('was linked to');
  });

  test('KE53: a removed project is nobody’s and comes back as it was', async () => {
    const all = world();
    await all.remember('a', 1, {}, other);
    await all.job('project.remove', { project: 'old' });
    expect(all.projects.ofDirectory(all.roots.old)).toBeUndefined();
    expect(() => all.projects.resolve(other)).toThrow('was removed');
    await expect(all.job('project.link', { project: projectId, other: 'old' })).rejects.toThrow();
    expect(await states(all)).toEqual({ shop: 'active', old: 'removed' });
    await all.job('project.remove', { project: 'old', undo: true });
    expect(await all.recall('a', all.roots.old)).toBe(1);
    await expect(all.job('project.remove', { project: 'old', undo: true })).rejects.toThrow('was not removed');
  });

  test('KE54: dropped with its database, nothing of it comes back by itself; its last copy stays', async () => {
    const all = world();
    await all.remember('a', 1, { priority: 'critical' }, other);
    await all.settled();
    const { backups } = await all.job('project.remove', { project: 'old', keep_store: false });
    expect(fs.existsSync(all.projects.file(other))).toBe(false);
    expect(mirrored(all)).toEqual([]);
    const [copy = ''] = fs.readdirSync(String(backups));
    all.project(other, 'old');
    expect(await all.recall('a', other)).toBeUndefined();
    await all.job('store.restore', { project: other, path: join(String(backups), copy) });
    expect(await all.recall('a', other)).toBe(1);
  });

  test('KE55: a project whose directories are gone reads as missing', async () => {
    const all = world();
    fs.rmSync(all.roots.old, { recursive: true });
    expect(await states(all)).toEqual({ shop: 'active', old: 'missing' });
  });
});
