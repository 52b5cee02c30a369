import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openRemote, type RcloneSettings } from '../../../src/features/sync/remotes/open.ts';
import { rcloneRemote } from '../../../src/features/sync/remotes/rclone.ts';
import { lastWords, rcloneTrouble } from '../../../src/features/sync/remotes/rclone-log.ts';
import { openRcloneDesk } from '../../../src/platform/rclone-transport.ts';
import { until } from '../../harness/home.ts';
import { hasRclone } from './rclone-places.ts';
import { given, listed } from './remote-contract.ts';
import { expectedOnSmallDisk, hasNamespaces, triedOnSmallDisk } from './small-disk.ts';

const never = new AbortController().signal;
const id = 'aaaaaaaaaaaaaaaaaaaaaaaaaa';
const one = { name: 'prsist1/w/h/a.1.00.hd', bytes: Buffer.from('one') };
let top: string;

beforeEach(() => {
  top = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'prsist-rclone-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  fs.rmSync(top, { recursive: true, force: true });
});

function open(at: string, settings: Partial<RcloneSettings> = {}) {
  const rclone = () => ({ max_kib_per_s: 0, ...settings });
  return openRemote(`rclone:${at}`, { home: top, desks: join(top, 'desks'), rclone });
}

/** A program in place of rclone that notes how it was called. */
function standIn(does: string): { readonly rclone_path: string } {
  const rclone_path = join(top, 'stand-in');
  const notes = `printf '%s\\n' "$*" >> ${join(top, 'calls')}; env >> ${join(top, 'env')}`;
  fs.writeFileSync(rclone_path, `#!/bin/sh\n${notes}\n${does}\n`, { mode: 0o755 });
  return { rclone_path };
}

const noted = (file: string) => fs.readFileSync(join(top, file), 'utf8').trim().split('\n');

test('RM91: each exchange is one process of rclone with its bounds, its own access and none of what is set for other copies', async () => {
  vi.stubEnv('RCLONE_DRY_RUN', 'true');
  vi.stubEnv('RCLONE_LOG_FILE', join(top, 'log'));
  vi.stubEnv('RCLONE_CONFIG', join(top, 'own.conf'));
  vi.stubEnv('RCLONE_NO_CHECK_CERTIFICATE', 'true');
  const remote = open('drive:a b', { ...standIn('[ "$1" = lsjson ] && echo "[]"; exit 0'), max_kib_per_s: 64 });
  await remote.putIfAbsent([one], never);
  await remote.get([one.name], () => undefined, never);
  await remote.delete([one.name], never);
  await listed(remote, 'prsist1/w/h/');
  const calls = noted('calls').map((call) => call.replaceAll(/\S+\/desks\/\S+\/(names|stage)/g, '$1'));
  const tries = '--contimeout 15s --timeout 60s --retries 2 --low-level-retries 2 --bwlimit 64k';
  const said = `-v --use-json-log --stats 0 ${tries}`;
  expect(calls).toEqual([
    `copy ${said} --immutable --no-traverse --transfers 4 --files-from-raw names -- stage drive:a b`,
    `copy ${said} --no-traverse --transfers 8 --max-transfer 33554432 --cutoff-mode hard --files-from-raw names -- drive:a b stage`,
    `delete ${said} --files-from-raw names -- drive:a b`,
    `lsjson -R --files-only --no-modtime --no-mimetype ${tries} -- drive:a b/prsist1/w/h`,
  ]);
  const env = noted('env');
  expect(env.filter((line) => /DRY_RUN|LOG_FILE/.test(line))).toEqual([]);
  for (const kept of [`RCLONE_CONFIG=${join(top, 'own.conf')}`, 'RCLONE_NO_CHECK_CERTIFICATE=true'])
    expect(env).toContain(kept);
  expect(env).toContain('RCLONE_ASK_PASSWORD=false');
  expect(fs.readdirSync(join(top, 'desks'))).toEqual([]);
});

test('RM92: without rclone, and with one that is too old, it is said what to install; nothing else is tried', async () => {
  vi.stubEnv('PATH', join(top, 'nothing'));
  const missing = await open('drive:x').probe(never);
  expect(missing).toMatchObject({ ok: false, steps: [{ name: 'rclone', code: 'remote/offline' }] });
  expect(missing.steps[0]?.why).toMatch(
    /^rclone is not installed here: install rclone 1\.60 .*portable_sync\.rclone_path/,
  );
  await expect(open('drive:x', { rclone_path: top }).putIfAbsent([one], never)).rejects.toMatchObject({
    ...{ code: 'remote/offline', message: expect.stringContaining(`${top}) may not be run`) },
  });
  vi.unstubAllEnvs();
  const old = await open('drive:x', standIn('echo "rclone v1.53.3-DEV"')).probe(never);
  expect(old).toMatchObject({ ok: false, steps: [{ name: 'rclone', code: 'remote/offline' }] });
  expect(old.steps[0]?.why).toMatch(/^rclone 1\.53 is too old: install rclone 1\.60/);
  expect(noted('calls')).toEqual(['version']);
  const older = standIn('echo "Error: unknown flag: --files-from-raw" >&2; exit 1');
  await expect(open('drive:x', older).putIfAbsent([one], never)).rejects.toThrow(
    /does not know .*install rclone 1\.60/,
  );
});

test('RM93: what is called off, or never ends, leaves no process and no file', async () => {
  const pids = join(top, 'pids');
  const remote = open('drive:x', standIn(`sleep 600 & echo $! $$ > ${pids}; wait`));
  const leaving = new AbortController();
  const putting = remote.putIfAbsent([one], leaving.signal);
  putting.catch(() => undefined);
  await until('it has started', () => fs.existsSync(pids) && fs.readFileSync(pids, 'utf8').endsWith('\n'));
  leaving.abort(new Error('the daemon leaves'));
  await expect(putting).rejects.toThrow('the daemon leaves');
  const started = fs.readFileSync(pids, 'utf8').trim().split(' ');
  await until('nothing of it runs', () => started.every((pid) => !isRunning(pid)));
  expect(fs.readdirSync(join(top, 'desks'))).toEqual([]);
});

test('RM93: a place that never answers is given up by the probe', async () => {
  const desk = () => openRcloneDesk(join(top, 'desks'), standIn('sleep 600').rclone_path);
  const probe = { monotonic: () => 0, randomHex: () => '00', stepMs: 300 };
  const remote = rcloneRemote({ at: 'drive:x', desk, kibPerS: 0, pause: async () => {}, probe });
  expect(await remote.probe(never)).toEqual({
    ...{ ok: false, steps: [{ name: 'rclone', ok: false, ms: 0, code: 'remote/offline', why: 'no answer in 0.3 s' }] },
  });
});

function isRunning(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false; // gone
  }
}

const quota = "googleapi: Error 403: The user's Drive storage quota has been exceeded., storageQuotaExceeded";

test('RM94: a place that is full is said to be full, of one object or of all; what was taken is told as created', async () => {
  const other = { ...one, name: 'prsist1/w/h/b.1.00.hd' };
  const failing = { level: 'error', msg: `Failed to copy: ${quota}`, object: other.name };
  const taken = { level: 'info', msg: 'Copied (new)', object: one.name };
  const lines = [failing, taken].map((line) => `echo '${JSON.stringify(line).replaceAll("'", `'"'"'`)}' >&2`);
  const end = `echo "2026/01/01 00:00:00 Failed to copy: ${quota}" >&2; exit 1`;
  const some = await open('drive:x', standIn([...lines, end].join('\n'))).putIfAbsent([one, other], never);
  expect(some).toMatchObject([{ is: 'created' }, { is: 'failed', code: 'remote/full' }]);
  const all = open('drive:x', standIn(end)).putIfAbsent([one, other], never);
  await expect(all).rejects.toMatchObject({ code: 'remote/full', hint: expect.stringContaining('nothing is lost') });
});

test.each([
  ['put', quota, 'remote/full'],
  ['put', 'Insufficient Storage: 507 Insufficient Storage', 'remote/full'],
  ['put', 'quotaLimitReached: Insufficient Space Available', 'remote/full'],
  ['put', 'write /mnt/x/a: no space left on device', 'remote/full'],
  ['put', 'preallocate: file too big for remaining disk space', 'remote/full'],
  ['get', 'write /home/ana/stage/a: no space left on device', 'disk/full'],
  ['put', "googleapi: Error 403: Quota exceeded for quota metric 'Queries' of service", 'remote/offline'],
  ['list', 'googleapi: Error 403: Rate Limit Exceeded, rateLimitExceeded', 'remote/offline'],
  ['list', "couldn't list files: Unauthorized: 401 Unauthorized", 'remote/auth'],
  ['put', 'Get "https://x/?a=b": couldn\'t fetch token: invalid_grant: maybe token expired?', 'remote/auth'],
  ['list', "didn't find section in config file", 'remote/auth'],
  ['list', "NewFs: couldn't connect SSH: ssh: handshake failed: ssh: unable to authenticate", 'remote/auth'],
  ['list', 'AccessDenied: Access Denied status code: 403', 'remote/auth'],
  ['put', 'AccessDenied: Access Denied status code: 403', 'remote/read-only'],
  ['delete', 'Method Not Allowed: 405 Method Not Allowed', 'remote/read-only'],
  ['put', 'open /mnt/x/a: permission denied', 'remote/read-only'],
  ['put', 'mkdir /mnt/x: read-only file system', 'remote/read-only'],
  ['list', 'dial tcp: lookup host: no such host', 'remote/offline'],
  ['put', 'Put "http://127.0.0.1:9/a": dial tcp 127.0.0.1:9: connect: connection refused', 'remote/offline'],
  ['get', 'something nobody has heard of', 'remote/offline'],
] as const)('RM95: while it is to %s, rclone says %s', (doing, said, code) => {
  expect(rcloneTrouble(said, doing).code).toBe(code);
});

test('RM95: the line that is told is the reason, without what lets in', () => {
  const said = [
    '2026/11/21 21:43:02 NOTICE: Config file "/x/rclone.conf" not found - using defaults',
    '{"level":"error","msg":"Attempt 1/2 failed"}',
    '2026/11/21 21:43:02 Failed to lsjson with 2 errors: last error was: Get "https://u:hunter2@h/?sig=hunter2": EOF',
  ].join('\n');
  expect(rcloneTrouble(lastWords(said), 'list').why).toBe('Get "https://h/": EOF');
  expect(
    lastWords('2026/11/21 21:43:02 Failed to create file system for ":webdav,url=\'http://h\':x": no such host'),
  ).toBe('no such host');
  expect(lastWords('')).toBe('rclone says nothing');
});

describe.runIf(hasRclone)('with the installed rclone', () => {
  const pack = (length: number) => {
    const name = `prsist1/${id}/p/${id}/${id}/${id}/000000000001-000000000002.0.${length}.0011223344556677.pk`;
    return { name, bytes: Buffer.alloc(length, 'x') };
  };

  test('RM96: part of a pack, left under its name by a kill -9, is listed with its length and put again whole', async () => {
    const at = join(top, 'there');
    fs.mkdirSync(at);
    const packed = pack(4 * 1024 * 1024);
    const leaving = new AbortController();
    const putting = open(`:local:${at}`, { max_kib_per_s: 256 }).putIfAbsent([packed], leaving.signal);
    putting.catch(() => undefined);
    const file = join(at, packed.name);
    await until('it has begun', () => fs.existsSync(file) && fs.statSync(file).size > 0);
    leaving.abort(new Error('killed'));
    await expect(putting).rejects.toThrow('killed');
    const cut = (await listed(open(`:local:${at}`))).get(packed.name);
    expect(cut).toBeLessThan(packed.bytes.length);
    expect(await open(`:local:${at}`).putIfAbsent([packed], never)).toEqual([{ name: packed.name, is: 'created' }]);
    const { bytes } = await given(open(`:local:${at}`), [packed.name]);
    expect(Buffer.compare(bytes.get(packed.name) ?? Buffer.of(), packed.bytes)).toBe(0);
  });

  test('RM96: an object of another length whose name tells none is left as it is', async () => {
    const at = join(top, 'there');
    fs.mkdirSync(join(at, 'prsist1/w/h'), { recursive: true });
    fs.writeFileSync(join(at, one.name), 'theirs');
    expect(await open(`:local:${at}`).putIfAbsent([one], never)).toEqual([{ name: one.name, is: 'exists' }]);
    expect(fs.readFileSync(join(at, one.name), 'utf8')).toBe('theirs');
  });

  test('RM96: more than any object of ours has is not taken in, beside what is', async () => {
    const at = join(top, 'there');
    fs.mkdirSync(join(at, 'prsist1/w/h'), { recursive: true });
    const [large, larger] = ['prsist1/w/h/large.hd', 'prsist1/w/h/larger.hd'];
    fs.writeFileSync(join(at, one.name), one.bytes);
    for (const [name, mib] of [
      [large, 17],
      [larger, 40],
    ] as const) {
      fs.writeFileSync(join(at, name), '');
      fs.truncateSync(join(at, name), mib * 1024 * 1024);
    }
    const { results } = await given(open(`:local:${at}`), [one.name, large, larger]);
    expect(results).toMatchObject([
      ...[{ is: 'got' }, { is: 'failed', code: 'remote/tampered' }, { is: 'failed', code: 'remote/tampered' }],
    ]);
  });

  test.skipIf(!hasNamespaces)('RM94: a real disk that is full, and one that can only be read', async () => {
    const disk = join(top, 'disk');
    fs.mkdirSync(disk);
    const url = `rclone::local:${disk}`;
    expect(await triedOnSmallDisk({ url, top: disk, desks: join(top, 'desks') })).toEqual(expectedOnSmallDisk);
  });

  test('RM97: a remote that rclone does not know is said with what makes it', async () => {
    vi.stubEnv('RCLONE_CONFIG', join(top, 'none.conf'));
    const { steps } = await open('nosuch:x').probe(never);
    expect(steps).toMatchObject([
      { code: 'remote/auth', why: 'rclone has no remote nosuch on this machine: rclone config' },
    ]);
  });
});

test.runIf(!hasRclone)('RM96: skipped, since rclone is not installed', (context) =>
  context.skip('rclone is not installed'),
);
