import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { remoteCheck } from '../../src/daemon/remote-check.ts';
import { noProject } from '../../src/features/sync/engine.ts';
import { keptRehearsals } from '../../src/features/sync/rehearsals.ts';
import { projectId, type SyncedWorld, two } from './synced-worlds.ts';

const hour = 3_600_000;

interface Told {
  readonly project_id: string;
  readonly state: string;
  readonly records: number;
  readonly pending: number;
  readonly ahead: number;
  readonly rows: string;
  readonly findings: readonly { readonly what: string; readonly fix: string }[];
  readonly notes: readonly string[];
}

interface OfRemote {
  readonly name: string;
  readonly databases: readonly Told[];
  readonly error: { readonly code: string } | null;
}

/** What a rehearsal with the first remote says. */
async function rehearsed(world: SyncedWorld, body: object = {}): Promise<OfRemote> {
  const { remotes } = (await world.job('sync.verify', body)) as unknown as { remotes: OfRemote[] };
  expect(fs.existsSync(join(world.paths.data, 'rehearsal'))).toBe(false);
  return remotes[0] ?? expect.fail('no remote');
}

const ofProject = ({ databases }: OfRemote) =>
  databases.find(({ project_id }) => project_id === projectId) ?? expect.fail('not rehearsed');

async function exchanged(...worlds: readonly SyncedWorld[]): Promise<void> {
  for (const world of worlds) {
    expect(await world.job('sync.run', { full: true })).toMatchObject({ remotes: [{ error: null }] });
  }
}

/** Packs of records on the remote, or of texts. */
function packsOf(folder: string, ending: '.pk' | '.bk' = '.pk'): string[] {
  const all = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return all.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

function flip(path: string): void {
  const bytes = fs.readFileSync(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  fs.chmodSync(path, 0o600);
  fs.writeFileSync(path, bytes);
}

function emptyPacks({ paths }: SyncedWorld): void {
  const packs = join(paths.data, 'packs');
  for (const name of fs.readdirSync(packs)) fs.rmSync(join(packs, name));
}

const states = ({ databases }: OfRemote) => databases.map(({ state, rows }) => `${state}, rows ${rows}`);
const whole = 'whole, rows equal';

const finds = (world: SyncedWorld) =>
  remoteCheck(world.projects, { state: () => ({ running: false, error: undefined, notes: [] }) }, { dueIn: () => 0 })
    .findings;

test('VR1: what two devices wrote comes back whole from the remote alone, rows and all, and nothing here changes', async () => {
  const { first, second } = await two();
  await first.remember('deploy', 'on Fridays');
  await first.remember('long', 'a long story '.repeat(4_000));
  await first.remember('mine', 'everywhere', 'user');
  await exchanged(first, second);
  await second.remember('deploy', 'on Mondays');
  await first.remember('deploy', 'never');
  await exchanged(second, first, second);
  const before = first.projects.store(projectId).transactions;
  const found = await rehearsed(first);
  expect(found).toMatchObject({ name: 'home', error: null });
  expect(states(found)).toEqual([whole, whole, whole]); // the personal project is one of them
  expect(found.databases.flatMap(({ findings, notes }) => [...findings, ...notes])).toEqual([]);
  expect(ofProject(found).records).toBeGreaterThan(3);
  expect(first.projects.store(projectId).transactions).toBe(before);
  expect(finds(first)).toEqual([]);
  expect(states(await rehearsed(second))).toEqual([whole, whole]);
});

test('VR2: what was not sent yet, or not taken in yet, is no gap', async () => {
  const { first, second } = await two();
  await first.remember('deploy', 'on Fridays');
  await exchanged(first, second, first);
  await first.remember('later', 1);
  const waits = ofProject(await rehearsed(first));
  expect(waits).toMatchObject({ state: 'whole', pending: 1, ahead: 0, rows: 'not compared', findings: [] });
  expect(waits.notes).toEqual(['1 record was not sent yet']);
  await second.remember('from afar', 1);
  await exchanged(second);
  expect(ofProject(await rehearsed(first))).toMatchObject({ state: 'whole', pending: 1, ahead: 1, findings: [] });
});

test('VR3: a pack that is gone is named, stands in doctor, and comes back with the next exchange, packs here or not', async () => {
  const { first, second, folder } = await two();
  await first.remember('deploy', 'on Fridays');
  await exchanged(first, second, first);
  emptyPacks(first);
  fs.rmSync(join(second.paths.data, 'packs'), { recursive: true });
  for (const pack of packsOf(folder)) fs.rmSync(pack);
  const found = await rehearsed(first);
  expect(found.databases.map(({ state }) => state)).toEqual(['failed', 'failed']);
  const { findings } = ofProject(found);
  expect(findings).toContainEqual({
    what: expect.stringMatching(/^records 1 to \d+ of log \S+, written on this device, cannot be had from there$/),
    fix: 'prsist sync --remote home --full',
  });
  expect(finds(first)).toContainEqual(
    expect.objectContaining({
      code: 'sync/rehearsal',
      what: expect.stringMatching(/^rebuilt from home alone, shop: records 1 to /),
    }),
  );
  expect(finds(second)).toEqual([]);
  // nobody asks for everything to be looked at: the rehearsal has said that it is needed
  await first.job('sync.run');
  await exchanged(second);
  expect(states(await rehearsed(first))).toEqual([whole, whole]);
  expect(finds(first)).toEqual([]);
});

test('VR3: texts alone that are gone there and here are packed again', async () => {
  const { first, folder } = await two();
  await first.remember('long', 'a long story '.repeat(4_000));
  await exchanged(first);
  emptyPacks(first);
  for (const pack of packsOf(folder, '.bk')) fs.rmSync(pack);
  const { findings } = ofProject(await rehearsed(first));
  expect(findings.map(({ what }) => what)).toEqual(['1 long text cannot be had from there']);
  await first.job('sync.run');
  expect(states(await rehearsed(first))).toEqual([whole, whole]);
});

test('VR4: a byte that was flipped is found, and its writer puts the pack again', async () => {
  const { first, second, folder } = await two();
  await first.remember('deploy', 'on Fridays');
  await first.remember('long', 'a long story '.repeat(4_000));
  await exchanged(first, second, first);
  const packs = join(first.paths.data, 'packs');
  for (const name of fs.readdirSync(packs)) flip(join(packs, name)); // of no use any more: it is packed again
  for (const path of [...packsOf(folder), ...packsOf(folder, '.bk')]) flip(path);
  const { state, findings } = ofProject(await rehearsed(first));
  expect(state).toBe('failed');
  expect(findings.map(({ what }) => what)).toContainEqual(
    expect.stringMatching(/^the pack with records 1 to .* passes no check there/),
  );
  await exchanged(first);
  await rehearsed(second); // its own are spoilt as well: only it may put them again
  await exchanged(second);
  for (const each of [first, second]) {
    expect((await rehearsed(each)).databases.map(({ state }) => state)).toEqual(['whole', 'whole']);
  }
});

test('VR5: what was erased here is gone there, also what another device wrote and has not sealed again', async () => {
  const { first, second } = await two();
  await first.remember('secret', 'nobody should know');
  await second.remember('other', 'nor this');
  await first.remember('deploy', 'on Fridays');
  await exchanged(first, second, first);
  await first.ask('store.erase', { entry: 'other', scope: 'project', reason: 'asked for' }, projectId);
  await first.ask('store.erase', { entry: 'secret', scope: 'project', reason: 'asked for' }, projectId);
  await exchanged(first);
  const found = ofProject(await rehearsed(first));
  expect(found).toMatchObject({ state: 'whole', rows: 'equal' });
  expect(found.notes).toEqual([]);
});

test('VR6: a project that was linked comes back under all its ids', async () => {
  const { first } = await two();
  const other = '019a3985-b900-7000-8000-0000000000bb';
  first.project(other, 'twin');
  await first.ask('context.store', { key: 'of the twin', value: 1, scope: 'project' }, other);
  await first.remember('deploy', 'on Fridays');
  await exchanged(first);
  await first.job('project.link', { project: projectId, other });
  await exchanged(first);
  expect(states(await rehearsed(first))).toEqual([whole, whole]);
});

test('VR7: one project alone, and a remote that cannot be reached', async () => {
  const { first, folder } = await two();
  await first.remember('deploy', 'on Fridays');
  await exchanged(first);
  const { databases } = await rehearsed(first, { remote: 'home', project: projectId });
  expect(databases.map(({ project_id }) => project_id)).toEqual([projectId]);
  await expect(first.job('sync.verify', { remote: 'nowhere' })).rejects.toThrow('remote/not-found');
  fs.renameSync(folder, `${folder}-away`);
  expect(await rehearsed(first)).toMatchObject({ error: { code: 'remote/offline' }, databases: [] });
  expect(keptRehearsals(first.projects.user.read)).toMatchObject([{ project_id: projectId, state: 'whole' }]);
});

test('VR8: called off it ends soon, keeps what is done and leaves nothing behind', async () => {
  const { first } = await two();
  await first.remember('deploy', 'on Fridays');
  await exchanged(first);
  const { verify } = first.wired.sync.rehearsals;
  const seen: unknown[] = [];
  const job = {
    ...first.jobContext(projectId),
    report: (progress: object) => void seen.push(progress),
    cancelled: () => seen.length > 2,
  };
  expect(await verify({ remote: 'home' }, job)).toMatchObject({ remotes: [{ databases: [], error: null }] });
  expect(seen[0]).toMatchObject({ remote: 'home', doing: 'listing', databases: '0/2' });
  const left = first.wired.sync.rehearsals;
  await left.stop();
  expect(await verify({}, first.jobContext(projectId))).toMatchObject({ remotes: [{ databases: [], error: null }] });
  expect(fs.existsSync(join(first.paths.data, 'rehearsal'))).toBe(false);
});

test('VR9: what a killed one left is removed when the daemon looks around', async () => {
  const { first } = await two();
  const place = join(first.paths.data, 'rehearsal', 'user');
  fs.mkdirSync(place, { recursive: true, mode: 0o700 });
  fs.writeFileSync(join(place, 'user.db'), 'half');
  await first.wired.sync.rehearsals.daily(0);
  expect(fs.existsSync(join(first.paths.data, 'rehearsal'))).toBe(false);
});

test('VR10: a database a day, when it is quiet, the one that was not tried for longest', async () => {
  const { first, folder } = await two();
  await first.remember('deploy', 'on Fridays');
  await exchanged(first);
  const { rehearsals } = first.wired.sync;
  const tried = () => keptRehearsals(first.projects.user.read).map(({ project_id, state }) => `${project_id} ${state}`);
  const quiet = 60_000;
  await rehearsals.daily(quiet - 1);
  expect(tried()).toEqual([]);
  await rehearsals.daily(quiet);
  expect(tried()).toEqual([`${noProject} whole`]);
  first.clock.now += 23 * hour;
  await rehearsals.daily(quiet);
  expect(tried()).toHaveLength(1);
  for (const pack of packsOf(folder)) fs.rmSync(pack);
  first.clock.now += hour;
  await rehearsals.daily(quiet);
  expect(tried()).toEqual([`${noProject} whole`, `${projectId} failed`]);
  expect(first.told).toContainEqual(expect.stringMatching(/^rehearsal .*"database":"shop","state":"failed"/));
  await exchanged(first); // puts it again; that it is whole is not known before it was tried once more
  first.clock.now += 24 * hour;
  await rehearsals.daily(quiet);
  expect(tried()).toEqual([`${noProject} whole`, `${projectId} whole`]);
  first.clock.now += 24 * hour;
  const { portable_sync } = first.settings.config;
  Object.assign(portable_sync, { verify_daily: false });
  await rehearsals.daily(quiet);
  expect(keptRehearsals(first.projects.user.read).every(({ at }) => at <= first.clock.now - 24 * hour)).toBe(true);
  Object.assign(portable_sync, { verify_daily: true });
  await first.ask('remote.remove', { name: 'home' });
  await rehearsals.daily(quiet);
  expect(tried()).toEqual([]);
});

test('VR11: writes go on while it is compared, and are no gap', async () => {
  const { first } = await two();
  await first.remember('deploy', 'on Fridays');
  await exchanged(first);
  const writes: Promise<unknown>[] = [];
  const job = {
    ...first.jobContext(projectId),
    report: ({ doing }: { doing?: unknown }) => {
      if (doing === 'listing') writes.push(first.remember(`meanwhile ${writes.length}`, 1));
    },
  };
  const { remotes } = (await first.wired.sync.rehearsals.verify({ project: projectId }, job)) as {
    remotes: OfRemote[];
  };
  await Promise.all(writes);
  expect(writes).toHaveLength(1);
  const found = ofProject(remotes[0] ?? expect.fail('no remote'));
  expect(found).toMatchObject({ state: 'whole', findings: [], pending: 1, rows: 'not compared' });
  expect(found.notes).toEqual([
    '1 record was not sent yet',
    'something was written meanwhile: compared is what both hold',
  ]);
  expect(await first.recall('meanwhile 0')).toBe(1);
});

test('VR14: rows that are not what the records say, texts that are gone, and a keyring that is gone', async () => {
  const { first, folder } = await two();
  await first.remember('deploy', 'on Fridays');
  await first.remember('long', 'a long story '.repeat(4_000));
  await exchanged(first);
  const change = (value: string) =>
    first.projects.store(projectId).maintain((tx) => {
      tx.run({ sql: `update memory_context_registry set value = '"${value}"' where key = 'deploy'` } as never, {});
    });
  change('on Mondays');
  const changed = ofProject(await rehearsed(first));
  expect(changed).toMatchObject({ state: 'differs', rows: 'differ' });
  expect(changed.findings).toEqual([
    {
      what: 'the records are the same, but not what is computed of them: memory_context_registry',
      fix: `prsist --project ${projectId} store rebuild`,
    },
  ]);
  change('on Fridays');
  expect(ofProject(await rehearsed(first)).state).toBe('whole');

  const all = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const name of all) if (/\.(?:bk|kr)$/.test(name)) fs.rmSync(join(folder, name));
  const found = await rehearsed(first);
  expect(ofProject(found)).toMatchObject({ state: 'differs', rows: 'not compared' });
  expect(ofProject(found).findings.map(({ what }) => what)).toEqual(['1 long text cannot be had from there']);
  expect(found.databases[0]?.findings.map(({ what }) => what)).toEqual([
    'there is no keyring there: without it nobody else can read what lies there',
  ]);
  expect(found.databases[0]?.findings[0]?.fix).toBe(
    'prsist remote test home --accept-rollback; prsist sync --remote home --full',
  );
  await first.ask('remote.test', { name: 'home', accept_rollback: true });
  await exchanged(first);
  expect(states(await rehearsed(first))).toEqual([whole, whole]);
});

test('VR15: what another device keeps elsewhere is missing there', async () => {
  const { first, second, folder } = await two();
  await exchanged(first, second, first);
  const other = `${folder}-other`;
  fs.mkdirSync(other);
  await second.ask('remote.remove', { name: 'home' });
  for (const each of [first, second]) await each.ask('remote.add', { name: 'stick', url: `folder:${other}` });
  await second.remember('deploy', 'on Fridays');
  for (const each of [second, first]) await each.job('sync.run', { full: true });
  expect(await first.recall('deploy')).toBe('on Fridays');
  const { state, findings } = ofProject(await rehearsed(first, { remote: 'home' }));
  expect(state).toBe('differs');
  expect(findings).toEqual([
    {
      what: expect.stringMatching(
        /^record 2 of log \S+, written on device \S+, never came there: that device exchanges elsewhere$/,
      ),
      fix: 'on that device: prsist remote list; prsist sync --remote home',
    },
  ]);
  expect(states(await rehearsed(first, { remote: 'stick' }))).toEqual([whole, whole]);
});

test('VR18: texts that stay at home are no fault of the remote', async () => {
  const { first } = await two();
  Object.assign(first.settings.config.portable_sync, { texts: 'none' });
  await first.remember('long', 'a long story '.repeat(4_000));
  await exchanged(first);
  const found = ofProject(await rehearsed(first));
  expect(found).toMatchObject({ state: 'whole', rows: 'not compared', findings: [] });
  expect(found.notes).toEqual(['1 long text not there: portable_sync.texts is none']);
});
