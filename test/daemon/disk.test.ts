import { describe, expect, test } from 'vitest';
import { verify } from '../../src/store/verify.ts';
import { withNotes, writeNote } from '../store/notes.ts';
import { temporaryStore } from '../store/temporary-store.ts';
import { projectId, wiredWorld } from './wired-world.ts';

const mib = 1024 * 1024;

/** A world whose disk and commits do what the test says. */
function world() {
  const now = { free: 1_000 * mib, fails: 0, code: 'EIO' };
  const failpoint = (name: string) => {
    if (name !== 'tx.before-commit' || now.fails <= 0) return;
    now.fails -= 1;
    throw Object.assign(new Error('from the disk'), { code: now.code });
  };
  const all = wiredWorld({ failpoint, free: () => now.free });
  all.project();
  const ask = async (operation: string, body: Record<string, unknown>) => {
    const caller = { user: all.projects.identity.user, origin: 'human' as const };
    const asked = { operation, body, caller, project: projectId, idempotencyKey: undefined };
    return (await all.dispatch(asked)).reply;
  };
  const store = (key: string) => ask('context.store', { key, value: key });
  /** A first entry, and what the daemon notes down after it. */
  const begin = async () => {
    await store('a');
    await projects.user.write((tx) => tx.now);
  };
  const { projects } = all;
  const retrieve = (key: string) => ask('context.retrieve', { key });
  return { ...all, now, store, retrieve, begin };
}

describe('T4: the disk', () => {
  test('KE56: with less than 64 MiB free nothing is written and all is read; with room again it goes on by itself', async () => {
    const { now, store, retrieve, disk, begin } = world();
    await begin();
    now.free = 63 * mib;
    await expect(store('b')).rejects.toMatchObject({ code: 'disk/full', retryMs: 5_000 });
    expect(await retrieve('a')).toMatchObject({ value: 'a' });
    expect(disk.state).toBe('full');
    now.free = 65 * mib;
    await store('b');
    expect([disk.state, await retrieve('b')]).toMatchObject(['ok', { value: 'b' }]);
  });

  test('KE57: a commit that fails fails for its callers, and the database is opened anew', async () => {
    const { now, store, retrieve, projects, disk, begin } = world();
    await begin();
    const before = projects.store(projectId);
    now.fails = 1;
    const both = await Promise.allSettled([store('b'), store('c')]);
    expect(both.map((each) => each.status === 'rejected' && each.reason.code)).toEqual(['disk/failed', 'disk/failed']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(before.db.open).toBe(false);
    await store('d');
    expect(projects.store(projectId)).not.toBe(before);
    expect(disk.state).toBe('ok');
    expect(await retrieve('a')).toMatchObject({ value: 'a' });
    await expect(retrieve('b')).rejects.toMatchObject({ code: 'entry/not-found' });
    expect(verify(projects.store(projectId), 'deep').problems).toEqual([]);
  });

  test('KE58: twice in a row, and it is only read any more', async () => {
    const { now, store, retrieve, disk, projects, begin } = world();
    await begin();
    now.fails = 2;
    for (const key of ['b', 'c']) {
      await expect(store(key)).rejects.toMatchObject({ code: 'disk/failed' });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(store('d')).rejects.toMatchObject({ code: 'disk/read-only' });
    expect([disk.state, await retrieve('a')]).toMatchObject(['read-only', { value: 'a' }]);
    expect(verify(projects.store(projectId), 'chain').problems).toEqual([]);
  });

  test('KE59: a disk that is full in the middle of a commit is no failed one: the next write may work', async () => {
    const { now, store, disk, begin } = world();
    await begin();
    Object.assign(now, { fails: 3, code: 'ENOSPC' });
    for (const key of ['b', 'c', 'd']) await expect(store(key)).rejects.toMatchObject({ code: 'disk/full' });
    await store('e');
    expect(disk.state).toBe('ok');
  });

  test('KE59: what SQLite has no page for is undone as a whole, and told', async () => {
    const { store } = temporaryStore(withNotes);
    await store.write((tx) => writeNote(tx, 'a', 'one'));
    store.db.pragma(`max_page_count = ${Number(store.db.pragma('page_count', { simple: true })) + 1}`);
    const long = (key: string) =>
      store.write((tx) => writeNote(tx, key, `${key}${Math.PI}`.repeat(500), { big: 'x'.repeat(90_000) }));
    const results = await Promise.allSettled([long('b'), long('c')]);
    expect(results.map((each) => each.status === 'rejected' && each.reason.code)).toEqual(['disk/full', 'disk/full']);
    store.db.pragma('max_page_count = 1000000');
    await long('b');
    expect(verify(store, 'deep').problems).toEqual([]);
    expect(store.log.seq).toBe(3);
  });

  test('KE57: a failure of the user database is survived as well', async () => {
    const { now, projects, store } = world();
    const before = projects.user;
    now.fails = 1;
    await expect(projects.user.write((tx) => tx.now)).rejects.toMatchObject({ code: 'disk/failed' });
    await new Promise((resolve) => setImmediate(resolve));
    expect([before.db.open, projects.user.db.open]).toEqual([false, true]);
    await store('a');
  });
});
