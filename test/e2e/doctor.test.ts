// Faults laid one by one into a real home: doctor names each, and what it says mends it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import { withStore } from '../harness/audit.ts';
import { createHome, type Home, until } from '../harness/home.ts';
import { createRepository, type Repository } from '../harness/repository.ts';

let home: Home;
let shop: Repository;

beforeAll(async () => {
  home = createHome();
  fs.mkdirSync(join(home.home, '.claude'));
  shop = createRepository(home);
  await home.json(['init'], { cwd: shop.path });
  for (const text of ['We deploy on Fridays', 'One file is enough'])
    await home.json(['remember', text], { cwd: shop.path });
});
afterAll(() => home.remove());

interface Told {
  readonly exit: number | null;
  readonly findings: readonly Finding[];
  readonly mended: readonly string[];
  readonly checked: number;
}

async function doctor(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Told> {
  const { exit, stdout, stderr } = await home.prsist(['doctor', '--json', ...args], { cwd: shop.path, env });
  const reply = JSON.parse(stdout || `{"checks":[],"error":${JSON.stringify(stderr)}}`);
  const checks = reply.checks as readonly { readonly findings: readonly Finding[] }[];
  return {
    exit,
    findings: checks.flatMap(({ findings }) => findings),
    mended: reply.mended ?? [],
    checked: checks.length,
  };
}

async function stopped(): Promise<void> {
  await home.prsist(['daemon', 'stop']);
}

const codes = ({ findings }: Told) => [...new Set(findings.map(({ code }) => code))];

/** Nothing was laid since it was well: that need not be asked again. */
let isKnownWell = false;

async function isWell(): Promise<void> {
  const told = await doctor();
  expect(told.findings).toEqual([]);
  expect(told.exit).toBe(0);
  isKnownWell = true;
}

interface Fault {
  readonly rule: string;
  readonly name: string;
  readonly code: string;
  /** Words that name the very thing. */
  readonly names: () => string;
  readonly lay: () => void | Promise<void>;
  /** A start of the daemon, which doctor brings about, mends it too. */
  readonly isTransient?: true;
  /** What a person does; doctor --fix when absent. */
  readonly mend?: () => void | Promise<void>;
}

const database = () => {
  const [id = ''] = fs.readdirSync(home.paths.projects);
  return join(home.paths.projects, id, 'memory.db');
};
let kept: Buffer;

/** Changes a database that no daemon holds. */
async function changed(sql: string): Promise<void> {
  await stopped();
  // unsafe: tables inside of an index, which only a broken disk or a foreign program changes
  withStore(database(), (store) => store.db.unsafeMode(true).exec(sql));
}

const faults: readonly Fault[] = [
  {
    ...{ rule: 'DO2', name: 'an endpoint that is garbage', code: 'daemon/endpoint', names: () => home.paths.endpoint },
    isTransient: true,
    async lay() {
      await stopped();
      fs.writeFileSync(home.paths.endpoint, '{"socket": ', { mode: 0o600 });
    },
  },
  {
    ...{ rule: 'DO2', name: 'the socket of a daemon that is gone', code: 'daemon/stale-socket', names: () => 'd-9' },
    isTransient: true,
    async lay() {
      await stopped();
      const path = join(home.paths.state, 'd-999999-0badc0de.sock');
      const server = createServer().listen(path);
      await new Promise((done) => server.once('listening', done));
      fs.linkSync(path, `${path}.kept`);
      await new Promise((done) => server.close(done));
      fs.renameSync(`${path}.kept`, path);
    },
  },
  {
    ...{ rule: 'DO2', name: 'the reason of a start that failed', code: 'daemon/start-error', names: () => 'no room' },
    async lay() {
      await stopped();
      const reason = { code: 'disk/full', message: 'no room for it', hint: 'free some space', at: Date.now() };
      fs.writeFileSync(home.paths.startError, JSON.stringify(reason), { mode: 0o600 });
    },
    mend: async () => void (await home.prsist(['daemon', 'start'])),
  },
  {
    ...{ rule: 'DO3', name: 'an event that could not be read', code: 'daemon/spool-bad', names: () => '1 events' },
    lay: () => fs.writeFileSync(join(home.paths.spool, 'bad', 'x-0.evt'), 'nothing of ours', { mode: 0o600 }),
  },
  {
    ...{ rule: 'DO3', name: 'events that nobody takes in', code: 'daemon/spool-old', names: () => 'minutes' },
    async lay() {
      await stopped();
      const path = join(home.paths.spool, 'old-0.evt');
      fs.writeFileSync(path, 'prsist-event 1\nagent codex\nevent Stop\n\n{}', { mode: 0o600 });
      fs.utimesSync(path, Date.now() / 1000 - 7200, Date.now() / 1000 - 7200);
    },
    mend: async () => void (await home.prsist(['daemon', 'start'])),
  },
  {
    ...{ rule: 'DO3', name: 'a log that is too large', code: 'daemon/log-large', names: () => 'daemon.jsonl.7' },
    lay() {
      const path = join(home.paths.log, '..', 'daemon.jsonl.7');
      fs.writeFileSync(path, '', { mode: 0o600 });
      fs.truncateSync(path, 30_000_000);
    },
  },
  {
    ...{ rule: 'DO4', name: 'a directory open to others', code: 'security/open', names: () => home.paths.data },
    lay: () => fs.chmodSync(home.paths.data, 0o755),
  },
  {
    ...{ rule: 'DO4', name: 'a database open to others', code: 'security/open', names: database },
    lay: () => fs.chmodSync(database(), 0o644),
  },
  {
    ...{ rule: 'DO4', name: 'a token open to others', code: 'security/open', names: () => home.paths.endpoint },
    lay: () => fs.chmodSync(home.paths.endpoint, 0o640),
  },
  {
    ...{ rule: 'DO4', name: 'a directory that is a link', code: 'security/link', names: () => home.paths.state },
    async lay() {
      await stopped();
      fs.renameSync(home.paths.state, `${home.paths.state}.away`);
      fs.symlinkSync(`${home.paths.state}.away`, home.paths.state);
    },
    async mend() {
      fs.rmSync(home.paths.state);
      fs.renameSync(`${home.paths.state}.away`, home.paths.state);
      await home.prsist(['daemon', 'start']);
    },
  },
  {
    ...{
      rule: 'DO4',
      name: 'a key that is not the one that was made',
      code: 'security/key',
      names: () => 'redaction.key',
    },
    async lay() {
      await stopped();
      kept = fs.readFileSync(join(home.paths.keys, 'redaction.key'));
      fs.writeFileSync(join(home.paths.keys, 'redaction.key'), 'abcd\n', { mode: 0o600 });
    },
    async mend() {
      await stopped();
      fs.writeFileSync(join(home.paths.keys, 'redaction.key'), kept, { mode: 0o600 });
    },
  },
  {
    ...{ rule: 'DO5', name: 'a wrong name in the settings, while a daemon runs', code: 'config/invalid' },
    names: () => 'config.yaml:2: sessions.idle_minute: no such name, did you mean sessions.idle_minutes?',
    async lay() {
      await home.prsist(['daemon', 'start']);
      fs.writeFileSync(join(home.paths.config, 'config.yaml'), 'sessions:\n  idle_minute: 3\n', { mode: 0o600 });
    },
    mend: () => fs.rmSync(join(home.paths.config, 'config.yaml')),
  },
  {
    ...{ rule: 'DO5', name: 'a wrong name in the settings, where none can start', code: 'config/invalid' },
    names: () => 'config.yaml:2: sessions.idle_minute: no such name, did you mean sessions.idle_minutes?',
    async lay() {
      await stopped();
      fs.writeFileSync(join(home.paths.config, 'config.yaml'), 'sessions:\n  idle_minute: 3\n', { mode: 0o600 });
    },
    async mend() {
      const sh = { EDITOR: 'sed -i s/idle_minute:/idle_minutes:/' };
      expect((await home.prsist(['config', 'edit'], { env: sh })).exit).toBe(0);
      await home.json(['config', 'set', 'sessions.idle_minutes', '--unset']);
    },
  },
  {
    ...{
      rule: 'DO6',
      name: 'a hook script that was changed',
      code: 'capture/hook-changed',
      names: () => 'claude-code',
    },
    lay: () => fs.appendFileSync(join(home.paths.bin, 'prsist-hook'), '# mine now\n'),
    mend: async () => void (await home.json(['init'], { cwd: shop.path })),
  },
  {
    ...{ rule: 'DO6', name: 'a project whose directory is gone', code: 'store/project-gone', names: () => 'gone' },
    async lay() {
      const other = createRepository(home, 'gone');
      await home.json(['init', '--no-import'], { cwd: other.path });
      fs.rmSync(other.path, { recursive: true });
    },
  },
  {
    ...{ rule: 'DO7', name: 'an index that was dropped', code: 'store/table', names: () => 'search_fts' },
    lay: () => changed('drop table search_fts'),
  },
  {
    ...{ rule: 'DO7', name: 'an index that is damaged', code: 'store/index', names: () => 'search_fts' },
    lay: () => changed('delete from search_fts_data where id > 10'),
  },
  {
    ...{ rule: 'DO7', name: 'texts that nothing names', code: 'store/orphan-blobs', names: () => '1 text that' },
    lay: () =>
      changed("insert into blobs (hash, codec, bytes, refs, data, created_at) values (x'00', 0, 1, 0, x'61', 0)"),
  },
  {
    ...{ rule: 'DO7', name: 'a record that was refused', code: 'store/refused', names: () => '1 record that' },
    lay: () => changed('update records set state = 3 where n = 2'),
    mend: () => changed('update records set state = 0 where n = 2'),
  },
  {
    ...{ rule: 'DO7', name: 'a page that was overwritten', code: 'store/corrupt', names: () => 'database of shop' },
    async lay() {
      await stopped();
      kept = fs.readFileSync(database());
      const hurt = Buffer.from(kept);
      // the beginning of every page but the first
      for (let page = 1; page < hurt.length / 4096; page += 1) hurt.fill(0xff, page * 4096, page * 4096 + 64);
      fs.writeFileSync(database(), hurt);
    },
    async mend() {
      await stopped();
      for (const end of ['-wal', '-shm']) fs.rmSync(database() + end, { force: true });
      fs.writeFileSync(database(), kept);
    },
  },
];

test('DO1: all is well: one screen says what was looked at', async () => {
  await isWell();
  expect((await doctor()).checked).toBeGreaterThan(20);
  const { exit, stdout, stderr } = await home.prsist(['doctor'], { cwd: shop.path });
  expect([exit, stderr]).toEqual([0, 'all is well\n']);
  for (const group of ['daemon', 'store', 'security', 'capture', 'sync', 'config']) {
    expect(stdout).toMatch(new RegExp(`^${group} +ok `, 'm'));
  }
  expect(stdout.split('\n').length).toBeLessThan(12);
});

describe('faults', () => {
  for (const fault of faults) {
    test(`${fault.rule}: ${fault.name}`, async () => {
      if (!isKnownWell) await isWell();
      isKnownWell = false;
      await fault.lay();
      const told = await doctor();
      expect(told.exit).toBe(1);
      expect(codes(told)).toContain(fault.code);
      const finding = told.findings.find(({ code, what }) => code === fault.code && what.includes(fault.names()));
      expect(finding, JSON.stringify(told.findings)).toBeDefined();
      expect(finding?.why).toMatch(/^[a-z].{20,}/);
      expect(finding?.fix).not.toBe('');
      if (fault.mend) await fault.mend();
      else {
        expect(finding).toMatchObject({ mends: true, fix: 'prsist doctor --fix' });
        if (fault.isTransient) await fault.lay();
        const fixed = await doctor(['--fix']);
        expect([fixed.exit, fixed.findings]).toEqual([0, []]);
        expect(fixed.mended.length).toBeGreaterThan(0);
      }
      await isWell();
    });
  }
});

test('DO8: a WAL that has grown is folded into its file', async () => {
  await stopped();
  const file = database();
  // a reader of another process keeps it from being folded, as a backup program may
  const script = `
    const Database = require(${JSON.stringify(join(import.meta.dirname, '../../node_modules/better-sqlite3'))});
    const db = new Database(${JSON.stringify(file)});
    db.pragma('journal_mode = wal');
    db.pragma('wal_autocheckpoint = 0');
    db.exec('create table grown (t blob)');
    const add = db.prepare('insert into grown values (zeroblob(1048576))');
    for (let i = 0; i < 70; i += 1) add.run();
    db.exec('drop table grown');
    process.kill(process.pid, 'SIGKILL');`;
  const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  await new Promise((done) => child.once('exit', done));
  expect(fs.statSync(`${file}-wal`).size).toBeGreaterThan(64 * 1024 * 1024);
  const told = await doctor();
  expect(codes(told)).toContain('store/wal');
  const fixed = await doctor(['--fix']);
  expect(fixed.mended.join()).toContain('folded the WAL of the database of shop');
  await isWell();
});

test('DO9: where nothing can be written, that is what it says', async () => {
  const told = await doctor([], { PRSIST_HOME: '/proc/prsist' });
  expect(told.exit).toBe(1);
  expect(codes(told)).toContain('disk/read-only');
});

test('DO10: a daemon that is there but silent is told as that, and an event that is not taken in', async () => {
  await home.prsist(['daemon', 'start']);
  const pid = JSON.parse(fs.readFileSync(home.paths.endpoint, 'utf8')).pid as number;
  process.kill(pid, 'SIGSTOP');
  try {
    const told = await doctor(['--timeout', '1']);
    expect([told.exit, codes(told)]).toEqual([1, ['daemon/wedged']]);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await isWell();
});

test('DO11: the report is one readable file for nobody else, without names and secrets', async () => {
  await home.json(['config', 'set', 'user.name', 'Ada']);
  const { report } = await home.json(['doctor', '--report'], { cwd: shop.path });
  const path = String(report);
  const text = fs.readFileSync(path, 'utf8');
  expect(fs.statSync(path).mode & 0o777).toBe(0o600);
  expect(JSON.parse(text)).toMatchObject({ findings: [], settings: [{ key: 'user.name', value: 'Ada' }] });
  const { token } = JSON.parse(fs.readFileSync(home.paths.endpoint, 'utf8'));
  for (const secret of [token, home.home]) expect(text).not.toContain(secret);
  await home.json(['config', 'set', 'user.name', '--unset']);
});

test('DO12: deep, every row is compared, and what differed is told', async () => {
  expect((await doctor(['--deep'])).exit).toBe(0);
  await changed("update memory_context_registry set priority = 'low'");
  const told = await doctor(['--deep']);
  expect(codes(told)).toEqual(['store/corrupt']);
  expect(told.findings[0]?.what).toContain('differed from the log; rebuilt');
  expect((await doctor(['--deep'])).exit).toBe(0);
});

test('DO13: a running daemon takes other settings over by itself', async () => {
  await home.prsist(['daemon', 'start']);
  const before = JSON.parse(fs.readFileSync(home.paths.endpoint, 'utf8')).pid;
  fs.writeFileSync(join(home.paths.config, 'config.yaml'), 'sessions:\n  idle_minutes: 44\n', { mode: 0o600 });
  await until('the new value is in force', async () => {
    return (await home.json(['config', 'get', 'sessions.idle_minutes'])).value === 44;
  });
  expect(JSON.parse(fs.readFileSync(home.paths.endpoint, 'utf8')).pid).toBe(before);
  await home.json(['config', 'set', 'sessions.idle_minutes', '--unset']);
  expect((await home.json(['config', 'get', 'sessions.idle_minutes'])).value).toBe(30);
});
