import { expect, test } from 'vitest';
import { type Answering, refuse, reply, serve } from '../client/wire-server.ts';
import { now, prsist } from './world.ts';

const moved = (records: number, bytes = records * 1_000) => ({ packs: 1, records, bytes });
const home = { name: 'home', remote_id: 'r1', sent: moved(2), received: moved(0), pending: 0, notes: [], error: null };
const refused = {
  ...{ name: 'work', remote_id: 'r2', exit: 77 },
  error: { code: 'remote/auth', message: 'the host wants\na password', hint: 'git fetch there once by hand' },
};

/** A daemon whose runs end so, one after the other; the last one again and again. */
const running = (...ends: (readonly object[])[]): Answering => {
  let n = 0;
  return ({ name }, response) => {
    if (name !== 'job.show') return reply(response, { job_id: 'j1' }, 202);
    const remotes = ends[Math.min(n, ends.length - 1)];
    n += 1;
    reply(response, { job_id: 'j1', name: 'sync.run', state: 'done', progress: {}, result: { remotes }, error: null });
  };
};

test('SN22: `sync` says per remote what moved, and what a person may have to know', async () => {
  const both = { ...home, received: moved(1), pending: 3, notes: ['a pack was refused\u001b[2J'] };
  await using server = await serve(running([both, { ...home, name: 'nas', sent: moved(0) }]));
  const ran = await prsist(['sync', '--full', '--remote', 'home'], { server });
  expect(ran).toMatchObject({ exit: 0, stderr: expect.stringContaining('note: a pack was refused') });
  expect(ran.stdout).toBe(
    'home  received 1 record (1.0 kB), sent 2 records (2.0 kB); 3 records still to send\nnas  nothing new\n',
  );
  expect(ran.stderr).not.toContain('\u001b');
  expect(server.asked[0]).toMatchObject({ name: 'sync.run', input: { full: true, remote: 'home' } });
});

test('SN22: it ends with the status of the remote that failed, after the others had their turn; --json is the job', async () => {
  await using server = await serve(running([refused, home]));
  const ran = await prsist(['sync'], { server });
  expect(ran).toEqual({
    exit: 77,
    stdout: 'home  sent 2 records (2.0 kB)\n',
    stderr: 'error: work: the host wants a password\ntry: git fetch there once by hand\n',
  });
  const json = await prsist(['sync', '--json'], { server });
  expect([json.exit, json.stderr, JSON.parse(json.stdout).result.remotes]).toEqual([77, '', [refused, home]]);
});

test('SN26: a daemon that died in the middle of a job is said, with what to do', async () => {
  await using server = await serve(({ name }, response) => {
    if (name !== 'job.show') return reply(response, { job_id: 'j1' }, 202);
    refuse(response, 404, { code: 'job/not-found', message: 'no job j1', hint: '' });
  });
  expect(await prsist(['sync'], { server })).toEqual({
    exit: 1,
    stdout: '',
    stderr:
      'error: the daemon was started anew in the middle of it; what was done until then stays\n' +
      'try: give the same command again: it goes on from there\n',
  });
});

test('SN22: --no-wait only begins', async () => {
  await using server = await serve(running([home]));
  const ran = await prsist(['sync', '--no-wait'], { server });
  expect(ran).toMatchObject({ exit: 0, stdout: '', stderr: expect.stringContaining('prsist sync status') });
  expect(JSON.parse((await prsist(['sync', '--no-wait', '--json'], { server })).stdout)).toMatchObject({
    job_id: 'j1',
  });
  expect(server.asked.map(({ name }) => name)).toEqual(['sync.run', 'sync.run']);
});

test('SN22: a run that fails as a whole says why', async () => {
  const error = { code: 'remote/not-found', message: 'there is no remote', hint: 'prsist remote add' };
  await using server = await serve(({ name }, response) => {
    if (name !== 'job.show') return reply(response, { job_id: 'j1' }, 202);
    reply(response, { job_id: 'j1', name: 'sync.run', state: 'failed', progress: {}, result: null, error });
  });
  const ran = await prsist(['sync'], { server });
  expect(ran.exit).toBeGreaterThan(0);
  expect(ran.stderr).toBe('error: there is no remote\ntry: prsist remote add\n');
});

test('SN23: --dry-run shows what would leave, by project and kind, and begins nothing', async () => {
  const items = [
    { project: null, kind: 'context.put', records: 1, bytes: 300 },
    { project: 'shop', kind: 'message.add', records: 12, bytes: 40_000 },
  ];
  const some = { items, records: 13, bytes: 40_300 };
  const none = { items: [], records: 0, bytes: 0 };
  let preview: typeof some | typeof none = some;
  await using server = await serve((_, response) => reply(response, preview));
  const ran = await prsist(['sync', '--dry-run'], { server });
  expect(ran).toMatchObject({ exit: 0, stderr: expect.stringContaining('Nothing was sent') });
  expect(ran.stdout).toMatch(/^yours, in all projects +context\.put +1 +300 B\nshop +message\.add +12 +40\.0 kB\n$/);
  expect(ran.stderr).toContain('13 records, 40.3 kB');
  expect(JSON.parse((await prsist(['sync', '--dry-run', '--json'], { server })).stdout)).toMatchObject(some);
  preview = none;
  expect(await prsist(['sync', '--dry-run'], { server })).toMatchObject({
    stdout: '',
    stderr: expect.stringMatching(/nothing here/),
  });
  expect(server.asked.map(({ name }) => name)).toEqual(['sync.preview', 'sync.preview', 'sync.preview']);
});

test('SN24: --watch tells the first run, then only what is news, and ends at Ctrl-C', async () => {
  const quiet = { ...home, sent: moved(0) };
  let stop: () => void = () => undefined;
  const interrupted = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const answer = running([quiet]);
  await using server = await serve((asked, response) => {
    answer(asked, response);
    if (asked.name === 'job.show') setTimeout(stop, 50);
  });
  const ran = await prsist(['sync', '--watch'], { server, interrupted });
  expect(ran).toMatchObject({ exit: 0, stdout: 'home  nothing new\n' });
});

test('SN20: `sync status` says how each remote stands and ends with 1 when one waits for a person', async () => {
  const at = (ms: number) => new Date(now + ms).toISOString();
  const idle = {
    ...{
      name: 'home',
      remote_id: 'r1',
      state: 'idle',
      last_ok_at: at(-120_000),
      comes_back: true,
      next_at: at(90_000),
    },
    ...{ pending: 0, error: null, notes: [] },
  };
  const stopped = {
    ...idle,
    name: 'work',
    state: 'stopped',
    comes_back: true,
    next_at: null,
    pending: 2,
    error: refused.error,
  };
  const all = { enabled: true, standing: 'member', devices: 2, remotes: [idle, stopped] };
  let told: object = all;
  await using server = await serve((_, response) => reply(response, { ...told }));
  const ran = await prsist(['sync', 'status'], { server });
  expect(ran.exit).toBe(1);
  expect(ran.stdout).toMatch(
    /^home {2}last 2m ago {2}nothing to send +idle, next in 90 s\nwork {2}last 2m ago {2}2 records to send +stopped\n$/,
  );
  expect(ran.stderr).toContain('error: work: the host wants a password\ntry: git fetch there once by hand');
  expect(ran.stderr).toContain('2 devices share this memory');
  told = { ...all, enabled: false, remotes: [idle] };
  expect(await prsist(['sync', 'status'], { server })).toMatchObject({
    exit: 0,
    stderr: expect.stringMatching(/switched off/),
  });
  told = { ...all, devices: 1, remotes: [idle] };
  expect((await prsist(['sync', 'status'], { server })).stderr).toBe(
    'no other device has joined: prsist device invite\n',
  );
  told = { ...all, remotes: [] };
  expect(await prsist(['sync', 'status'], { server })).toMatchObject({
    exit: 0,
    stderr: expect.stringMatching(/prsist remote add/),
  });
});

test('SN25: who joined takes in at once what the others wrote', async () => {
  const joined = { workspace_id: 'w', keyring_version: 2, devices: 2 };
  const runs = running([{ ...home, sent: moved(0), received: moved(7) }]);
  await using server = await serve((asked, response) => {
    if (asked.name === 'device.list') reply(response, { standing: 'waiting', items: [] });
    else if (asked.name === 'device.joined') reply(response, { joined });
    else runs(asked, response);
  });
  const ran = await prsist(['device', 'join'], { server });
  expect(ran).toMatchObject({
    exit: 0,
    stdout: 'joined  2 devices now share this memory\nhome  received 7 records (7.0 kB)\n',
  });
  expect(server.asked.map(({ name }) => name)).toEqual(['device.list', 'device.joined', 'sync.run', 'job.show']);
});
