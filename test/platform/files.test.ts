import fs from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sha256Hex } from '../../src/core/ids.ts';
import { briefFolders, readPlainText, replaceIfDifferent } from '../../src/platform/brief-files.ts';
import {
  freeBytes,
  isNetworkDisk,
  ownDirectory,
  readText,
  requireLocalDisk,
  writeAtomic,
} from '../../src/platform/files.ts';
import { madeOnce } from '../../src/platform/host.ts';
import { resolvePaths, socketDirectory } from '../../src/platform/paths.ts';
import { deadSockets, socketStands } from '../../src/platform/sockets.ts';
import {
  countBad,
  markFull,
  ownSpool,
  setAsideSpoolFile,
  spoolEntries,
  sweepLeftovers,
  sweepTemporary,
  writeSpoolFile,
} from '../../src/platform/spool-files.ts';
import { fileInfo, fileKind, filesBelow } from '../../src/platform/walk.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

const modeOf = (path: string) => (fs.statSync(path).mode & 0o777).toString(8);
const nobody = 2_147_483_646; // no process has this number

describe('directories and files of ours', () => {
  test('PL6: are 0700 and 0600 from the start whatever the umask, with everything above them', () => {
    expect((process.umask() & 0o077).toString(8)).not.toBe('77'); // else this would show nothing
    const top = temporaryDirectory();
    ownDirectory(join(top, 'a/b'));
    expect([modeOf(join(top, 'a')), modeOf(join(top, 'a/b'))]).toEqual(['700', '700']);
    writeAtomic(join(top, 'a/file'), 'x');
    writeAtomic(join(top, 'a/script'), 'x', 0o700);
    expect([modeOf(join(top, 'a/file')), modeOf(join(top, 'a/script'))]).toEqual(['600', '700']);
    ownSpool(join(top, 'spool'));
    markFull(join(top, 'spool'), 'full');
    expect(['spool', 'spool/bad', 'spool/.full'].map((name) => modeOf(join(top, name)))).toEqual(['700', '700', '600']);
  });

  test('PL57: a file that others are to read gets its bits, whatever the umask', () => {
    expect(process.umask() & 0o022).not.toBe(0); // else this would show nothing
    const path = join(temporaryDirectory(), 'config.yaml');
    writeAtomic(path, 'x', 0o666);
    expect(modeOf(path)).toBe('666');
  });

  test('PL7: a directory that is a link, or that lets others in, is refused with what to type', () => {
    const top = temporaryDirectory();
    fs.mkdirSync(join(top, 'real'), { mode: 0o700 });
    fs.symlinkSync(join(top, 'real'), join(top, 'link'));
    expect(() => ownDirectory(join(top, 'link'))).toThrow(expect.objectContaining({ code: 'store/unsafe-mode' }));
    for (const mode of [0o755, 0o710, 0o702]) {
      fs.chmodSync(join(top, 'real'), mode);
      expect(() => ownDirectory(join(top, 'real'))).toThrow(
        expect.objectContaining({ code: 'store/unsafe-mode', hint: `chmod 700 '${join(top, 'real')}'` }),
      );
    }
  });

  test.skipIf(process.getuid?.() !== 0)('PL7: a directory of somebody else is refused (needs root to make one)', () => {
    const path = join(temporaryDirectory(), 'theirs');
    fs.mkdirSync(path, { mode: 0o700 });
    fs.chownSync(path, 12345, 12345);
    expect(() => ownDirectory(path)).toThrow('is not yours');
  });

  test('PL8: replacing a file is all or nothing: a failure leaves the old one and nothing beside it', () => {
    const top = temporaryDirectory();
    fs.mkdirSync(join(top, 'taken/inside'), { recursive: true });
    expect(() => writeAtomic(join(top, 'taken'), 'x')).toThrow();
    expect(fs.readdirSync(top)).toEqual(['taken']);
    expect(readText(join(top, 'none'))).toBeUndefined();
    expect(() => readText(top)).toThrow('EISDIR');
  });

  test('PL9: a secret is made once, and a disk of this machine is let pass', () => {
    const path = join(temporaryDirectory(), 'keys/key');
    const key = madeOnce(path, 32);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(madeOnce(path, 32)).toBe(key);
    expect([modeOf(join(path, '..')), modeOf(path)]).toEqual(['700', '600']);
    requireLocalDisk(path);
    expect(freeBytes(path)).toBeGreaterThan(0);
  });
});

describe('walking', () => {
  test('PL10: files are found below, in name order, whatever stands beside them', () => {
    const top = temporaryDirectory();
    fs.mkdirSync(join(top, 'b/c'), { recursive: true });
    fs.mkdirSync(join(top, 'dir.jsonl'));
    for (const name of ['b/c/2.jsonl', 'b/1.jsonl', 'a.jsonl', 'a.txt']) fs.writeFileSync(join(top, name), name);
    fs.symlinkSync(join(top, 'loop.jsonl'), join(top, 'loop.jsonl'));
    fs.symlinkSync(join(top, 'nowhere'), join(top, 'dead.jsonl'));
    fs.symlinkSync(top, join(top, 'b/up'));
    const names = (most?: number) =>
      filesBelow(top, (name) => name.endsWith('.jsonl'), most).map(({ path }) => path.slice(top.length + 1));
    expect(names()).toEqual(['a.jsonl', 'b/1.jsonl', 'b/c/2.jsonl']);
    expect(names(2)).toHaveLength(2);
    expect(filesBelow(join(top, 'none'), () => true)).toEqual([]);
    expect(fileInfo(join(top, 'loop.jsonl'))).toBeUndefined();
    expect([top, join(top, 'a.txt'), '/dev/null', join(top, 'none')].map(fileKind)).toEqual([
      'directory',
      'file',
      'other',
      'absent',
    ]);
  });
});

describe('brief folders', () => {
  test('PL11: one for the main work tree, one inside it for each linked one that still stands', () => {
    const root = temporaryDirectory();
    expect(briefFolders(root, 'k')).toEqual([]); // no project
    fs.mkdirSync(join(root, '.prsist'), { mode: 0o700 });
    expect(briefFolders(root, 'k')).toEqual([{ root, directory: join(root, '.prsist/brief/k') }]);
    for (const name of ['one', 'gone', 'near']) fs.mkdirSync(join(root, `.git/worktrees/${name}`), { recursive: true });
    const [one, near] = [temporaryDirectory(), join(root, 'trees/near')];
    fs.mkdirSync(near, { recursive: true });
    for (const top of [one, near]) fs.writeFileSync(join(top, '.git'), 'gitdir: …');
    fs.writeFileSync(join(root, '.git/worktrees/one/gitdir'), `${one}/.git\n`);
    fs.writeFileSync(join(root, '.git/worktrees/gone/gitdir'), '/nowhere/.git\n');
    fs.writeFileSync(join(root, '.git/worktrees/near/gitdir'), '../../../trees/near/.git\n');
    const wt = join(root, '.prsist/brief/k/wt');
    const folders = briefFolders(root, 'k');
    expect(new Map(folders.map((each) => [each.root, each.directory]))).toEqual(
      new Map([
        [root, join(root, '.prsist/brief/k')],
        [one, join(wt, 'one')],
        [near, join(wt, 'near')],
      ]),
    );
    expect(folders.map(({ directory }) => modeOf(directory))).toEqual(['700', '700', '700']);
  });

  test('PL11: of a bare repository the linked work trees have theirs', () => {
    const [root, tree] = [temporaryDirectory(), temporaryDirectory()];
    fs.mkdirSync(join(root, '.prsist'), { mode: 0o700 });
    fs.mkdirSync(join(root, 'worktrees/tree'), { recursive: true });
    fs.writeFileSync(join(root, 'HEAD'), 'ref: refs/heads/main\n');
    fs.writeFileSync(join(tree, '.git'), 'gitdir: …');
    fs.writeFileSync(join(root, 'worktrees/tree/gitdir'), `${tree}/.git\n`);
    expect(briefFolders(root, 'k').map((each) => each.root)).toEqual([root, tree]);
  });

  test('PL12: a brief folder that everybody may write to, or that is a link, is refused', () => {
    const root = temporaryDirectory();
    fs.mkdirSync(join(root, '.prsist/brief'), { recursive: true, mode: 0o755 });
    fs.chmodSync(join(root, '.prsist/brief'), 0o777);
    expect(() => briefFolders(root, 'k')).toThrow(expect.objectContaining({ code: 'store/unsafe-mode' }));
    fs.rmdirSync(join(root, '.prsist/brief'));
    fs.symlinkSync(temporaryDirectory(), join(root, '.prsist/brief'));
    expect(() => briefFolders(root, 'k')).toThrow('symbolic link');
  });

  test('PL90: a brief folder as git makes it is closed again, without what came with it, and hidden from git', () => {
    const root = temporaryDirectory();
    const directory = join(root, '.prsist/brief/k');
    for (const mode of [0o755, 0o775]) {
      fs.mkdirSync(directory, { recursive: true });
      for (const path of ['.prsist/brief', '.prsist/brief/k']) fs.chmodSync(join(root, path), mode);
      fs.writeFileSync(join(directory, 'codex.start'), 'told long ago');
      expect(briefFolders(root, 'k')).toEqual([{ root, directory }]);
      expect([modeOf(join(root, '.prsist/brief')), modeOf(directory)]).toEqual(['700', '700']);
      expect(fs.readdirSync(directory)).toEqual([]);
      expect(fs.readFileSync(join(root, '.prsist/brief/.gitignore'), 'utf8')).toBe('*\n');
    }
    fs.writeFileSync(join(directory, 'codex.start'), 'told now');
    briefFolders(root, 'k');
    expect(fs.readdirSync(directory)).toEqual(['codex.start']);
  });

  test('PL13: equal bytes leave a file alone, an empty text takes it away', () => {
    const path = join(temporaryDirectory(), 'codex.start');
    expect(replaceIfDifferent(path, 'text')).toBe(true);
    fs.utimesSync(path, 1000, 1000);
    expect(replaceIfDifferent(path, 'text')).toBe(false);
    expect(fs.statSync(path).mtimeMs).toBe(1_000_000);
    expect([replaceIfDifferent(path, ''), replaceIfDifferent(path, '')]).toEqual([true, false]);
  });

  test('PL14: a text of others is read only from a plain file of bearable size', () => {
    const top = temporaryDirectory();
    fs.writeFileSync(join(top, 'AGENTS.md'), 'be kind');
    fs.writeFileSync(join(top, 'huge.md'), 'x'.repeat((1 << 20) + 1));
    expect(['AGENTS.md', 'huge.md', 'none.md', '.'].map((name) => readPlainText(join(top, name)))).toEqual([
      'be kind',
      undefined,
      undefined,
      undefined,
    ]);
    expect(readPlainText('/dev/zero')).toBeUndefined();
  });
});

describe('the spool on disk', () => {
  test('PL15: events come oldest first, by name where the time is one; only complete files count', () => {
    const top = join(temporaryDirectory(), 'spool');
    ownSpool(top);
    for (const id of ['c', 'b', 'a']) writeSpoolFile(top, id, Buffer.from(id));
    fs.utimesSync(join(top, 'c-0.evt'), 1, 1);
    for (const id of ['a', 'b']) fs.utimesSync(join(top, `${id}-0.evt`), 2, 2);
    fs.writeFileSync(join(top, 'half.tmp'), '');
    fs.mkdirSync(join(top, 'd.evt'));
    expect(spoolEntries(top).map(({ name }) => name)).toEqual(['c-0.evt', 'a-0.evt', 'b-0.evt']);
    writeSpoolFile(top, 'c', Buffer.from('told again'));
    expect(fs.readFileSync(join(top, 'c-0.evt'), 'utf8')).toBe('c');
    setAsideSpoolFile(top, 'c-0.evt', (text) => text);
    expect([spoolEntries(top).length, countBad(top)]).toEqual([2, 1]);
  });

  test('PL16: leftovers of killed hooks go when they are old enough, and a directory that was cleaned is an empty spool', () => {
    const top = join(temporaryDirectory(), 'spool');
    ownSpool(top);
    for (const name of ['old.tmp', 'new.tmp', 'old.evt']) fs.writeFileSync(join(top, name), '');
    for (const name of ['old.tmp', 'old.evt']) fs.utimesSync(join(top, name), 10, 10);
    fs.utimesSync(join(top, 'new.tmp'), 100, 100);
    expect(sweepTemporary(top, 100_000, 90_000)).toBe(1);
    expect(fs.readdirSync(top).sort()).toEqual(['bad', 'new.tmp', 'old.evt']);
    fs.rmSync(top, { recursive: true });
    expect([spoolEntries(top), countBad(top), sweepTemporary(top, 0, 0)]).toEqual([[], 0, 0]);
  });
});

describe('places', () => {
  test('PL17: PRSIST_HOME moves config, data and state, XDG each of them, nothing moves the hook scripts', () => {
    const plain = resolvePaths({ HOME: '/h' });
    expect([plain.config, plain.data, plain.state]).toEqual([
      '/h/.config/prsist',
      '/h/.local/share/prsist',
      '/h/.local/state/prsist',
    ]);
    const own = resolvePaths({ HOME: '/h', PRSIST_HOME: '/p', XDG_DATA_HOME: '/x' });
    expect([own.config, own.data, own.state]).toEqual(['/p/config', '/p/data', '/p/state']);
    const xdg = resolvePaths({ HOME: '/h', XDG_DATA_HOME: '/d', XDG_STATE_HOME: '/s', XDG_CONFIG_HOME: '' });
    expect([xdg.config, xdg.userDatabase, xdg.spool]).toEqual([
      '/h/.config/prsist',
      '/d/prsist/user.db',
      '/s/prsist/spool',
    ]);
    expect(new Set([plain, own, xdg].map(({ bin, stateDirNote }) => [bin, stateDirNote].join()))).toEqual(
      new Set(['/h/.local/share/prsist/bin,/h/.local/share/prsist/state-dir']),
    );
  });

  test('PL18: sockets lie in the state directory, or, where its path is long, in a short one named after it', () => {
    expect(socketDirectory('/s/state', sha256Hex)).toBe('/s/state');
    expect(socketDirectory(`/${'ü'.repeat(34)}x`, sha256Hex)).toBe(`/${'ü'.repeat(34)}x`);
    const long = socketDirectory(`/${'ü'.repeat(35)}`, sha256Hex);
    expect(long).toMatch(new RegExp(`^${tmpdir()}/prsist-[0-9a-f]{16}$`));
    expect(socketDirectory(`/${'ü'.repeat(36)}`, sha256Hex)).not.toBe(long);
  });

  test('PL19: sockets of daemons that are gone are told apart from those that serve, by their number', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, `d-${process.ppid}-00ff.sock`);
    const server = net.createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    for (const name of [`d-${nobody}-aa.sock`, `d-${process.pid}-bb.sock`, 'd-x-aa.sock', 'other']) {
      fs.writeFileSync(join(directory, name), '');
    }
    expect(deadSockets(directory, process.pid).sort()).toEqual(
      [join(directory, `d-${process.pid}-bb.sock`), join(directory, `d-${nobody}-aa.sock`)].sort(),
    );
    expect([socketStands(path), socketStands(`${path}x`)]).toEqual([true, false]);
  });
});

test('PL61: leftovers are kept for a time, and only the newest of them', () => {
  const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-left-'));
  onTestFinished(() => fs.rmSync(directory, { recursive: true }));
  for (let n = 0; n < 6; n += 1) {
    const path = join(directory, `f${n}`);
    fs.writeFileSync(path, '');
    fs.utimesSync(path, 1000 + n, 1000 + n);
  }
  expect(sweepLeftovers(directory, { now: 1_006_000, olderThanMs: 5_500, most: 4 })).toBe(2);
  expect(fs.readdirSync(directory).sort()).toEqual(['f2', 'f3', 'f4', 'f5']);
  expect(sweepLeftovers(directory, { now: 1_010_000, olderThanMs: 5_500, most: 4 })).toBe(3);
  expect(sweepLeftovers(join(directory, 'none'), { now: 0, olderThanMs: 0, most: 0 })).toBe(0);
});

test('PL62: a directory that can neither be made nor found is an error, not an endless search', () => {
  expect(() => ownDirectory('/proc/nowhere/prsist')).toThrow();
});

test('KE60: NFS, SMB and CIFS are network disks, also where the type reads as negative; others are not', () => {
  expect([0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0xff534d42 | 0].map(isNetworkDisk)).toEqual([
    true,
    true,
    true,
    true,
    true,
  ]);
  expect([0xef53, 0x01021994, 0x9123683e, 0x58465342, 0x794c7630].map(isNetworkDisk).includes(true)).toBe(false);
});
