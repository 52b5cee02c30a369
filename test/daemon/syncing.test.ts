import fs from 'node:fs';
import { expect, test, vi } from 'vitest';
import type { Remote } from '../../src/features/sync/remote.ts';
import { openRemote } from '../../src/features/sync/remotes/open.ts';
import { projectId, remoteOf, type SyncedWorld, syncedWorld, two } from './synced-worlds.ts';

const other = '019a3985-b900-7000-8000-0000000000bb';

interface Gate {
  closed: boolean;
  opened: number;
  /** How many wait before it. */
  waiting: number;
  open: () => void;
}

/** The folder, which tells when it is listed, and can be made to wait there. */
function held({ paths }: SyncedWorld) {
  const gate: Gate = { closed: false, opened: 0, waiting: 0, open: () => undefined };
  const open = (url: string): Remote => {
    gate.opened += 1;
    const remote = openRemote(url, { home: paths.home, desks: paths.data });
    return {
      ...remote,
      limits: remote.limits,
      kind: remote.kind,
      probe: (signal) => remote.probe(signal),
      async *list(prefix, signal) {
        if (gate.closed) await new Promise<void>((resolve, reject) => waits(gate, signal, resolve, reject));
        yield* remote.list(prefix, signal);
      },
      get: (names, into, signal) => remote.get(names, into, signal),
      putIfAbsent: (objects, signal) => remote.putIfAbsent(objects, signal),
      delete: (names, signal) => remote.delete(names, signal),
      close: () => remote.close(),
    };
  };
  return { gate, open };
}

function waits(gate: Gate, signal: AbortSignal, resolve: () => void, reject: (why: unknown) => void) {
  if (signal.aborted) return reject(signal.reason);
  gate.waiting += 1;
  gate.open = resolve;
  signal.addEventListener('abort', () => reject(signal.reason));
}

const reached = (gate: Gate) => vi.waitFor(() => expect(gate.waiting).toBe(1), { timeout: 10_000 });

test('SN15: a run says what it moved, and what became of it stands with the remote', async () => {
  const { first, second, folder } = await two();
  await first.remember('deploy', 'on Fridays');
  const row = remoteOf(first);
  const syncing = first.syncing();
  expect(syncing.state(row.remote_id)).toEqual({ running: false, error: undefined, notes: [] });
  first.clock.now += 1_000;
  const going = syncing.run(row);
  expect(syncing.state(row.remote_id).running).toBe(true);
  expect(await going).toMatchObject({ pending: 0, sent: { records: expect.any(Number) } });
  expect(remoteOf(first)).toMatchObject({ last_ok_at: first.clock.now, last_error: null });
  const applied: unknown[] = [];
  await second.syncing({ onApplied: (project) => void applied.push(project) }).run(remoteOf(second));
  expect(applied).toContain(projectId);
  expect(applied).toContain(null);
  expect(await second.recall('deploy')).toBe('on Fridays');

  fs.renameSync(folder, `${folder}-away`);
  const before = remoteOf(first).last_ok_at;
  first.clock.now += 1_000;
  await expect(syncing.run(row)).rejects.toMatchObject({ code: 'remote/offline' });
  expect(syncing.state(row.remote_id)).toMatchObject({ running: false, error: { code: 'remote/offline' } });
  expect(remoteOf(first)).toMatchObject({ last_ok_at: before, last_error: expect.any(String) });
  fs.renameSync(`${folder}-away`, folder);
  await syncing.run(row);
  expect([syncing.state(row.remote_id).error, remoteOf(first).last_error]).toEqual([undefined, null]);
});

test('SN15: what nobody foresaw is told as a bug, and stops nothing else', async () => {
  const { first } = await two();
  const bugs: unknown[] = [];
  const failing = { isOn: true };
  const open = (url: string) => {
    if (failing.isOn) throw new TypeError('undefined is no function');
    return openRemote(url, { home: first.paths.home, desks: first.paths.data });
  };
  const syncing = first.syncing({ open, onBug: (error) => void bugs.push(error) });
  const row = remoteOf(first);
  await expect(syncing.run(row)).rejects.toMatchObject({ code: 'internal', message: 'undefined is no function' });
  expect([bugs, syncing.state(row.remote_id).error?.code]).toEqual([[expect.any(TypeError)], 'internal']);
  failing.isOn = false;
  expect((await syncing.run(row)).pending).toBe(0);
});

test('SN4: own records wake the schedule, some at once, those of others never', async () => {
  const { first } = await two();
  const { schedule, committed } = first.wired.sync;
  const { remote_id } = remoteOf(first);
  await first.job('sync.run');
  const regular = schedule.dueIn(remote_id) ?? 0;
  expect(regular).toBeGreaterThan(60_000);
  const said = (name: string) => ({ n: 1, name, ent: 'e' });
  committed([]);
  committed([{ ...said('handoff.create'), foreign: true }]);
  expect(schedule.dueIn(remote_id)).toBe(regular);
  committed([{ ...said('handoff.create'), foreign: true }, said('message.add')]);
  expect(schedule.dueIn(remote_id)).toBe(5_000);
  committed([said('commit.share')]);
  expect(schedule.dueIn(remote_id)).toBe(0);
});

test('SN16: who asks while one goes on gets that one; who wants a new one shares the next', async () => {
  const { first } = await two();
  const { gate, open } = held(first);
  const syncing = first.syncing({ open });
  const row = remoteOf(first);
  gate.closed = true;
  const going = syncing.run(row);
  expect(syncing.run(row)).toBe(going);
  const next = syncing.run(row, { anew: true });
  expect(syncing.run(row, { anew: true })).toBe(next);
  await reached(gate);
  expect(gate.opened).toBe(1);
  gate.closed = false;
  gate.open();
  await Promise.all([going, next]);
  expect(gate.opened).toBe(2);
  await syncing.run(row, { anew: true });
  expect(gate.opened).toBe(3);
});

test('SN16: the next one begins although the one under way fails, which only those hear who asked for it', async () => {
  const { first } = await two();
  let runs = 0;
  const { gate, open } = held(first);
  gate.closed = true;
  const syncing = first.syncing({
    open: (url) => {
      runs += 1;
      return open(url);
    },
  });
  const row = remoteOf(first);
  const called = new AbortController();
  const going = syncing.run(row, { signal: called.signal });
  const next = syncing.run(row, { anew: true });
  await reached(gate);
  gate.closed = false;
  called.abort();
  await expect(going).rejects.toMatchObject({ code: 'daemon/draining' });
  expect((await next).pending).toBe(0);
  expect(runs).toBe(2);
});

test('SN16: leaving calls off what goes on and what waits, and goes when nothing does', async () => {
  const { first } = await two();
  await first.remember('deploy', 'on Fridays');
  const { gate, open } = held(first);
  gate.closed = true;
  const syncing = first.syncing({ open });
  const row = remoteOf(first);
  const ends = [syncing.run(row), syncing.run(row, { anew: true })].map((run) =>
    run.then(
      () => 'ran',
      (error: unknown) => (error as { code: string }).code,
    ),
  );
  await reached(gate);
  await syncing.stop();
  expect(syncing.state(row.remote_id).running).toBe(false);
  expect(await Promise.all(ends)).toEqual(['daemon/draining', 'daemon/draining']);
  expect(gate.opened).toBe(1);
  expect(remoteOf(first).last_error).toBeNull();
  expect((await first.syncing().run(row)).pending).toBe(0);
});

test('SN17: rows of texts that come after their records are computed again', async () => {
  const { first, second } = await two();
  const long = 'a long story '.repeat(4_000);
  await first.remember('story', long);
  await first.syncing().run(remoteOf(first));
  const config = (texts: 'all' | 'none') => () => ({
    ...second.settings.config,
    portable_sync: { ...second.settings.config.portable_sync, texts },
  });
  const computed: unknown[] = [];
  const recompute = async (project: string | null) => void computed.push(project);
  await second.syncing({ config: config('none'), recompute }).run(remoteOf(second));
  expect(computed).toEqual([]);
  await second.syncing({ config: config('all'), recompute }).run(remoteOf(second), { full: true });
  expect(computed).toEqual([projectId]);
});

test('SN17: where another device says that two projects are one, what lies under the other id comes in the same run', async () => {
  const { first, second } = await two();
  second.project(other, 'twin');
  await second.ask('context.store', { key: 'of the twin', value: 1, scope: 'project' }, other);
  await second.syncing().run(remoteOf(second));
  await second.job('project.link', { project: projectId, other });
  await second.syncing().run(remoteOf(second));
  const { gate, open } = held(first);
  await first.syncing({ open }).run(remoteOf(first));
  expect(gate.opened).toBe(1);
  expect(await first.recall('of the twin')).toBe(1);
});

test('SN17: only remotes that take part run by themselves; one is found by its name or the beginning of its id', async () => {
  const { first } = await two();
  const syncing = first.syncing();
  const { remote_id } = remoteOf(first);
  expect(syncing.remotes('home').map((row) => row.remote_id)).toEqual([remote_id]);
  expect(syncing.remotes(remote_id.slice(0, 20)).map((row) => row.name)).toEqual(['home']);
  first.projects.user.maintain((tx) => tx.run({ sql: 'update remotes set paused = 1' } as never, {}));
  expect([syncing.remotes(), syncing.remotes('home').length]).toEqual([[], 1]);
  expect(() => syncing.remotes('nowhere')).toThrow(expect.objectContaining({ code: 'remote/not-found' }));
});

test('SN18: `sync.run` asks each remote, tells what moved or what stood in the way, and the schedule follows', async () => {
  const lonely = syncedWorld(3);
  lonely.project();
  await expect(lonely.job('sync.run')).rejects.toThrow('no remote');
  const { first, folder } = await two();
  await first.remember('deploy', 'on Fridays');
  expect(await first.ask('sync.preview', {})).toMatchObject({ records: expect.any(Number) });
  const done = await first.job('sync.run');
  expect(done).toMatchObject({ remotes: [{ name: 'home', pending: 0, notes: [], error: null }] });
  const idle = await first.ask('sync.status', {});
  expect(idle).toMatchObject({ enabled: true, devices: 2, standing: 'member' });
  expect(idle).toMatchObject({ remotes: [{ name: 'home', state: 'idle', pending: 0, error: null }] });
  expect(await first.ask('sync.preview', {})).toEqual({ items: [], records: 0, bytes: 0 });
  await first.remember('deploy', 'on Mondays');
  expect((await first.ask('sync.status', {})).remotes).toMatchObject([{ pending: 1 }]);
  fs.renameSync(folder, `${folder}-away`);
  expect(await first.job('sync.run')).toMatchObject({
    remotes: [{ name: 'home', error: { code: 'remote/offline' }, exit: expect.any(Number) }],
  });
  expect((await first.ask('sync.status', {})).remotes).toMatchObject([{ state: 'waits', pending: 1 }]);
  await expect(first.job('sync.run', { remote: 'nowhere' })).rejects.toThrow('nowhere');
});

test('SN18: a remote that holds another memory is left alone until a test of it goes well', async () => {
  const { first, folder } = await two();
  await first.job('sync.run');
  const stranger = syncedWorld(3);
  const foreign = `${folder}-foreign`;
  fs.mkdirSync(foreign);
  await stranger.ask('remote.add', { name: 'home', url: `folder:${foreign}` });
  await stranger.job('sync.run');
  fs.renameSync(folder, `${folder}-ours`);
  fs.renameSync(foreign, folder);
  const before = fs.readdirSync(folder, { recursive: true });
  expect(await first.job('sync.run')).toMatchObject({ remotes: [{ error: { code: 'workspace/mismatch' } }] });
  expect(fs.readdirSync(folder, { recursive: true })).toEqual(before);
  const [stopped] = (await first.ask('sync.status', {})).remotes as object[];
  expect(stopped).toMatchObject({ state: 'stopped', next_at: null, error: { code: 'workspace/mismatch' } });
  fs.renameSync(folder, foreign);
  fs.renameSync(`${folder}-ours`, folder);
  await first.ask('remote.test', { name: 'home' });
  expect((await first.ask('sync.status', {})).remotes).toMatchObject([{ next_at: expect.any(String) }]);
  expect(await first.job('sync.run')).toMatchObject({ remotes: [{ error: null }] });
  expect((await first.ask('sync.status', {})).remotes).toMatchObject([{ state: 'idle', error: null }]);
});
