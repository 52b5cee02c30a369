import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refuse, reply, serve } from '../client/wire-server.ts';
import { now, prsist } from './world.ts';

const at = (minutesAgo: number) => new Date(now - minutesAgo * 60_000).toISOString();

const health = {
  status: 'ok',
  version: '0.1.0',
  proto: 1,
  pid: 42,
  uptime_seconds: 7200,
  restarted_after_crash_at: null,
  rss_bytes: 77_000_000,
  queue: 0,
  alerts: [],
  checks: {
    meaning: { embedder: 'off', model: null, texts: 0, done: 0, skipped: 0, why: null, fix: '' },
    store: 'ok',
    spool: { waiting: 0, bad: 0, oldest_ms: 0 },
    disk: { free: 80e9 },
  },
};
const project = {
  project_id: '3f2a91bc-0000-7000-8000-000000000001',
  name: 'shop',
  roots: ['/w/shop'],
  state: 'live',
  last_activity: at(2),
  db_bytes: 12_300_000,
  entries: 1,
  sessions: 40,
  messages: 4300,
  records: 5000,
};
const neighbour = { ...project, project_id: '3f2a91bc-1111-7000-8000-000000000009', name: 'other' };
const proven = {
  agent: 'claude-code',
  hook: 'installed',
  last_event_at: at(2),
  last_transcript_at: at(5),
  state: 'proven',
  hint: '',
  chain: [],
};
const broken = {
  agent: 'codex',
  hook: 'changed',
  last_event_at: null,
  last_transcript_at: at(60),
  state: 'broken',
  hint: 'prsist init',
  chain: [{ link: 'script', state: 'broken', what: 'x', fix: 'y' }],
};
const git = { link: 'git', state: 'proven', what: 'hooks in /w/shop/.git/hooks', fix: '' };
const handoff = {
  handoff_id: '7777aaaa-0000-7000-8000-000000000002',
  from_agent: 'claude-code',
  to_agent: 'codex',
  status: 'accepted',
  reason: 'rate limit',
  created_at: at(180),
  accepted_at: at(120),
  accepted_by: 'codex',
  shown_at: at(120),
};

const transcripts = [
  { agent: 'claude-code', files: 3, last_transcript_at: at(5) },
  { agent: 'gemini-cli', files: 2, last_transcript_at: at(60) },
  { agent: 'opencode', files: 1, last_transcript_at: null },
];

const devices = {
  ...{ standing: 'alone', workspace_id: 'w', keyring_version: 0, epoch: null, recovery: false, waiting: null },
  ...{ keys_in: null as string | null, keys_why: null as string | null, items: [] as object[] },
};

const noRemotes = { enabled: true, standing: 'alone', devices: 1, remotes: [] as object[] };

function daemon(
  links: readonly object[],
  meaning: object = health.checks.meaning,
  standing: object = {},
  sync: object = {},
  open = 0,
) {
  const replies: Record<string, Record<string, unknown>> = {
    'system.health': { ...health, checks: { ...health.checks, meaning } },
    'device.list': { ...devices, ...standing },
    'project.show': project,
    'project.list': { items: [project, neighbour] },
    'capture.status': {
      links,
      git,
      paused: null,
      spool: { waiting: 0, bad: 1, full: false },
      sources: {},
      transcripts,
    },
    'session.list': { items: [{}, {}], next_cursor: null },
    'session.handoffs': { items: [handoff] },
    'conflict.list': { items: [], open, more: false },
    'sync.status': { ...noRemotes, ...sync },
  };
  return serve(({ name }, response) => reply(response, replies[name] ?? {}));
}

test('everything on one screen', async () => {
  await using server = await daemon([proven, { ...broken, state: 'off' }]);
  expect(await prsist(['status'], { server })).toEqual({
    exit: 0,
    stderr: '',
    stdout: `project   shop  3f2a91bc-0  /w/shop
daemon    ok, up since 2h ago, version 0.1.0, 77.0 MB
capture   claude-code  proven    hook installed  event 2m ago  transcript 5m ago
          codex        off       hook changed    event never  transcript 1h ago  prsist init
git       proven    hooks in /w/shop/.git/hooks
read      gemini-cli  2 transcripts, the last one grew 1h ago
          opencode  1 transcript
spool     empty, 1 unreadable
handoffs  7777aaaa  claude-code → codex  taken 2h ago by codex  "rate limit"
sessions  2 active, 40 in all
memory    1 entry, 4300 messages
disk      12.3 MB used, 80.0 GB free
`,
  });
});

test('VE36: with an embedder it says how far the vectors are, and what keeps them from being computed', async () => {
  const some = { embedder: 'away', model: 'nomic', texts: 90, done: 40, skipped: 0, why: 'no answer', fix: '' };
  await using server = await daemon([proven], some);
  expect((await prsist(['status'], { server })).stdout).toMatch(
    /^meaning +away {2}nomic {2}40 of 90 texts {2}no answer$/m,
  );
});

test('KY10: with other devices it says how many, where the keys of this one are, and on whom it waits', async () => {
  const items = [{ revoked_at: null }, { revoked_at: at(1) }, { revoked_at: null }];
  const member = { standing: 'member', keys_in: 'files', keys_why: 'no keyring runs here', recovery: true, items };
  await using server = await daemon([proven], health.checks.meaning, member);
  expect((await prsist(['status'], { server })).stdout).toMatch(
    /^devices +2 devices, keys in files that only you can read \(no keyring runs here\)$/m,
  );
  const waiting = { standing: 'waiting', waiting: { invited_by: 'laptop', words: ['a', 'b', 'c', 'd'] } };
  await using other = await daemon([proven], health.checks.meaning, waiting);
  expect((await prsist(['status'], { server: other })).stdout).toMatch(
    /^devices +waiting for approval on laptop; check words: a b c d$/m,
  );
});

test('a broken link is said, and the exit is 1', async () => {
  await using server = await daemon([proven, broken]);
  const ran = await prsist(['status'], { server });
  expect(ran).toMatchObject({ exit: 1, stderr: 'error: codex is not captured\ntry: prsist init\n' });
});

test('SN20: status says how far each remote is, and what one waits for', async () => {
  const home = {
    name: 'home',
    remote_id: 'r1',
    state: 'idle',
    last_ok_at: at(2),
    comes_back: true,
    next_at: null,
    pending: 0,
  };
  const work = {
    ...{ ...home, name: 'work', state: 'stopped', last_ok_at: null, pending: 3 },
    error: { code: 'remote/auth', message: 'the host wants a password', hint: 'git fetch there once by hand' },
  };
  const remotes = [
    { ...home, error: null, notes: [] },
    { ...work, notes: [] },
  ];
  await using server = await daemon([proven], undefined, {}, { remotes });
  const { stdout, stderr } = await prsist(['status'], { server });
  expect(stdout).toMatch(
    /^sync +home {2}last 2m ago {2}nothing to send {2}idle\n +work {2}never reached {2}3 records to send {2}stopped$/m,
  );
  expect(stderr).toBe('error: work: the host wants a password\ntry: git fetch there once by hand\n');
});

test('CF9: status tells how many conflicts are open, and nothing where there is none', async () => {
  await using server = await daemon([proven], undefined, {}, {}, 3);
  expect((await prsist(['status'], { server })).stdout).toMatch(/^conflicts +3 open {2}prsist conflicts list$/m);
  await using other = await daemon([proven]);
  expect((await prsist(['status'], { server: other })).stdout).not.toContain('conflicts');
});

test('--json is all the replies in one', async () => {
  await using server = await daemon([proven]);
  const { stdout } = await prsist(['status', '--json'], { server });
  expect(JSON.parse(stdout)).toMatchObject({ health, project, capture: { links: [proven] }, handoffs: [handoff] });
});

test('without a project the daemon is shown and init is named', async () => {
  await using server = await serve(({ name }, response) => {
    if (name === 'system.health') reply(response, health);
    else if (name === 'device.list') reply(response, devices);
    else if (name === 'sync.status') reply(response, noRemotes);
    else refuse(response, 400, { code: 'project/required', message: 'no project here', hint: 'prsist init' });
  });
  expect(await prsist(['status'], { server })).toEqual({
    exit: 1,
    stdout: 'daemon  ok, up since 2h ago, version 0.1.0, 77.0 MB\n',
    stderr: 'error: no project here\ntry: prsist init\n',
  });
});

test('TY3: --json has the same members without a project as with one', async () => {
  await using server = await serve(({ name }, response) => {
    if (name === 'system.health') reply(response, health);
    else if (name === 'device.list') reply(response, devices);
    else if (name === 'sync.status') reply(response, noRemotes);
    else if (name === 'project.list') reply(response, { items: [neighbour] });
    else refuse(response, 400, { code: 'project/required', message: 'no project here', hint: 'prsist init' });
  });
  await using inside = await daemon([proven]);
  const [there, here] = [
    await prsist(['status', '--json'], { server }),
    await prsist(['status', '--json'], { server: inside }),
  ];
  expect(there).toMatchObject({ exit: 1, stderr: '' });
  expect(Object.keys(JSON.parse(there.stdout)).sort()).toEqual(Object.keys(JSON.parse(here.stdout)).sort());
  expect(JSON.parse(there.stdout)).toMatchObject({
    ...{ health, project: null, capture: null, projects: [neighbour], active_sessions: [], handoffs: [] },
  });
});

test('daemon status starts none', async () => {
  await using server = await daemon([]);
  expect(await prsist(['daemon', 'status'], { server })).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining('up since  2h ago'),
  });
  fs.rmSync(join(server.home, 'state', 'endpoint.json'));
  expect(await prsist(['daemon', 'status'], { server })).toEqual({
    exit: 69,
    stdout: '',
    stderr: 'error: the daemon is not running\ntry: prsist daemon start\n',
  });
  expect(await prsist(['daemon', 'stop'], { server })).toEqual({
    exit: 0,
    stdout: '',
    stderr: 'the daemon is not running\n',
  });
});

test('a process that cannot be told from another is not killed', async () => {
  await using server = await serve(() => undefined, { start: '' });
  const ran = await prsist(['daemon', 'stop', '--force'], { server });
  expect(ran).toMatchObject({ exit: 69, stderr: expect.stringContaining('was not killed') });
});

test('without a log it is said where it will be', async () => {
  await using server = await daemon([]);
  const path = join(server.home, 'state', 'log', 'daemon.jsonl');
  expect(await prsist(['daemon', 'logs'], { server })).toEqual({
    exit: 0,
    stdout: '',
    stderr: `no log yet, it will be ${path}\n`,
  });
});

test('with --json nothing is said on stderr', async () => {
  await using server = await daemon([broken]);
  expect(await prsist(['status', '--json'], { server })).toMatchObject({ exit: 1, stderr: '' });
});

test('logs are readable, and as they are with --json', async () => {
  await using server = await daemon([]);
  const line = '{"level":40,"time":1772625600000,"pid":1,"hostname":"h","msg":"slow\\u001b[2J","ms":12}';
  fs.mkdirSync(join(server.home, 'state', 'log'));
  fs.writeFileSync(join(server.home, 'state', 'log', 'daemon.jsonl'), `{"level":30}\nnot json\n${line}\n`);
  const ran = await prsist(['daemon', 'logs', '--lines', '2'], { server });
  expect(ran.stdout).toBe('not json\n2026-03-04 12:00:00 warn  slow ms=12\n');
  expect((await prsist(['daemon', 'logs', '--lines', '1', '--json'], { server })).stdout).toBe(`${line}\n`);
});

test('MA4: on another kind of machine status says which, and what follows', async () => {
  await using server = await daemon([proven]);
  const { stdout } = await prsist(['status'], { server, env: { WSL_DISTRO_NAME: 'Ubuntu' } });
  expect(stdout).toMatch(/^machine {3}Linux inside Windows \(WSL\): agents that run in Windows itself/m);
  const json = await prsist(['status', '--json'], { server, env: { SSH_TTY: '/dev/pts/1' } });
  expect(JSON.parse(json.stdout)).toMatchObject({ machine: { kind: 'remote' } });
});
