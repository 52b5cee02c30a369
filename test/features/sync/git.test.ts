import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gitRemote } from '../../../src/features/sync/remotes/git.ts';
import { batchReader } from '../../../src/features/sync/remotes/git-objects.ts';
import { gitTrouble, refTrouble } from '../../../src/features/sync/remotes/git-trouble.ts';
import { openRemote } from '../../../src/features/sync/remotes/open.ts';
import { openGitDesk } from '../../../src/platform/git-transport.ts';
import { until } from '../../harness/home.ts';
import { given, listed } from './remote-contract.ts';

const never = new AbortController().signal;
const name = 'prsist1/w/h/a.1.00.hd';
const one = { name, bytes: Buffer.from('one') };
let top: string;
let at: string;
const git = (...args: readonly string[]) =>
  execFileSync('git', ['-C', at, ...args], { encoding: 'utf8', stdio: 'pipe' });

beforeEach(() => {
  top = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'prsist-git-'));
  at = join(top, 'there.git');
  execFileSync('git', ['init', '-q', '--bare', at]);
});
afterEach(() => fs.rmSync(top, { recursive: true, force: true }));

const open = (url = `git:${at}`) => openRemote(url, { home: top, desks: join(top, 'desks') });

test('RM30: an object is a ref to a commit without parents that depends on its bytes alone; a clone fetches none', async () => {
  await open().putIfAbsent([one], never);
  const [line = ''] = git('for-each-ref', '--format=%(objectname) %(refname)').trim().split('\n');
  expect(line.split(' ')).toEqual(['9bdafbd50cc399ceeabf16561b9504f06b24c1af', 'refs/prsist/w/h/a.1.00.hd']);
  expect(git('rev-list', '--parents', 'refs/prsist/w/h/a.1.00.hd').trim().split(' ').length).toBe(1);
  expect(() => git('fsck', '--strict')).not.toThrow();
  execFileSync('git', ['clone', '-q', at, join(top, 'clone')], { stdio: 'pipe' });
  const refs = execFileSync('git', ['-C', join(top, 'clone'), 'for-each-ref'], { encoding: 'utf8' });
  expect(refs).toBe('');
});

test('RM30: deleted, nothing reaches an object any more, and a clean-up takes its bytes', async () => {
  await open().putIfAbsent([one], never);
  await open().delete([name], never);
  git('gc', '-q', '--prune=now');
  expect(git('count-objects', '-v')).toMatch(/^count: 0\n[\s\S]*in-pack: 0\n/);
});

test('RM31: nothing of an exchange is left in our own directory, and what a killed process left goes', async () => {
  const dead = join(top, 'desks', '4194304-00112233aabb.git'); // above every process number
  const theirs = join(top, 'desks', 'notes');
  for (const directory of [dead, theirs]) fs.mkdirSync(directory, { recursive: true });
  await open().putIfAbsent([one], never);
  expect((await given(open(), [name])).results).toEqual([{ name, is: 'got' }]);
  await expect(listed(open(`git:${at}-none`))).rejects.toMatchObject({ code: 'remote/offline' });
  expect(fs.readdirSync(join(top, 'desks'))).toEqual(['notes']);
});

test('RM31: where our own disk takes nothing it is ours that is named, not the remote', async () => {
  fs.writeFileSync(join(top, 'desks'), 'a file');
  await expect(open().putIfAbsent([one], never)).rejects.toMatchObject({ code: 'disk/failed' });
});

test('RM32: a ref that was set to something else is told as none of ours, beside those that are', async () => {
  await open().putIfAbsent([one, { name: 'prsist1/w/k/1.kr', bytes: Buffer.from('k') }], never);
  const tree = execFileSync('git', ['-C', at, 'mktree'], { input: '', encoding: 'utf8' }).trim();
  const who = ['-c', 'user.name=x', '-c', 'user.email=x@localhost'];
  git('update-ref', 'refs/prsist/w/h/a.1.00.hd', git(...who, 'commit-tree', tree, '-m', 'x').trim());
  const { results } = await given(open(), [name, 'prsist1/w/k/1.kr']);
  expect(results).toMatchObject([{ is: 'failed', code: 'remote/tampered' }, { is: 'got' }]);
  git(
    'update-ref',
    'refs/prsist/w/h/a.1.00.hd',
    execFileSync('git', ['-C', at, 'hash-object', '-w', '--stdin'], { input: 'x', encoding: 'utf8' }).trim(),
  );
  expect((await given(open(), [name])).results).toMatchObject([{ is: 'failed', code: 'remote/tampered' }]);
});

test('RM32: an object larger than any of ours is not taken in', async () => {
  await open().putIfAbsent([one], never);
  const tree = `100644 blob ${execFileSync('git', ['-C', at, 'hash-object', '-w', '--stdin'], { input: Buffer.alloc(17 * 1024 * 1024), encoding: 'utf8' }).trim()}\to\n`;
  const id = execFileSync('git', ['-C', at, 'mktree'], { input: tree, encoding: 'utf8' }).trim();
  const who = ['-c', 'user.name=x', '-c', 'user.email=x@localhost'];
  git('update-ref', 'refs/prsist/w/h/a.1.00.hd', git(...who, 'commit-tree', id, '-m', 'x').trim());
  expect((await given(open(), [name])).results).toMatchObject([{ is: 'failed', code: 'remote/tampered' }]);
});

test('RM33: the settings of a person for their own repositories change nothing', async () => {
  const config = join(top, 'config');
  const hooks = join(top, 'hooks');
  git('config', 'core.hooksPath', '/dev/null'); // the host has none
  const template = join(top, 'template');
  for (const directory of [hooks, template]) fs.mkdirSync(directory);
  for (const hook of ['pre-push', 'reference-transaction']) {
    fs.writeFileSync(join(hooks, hook), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  }
  fs.writeFileSync(join(template, 'config'), '[core]\n\tabbrev = nonsense\n');
  fs.writeFileSync(
    config,
    `[core]\n\thooksPath = ${hooks}\n[push]\n\tgpgSign = true\n\tfollowTags = true\n[fetch]\n\tprune = true\n[init]\n\ttemplateDir = ${template}\n`,
  );
  const before = process.env['GIT_CONFIG_GLOBAL'];
  process.env['GIT_CONFIG_GLOBAL'] = config;
  try {
    expect(await open().putIfAbsent([one], never)).toEqual([{ name, is: 'created' }]);
    expect((await given(open(), [name])).results).toEqual([{ name, is: 'got' }]);
  } finally {
    if (before === undefined) delete process.env['GIT_CONFIG_GLOBAL'];
    else process.env['GIT_CONFIG_GLOBAL'] = before;
  }
});

test('RM34: a host that never answers is given up, and no process is left that waits for it', async () => {
  const silent = net.createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `git://127.0.0.1:${port}/x`;
  const connected = new Promise((resolve) => silent.once('connection', resolve));
  const breaking = new AbortController();
  const listing = listedUntil(open(url), breaking.signal);
  await connected;
  breaking.abort(new Error('enough'));
  await expect(listing).rejects.toThrow('enough');
  const probe = { monotonic: () => 0, randomHex: () => '00', stepMs: 300 };
  const report = await gitRemote({ url, desk: () => openGitDesk(join(top, 'desks'), { ssh: 'no' }), probe }).probe(
    never,
  );
  expect(report).toMatchObject({
    ok: false,
    steps: [{ name: 'put', code: 'remote/offline', why: 'no answer in 0.3 s' }],
  });
  silent.close();
  const waits = (pid: string) => /^\d+$/.test(pid) && commandOf(pid).includes(`:${port}/`);
  await until('what waited for it has ended', () => !fs.readdirSync('/proc').some(waits));
});

async function listedUntil(remote: ReturnType<typeof open>, signal: AbortSignal): Promise<void> {
  for await (const _ of remote.list('', signal)) continue;
}

function commandOf(pid: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // gone
  }
}

test('RM35: a host that refuses the refs of objects is found by the probe, with its words', async () => {
  git('config', 'receive.hideRefs', 'refs/prsist');
  const report = await open().probe(never);
  expect(report).toMatchObject({ ok: false, steps: [{ name: 'put', ok: false, code: 'remote/read-only' }] });
  expect(report.steps[0]?.why).toBe('the host refuses it: deny updating a hidden ref');
});

test('RM35: a host whose hook refuses what is sent, or that deletes nothing, says so of each object', async () => {
  const hook = join(at, 'hooks', 'update');
  fs.mkdirSync(join(at, 'hooks'), { recursive: true });
  fs.writeFileSync(hook, '#!/bin/sh\ncase $1 in */k/*) echo "quota exceeded" >&2; exit 1;; esac\n', { mode: 0o755 });
  const results = await open().putIfAbsent([one, { name: 'prsist1/w/k/1.kr', bytes: Buffer.of() }], never);
  expect(results).toMatchObject([{ is: 'created' }, { is: 'failed', code: 'remote/full' }]);
  fs.writeFileSync(hook, '#!/bin/sh\ncase $3 in *[1-9a-f]*) ;; *) exit 1;; esac\n', { mode: 0o755 });
  await expect(open().delete([name], never)).rejects.toMatchObject({ code: 'remote/read-only' });
});

test('RM36: what comes of `git cat-file --batch` in whatever pieces is read alike', async () => {
  const answers = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ bytes, line: `ab12 blob ${bytes.length}` })),
      fc.constant({ bytes: undefined, line: 'refs/o/1:o missing' }),
      fc.uint8Array({ maxLength: 9 }).map((tree) => ({ bytes: undefined, line: `ab12 tree ${tree.length}`, tree })),
    ),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(answers, fc.array(fc.integer({ min: 1, max: 30 })), async (all, cuts) => {
      const stream = Buffer.concat(
        all.flatMap((answer) => {
          const body = 'tree' in answer ? answer.tree : answer.bytes;
          return [Buffer.from(`${answer.line}\n`), ...(body ? [body, Buffer.from('\n')] : [])];
        }),
      );
      const seen: unknown[] = [];
      const read = batchReader(20, async (n, bytes) => {
        seen[n] = bytes;
      });
      let from = 0;
      for (const cut of [...cuts, stream.length]) {
        await read(stream.subarray(from, from + cut));
        from += cut;
      }
      expect(seen.length).toBe(all.length);
      for (const [n, { bytes }] of all.entries()) {
        if (bytes === undefined) expect(seen[n]).toBe(undefined);
        else if (bytes.length > 20) expect(seen[n]).toBe('large');
        else expect(Buffer.from(bytes)).toEqual(seen[n]);
      }
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['put', "fatal: unable to access 'https://u:secret@h/x/': Could not resolve host: h", 'remote/offline'],
  [
    'put',
    'fatal: unable to connect to 127.0.0.1:\n127.0.0.1[0: 127.0.0.1]: errno=Connection refused',
    'remote/offline',
  ],
  [
    'list',
    'ssh: connect to host h port 22: Connection timed out\nfatal: Could not read from remote repository.',
    'remote/offline',
  ],
  ['list', "fatal: '/mnt/nas/x.git' does not appear to be a git repository", 'remote/offline'],
  ['get', 'error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502', 'remote/offline'],
  ['get', 'fatal: the remote end hung up unexpectedly', 'remote/offline'],
  ['list', "fatal: could not read Username for 'https://h': terminal prompts disabled", 'remote/auth'],
  ['put', "remote: Invalid username or password.\nfatal: Authentication failed for 'https://h/x/'", 'remote/auth'],
  ['put', 'git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.', 'remote/auth'],
  ['list', 'Host key verification failed.\nfatal: Could not read from remote repository.', 'remote/auth'],
  ['list', "remote: Repository not found.\nfatal: repository 'https://h/x/' not found", 'remote/auth'],
  ['list', 'fatal: remote error: access denied or repository not exported: /x', 'remote/auth'],
  ['put', 'fatal: remote error: access denied or repository not exported: /x', 'remote/read-only'],
  [
    'put',
    "remote: Permission to me/x.git denied to you.\nfatal: unable to access 'https://h/': The requested URL returned error: 403",
    'remote/read-only',
  ],
  ['put', 'error: remote unpack failed: unable to create temporary object directory', 'remote/read-only'],
  ['put', 'remote: fatal: write error: No space left on device\nerror: remote unpack failed', 'remote/full'],
  ['put', 'remote: error: your push exceeds the repository size limit', 'remote/full'],
  ['get', 'fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output', 'disk/full'],
  ['get', 'fatal: something nobody has heard of', 'remote/offline'],
] as const)('RM37: while it is to %s, git says %s', (doing, said, code) => {
  const trouble = gitTrouble(said, doing);
  expect(trouble.code).toBe(code);
  expect(trouble.why.length).toBeGreaterThan(8);
  expect(trouble.why).not.toContain('secret');
  expect(trouble.why).not.toContain('Could not read from remote');
});

test('RM37: the one line that is told is the one that says most', () => {
  const said = 'error: unable to connect to 127.0.0.1:\n127.0.0.1[0: 127.0.0.1]: errno=Connection refused\n\nfatal: no';
  expect(gitTrouble(said, 'put').why).toBe(
    'unable to connect to 127.0.0.1: 127.0.0.1[0: 127.0.0.1]: errno=Connection refused',
  );
  const ssh =
    'x\ngit@h: Permission denied (publickey).\nfatal: Could not read from remote repository.\n\nPlease make sure';
  expect(gitTrouble(ssh, 'put').why).toBe('git@h: Permission denied (publickey).');
  expect(gitTrouble('', 'put')).toEqual({ code: 'remote/offline', why: 'git says nothing' });
});

test('RM37: what a host answers for a single ref', () => {
  expect(refTrouble('pre-receive hook declined', 'remote: nothing more').code).toBe('remote/read-only');
  expect(refTrouble('shallow update not allowed', '').code).toBe('remote/read-only');
  expect(refTrouble('unpacker error', 'remote: fatal: write error: No space left on device').code).toBe('remote/full');
});
