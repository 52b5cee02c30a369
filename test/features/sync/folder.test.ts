import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { folderRemote } from '../../../src/features/sync/remotes/folder.ts';
import { watchFolder } from '../../../src/features/sync/remotes/folder-watch.ts';
import { type ObjectFiles, objectFiles } from '../../../src/platform/object-files.ts';
import { until } from '../../harness/home.ts';
import { given, listed } from './remote-contract.ts';
import { expectedOnSmallDisk, hasNamespaces, triedOnSmallDisk } from './small-disk.ts';

const never = new AbortController().signal;
const name = 'prsist1/w/h/a.1.00.hd';
const one = { name, bytes: Buffer.from('one') };
let top: string;

beforeEach(() => {
  top = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'prsist-folder-'));
});
afterEach(() => fs.rmSync(top, { recursive: true, force: true }));

/** A folder on a disk that does some things otherwise. */
function folder(otherwise: Partial<ObjectFiles> = {}, stepMs = 5_000) {
  const probe = { monotonic: () => 0, randomHex: () => '00', stepMs };
  return folderRemote({ path: top, files: { ...objectFiles(), ...otherwise }, probe, watch: () => () => undefined });
}

const says = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

test('RM20: modes are closed to others, and what was on its way to a name is gone', async () => {
  await folder().putIfAbsent([one], never);
  const mode = (path: string) => fs.statSync(join(top, path)).mode & 0o777;
  expect(['prsist1', 'prsist1/w', 'prsist1/w/h', name].map(mode)).toEqual([0o700, 0o700, 0o700, 0o600]);
  expect(fs.readdirSync(join(top, 'prsist1/w/h'))).toEqual(['a.1.00.hd']);
});

test.each([
  ...[
    ['ENOSPC', 'remote/full'],
    ['EDQUOT', 'remote/full'],
    ['EROFS', 'remote/read-only'],
    ['EACCES', 'remote/read-only'],
  ],
  ...[
    ['EPERM', 'remote/read-only'],
    ['EIO', 'remote/offline'],
    ['ESTALE', 'remote/offline'],
    ['ENOENT', 'remote/offline'],
  ],
])('RM21: a disk that says %s while it is written is %s', async (said, code) => {
  await expect(folder({ putNew: says(said) }).putIfAbsent([one], never)).rejects.toMatchObject({ code });
  await expect(folder({ sync: says(said) }).putIfAbsent([one], never)).rejects.toMatchObject({ code });
  await expect(folder({ remove: says(said) }).delete([name], never)).rejects.toMatchObject({ code });
});

test.each([
  ...[
    ['EACCES', 'remote/auth'],
    ['EPERM', 'remote/auth'],
    ['EIO', 'remote/offline'],
  ],
])('RM21: a disk that says %s while it is read is %s', async (said, code) => {
  await folder().putIfAbsent([one], never);
  await expect(folder({ read: says(said) }).get([name], () => undefined, never)).rejects.toMatchObject({ code });
  await expect(listed(folder({ entriesOf: says(said) }))).rejects.toMatchObject({ code });
  await expect(listed(folder({ placeOf: says(said) }))).rejects.toMatchObject({ code });
});

test('RM21: what fails for one object is told of it alone', async () => {
  const { putNew } = objectFiles();
  const full = folder({ putNew: (path, bytes) => (bytes.length > 3 ? says('ENOSPC')() : putNew(path, bytes)) });
  const results = await full.putIfAbsent([one, { name: 'prsist1/w/k/1.kr', bytes: Buffer.from('four') }], never);
  expect(results).toMatchObject([{ is: 'created' }, { is: 'failed', code: 'remote/full', why: expect.any(String) }]);
});

test('RM21: a file where a directory is wanted is in the way of its objects, not of others', async () => {
  fs.mkdirSync(join(top, 'prsist1/w'), { recursive: true });
  fs.writeFileSync(join(top, 'prsist1/w/k'), 'a file');
  const results = await folder().putIfAbsent([one, { name: 'prsist1/w/k/1.kr', bytes: Buffer.of() }], never);
  expect(results).toMatchObject([{ is: 'created' }, { is: 'failed', code: 'remote/read-only' }]);
  expect(fs.readFileSync(join(top, 'prsist1/w/k'), 'utf8')).toBe('a file');
});

test('RM22: links lead nowhere: nothing is written, read, listed or deleted through one', async () => {
  const outside = join(top, 'outside');
  fs.mkdirSync(outside);
  fs.writeFileSync(join(outside, 'a.1.00.hd'), 'not for remotes');
  fs.mkdirSync(join(top, 'prsist1/w'), { recursive: true });
  fs.symlinkSync(outside, join(top, 'prsist1/w/h'));
  await expect(folder().putIfAbsent([one], never)).rejects.toMatchObject({ code: 'remote/read-only' });
  expect((await given(folder(), [name])).results).toEqual([{ name, is: 'absent' }]);
  expect(await folder().delete([name], never)).toEqual([{ name, is: 'absent' }]);
  expect((await listed(folder(), '')).size).toBe(0);
  expect((await listed(folder(), 'prsist1/w/h/')).size).toBe(0);
  expect(fs.readdirSync(outside)).toEqual(['a.1.00.hd']);
});

test('RM22: the folder itself may be a link; a pipe in it holds nobody up', async () => {
  const link = join(top, 'link');
  fs.symlinkSync(top, link);
  const probe = { monotonic: () => 0, randomHex: () => '00' };
  const linked = folderRemote({ path: link, files: objectFiles(), probe, watch: () => () => undefined });
  await linked.putIfAbsent([one], never);
  execFileSync('mkfifo', [join(top, 'prsist1/w/h/b.1.00.hd')]);
  expect([...(await listed(linked)).keys()]).toEqual([name]);
  expect((await given(linked, ['prsist1/w/h/b.1.00.hd'])).results).toMatchObject([{ is: 'absent' }]);
  expect(await objectFiles().read(join(top, 'prsist1/w/h/b.1.00.hd'), 10)).toBe(undefined);
});

test('RM22: an object larger than any of ours is not read', async () => {
  await folder().putIfAbsent([one], never);
  fs.truncateSync(join(top, name), 17 * 1024 * 1024);
  expect((await given(folder(), [name])).results).toMatchObject([{ is: 'failed', code: 'remote/tampered' }]);
});

test('RM23: a folder that is not there is never made: the disk may not be mounted', async () => {
  fs.rmSync(top, { recursive: true });
  await expect(folder().putIfAbsent([one], never)).rejects.toMatchObject({ code: 'remote/offline' });
  expect(fs.existsSync(top)).toBe(false);
  fs.writeFileSync(top, 'a file');
  await expect(folder().putIfAbsent([one], never)).rejects.toMatchObject({ code: 'remote/offline' });
});

describe('a disk without links', () => {
  const linkless = () => objectFiles(says('EPERM'));

  test('RM24: names appear whole, one of two has created it, and nothing is left over', async () => {
    const writers = ['a', 'b'].map((who) => folder(linkless()).putIfAbsent([{ name, bytes: Buffer.from(who) }], never));
    const results = (await Promise.allSettled(writers)).map((result) =>
      // who comes between the claim and the name is told to come again
      result.status === 'fulfilled' ? result.value[0]?.is : result.reason.code,
    );
    expect(results.filter((is) => is === 'created')).toEqual(['created']);
    expect(results.filter((is) => !['created', 'exists', 'remote/offline'].includes(is))).toEqual([]);
    expect(fs.readFileSync(join(top, name), 'utf8')).toBe(['a', 'b'][results.indexOf('created')]);
    expect(await folder(linkless()).putIfAbsent([one], never)).toEqual([{ name, is: 'exists' }]);
    expect(fs.readdirSync(join(top, 'prsist1/w/h'))).toEqual(['a.1.00.hd']);
  });

  test('RM24: a claim that a killed writer left is in the way for a minute by the clock of that disk', async () => {
    const claim = join(top, 'prsist1/w/h/.prsist-a.1.00.hd.claim');
    fs.mkdirSync(join(claim, '..'), { recursive: true });
    fs.writeFileSync(claim, '');
    const put = () => folder(linkless()).putIfAbsent([one], never);
    await expect(put()).rejects.toMatchObject({ code: 'remote/offline' });
    expect(fs.existsSync(claim)).toBe(true);
    fs.utimesSync(claim, 1, 1);
    await expect(put()).rejects.toMatchObject({ code: 'remote/offline' }); // takes it away
    expect(await put()).toEqual([{ name, is: 'created' }]);
  });
});

test('RM25: what a killed writer left goes a day later, what is of others never', async () => {
  await folder().putIfAbsent([one], never);
  const at = (file: string) => join(top, 'prsist1/w/h', file);
  const [old, young, theirs] = ['.prsist-00112233aabb.tmp', '.prsist-ffeeddccbbaa.tmp', '.prsist-notes.tmp'];
  for (const file of [old, young, theirs]) fs.writeFileSync(at(file), 'half');
  fs.utimesSync(at(old), 1, 1);
  fs.utimesSync(at(theirs), 1, 1);
  expect([...(await listed(folder())).keys()]).toEqual([name]);
  expect([old, young, theirs].map((file) => fs.existsSync(at(file)))).toEqual([false, true, true]);
});

test('RM26: a disk that never answers is given up when asked to, and a probe says so', async () => {
  const hangs = () => new Promise<never>(() => undefined);
  const breaking = new AbortController();
  const stuck = folder({ putNew: hangs, kindOf: hangs, placeOf: async () => 'directory' });
  const asked = [
    stuck.putIfAbsent([one], breaking.signal),
    stuck.get([name], () => undefined, breaking.signal),
    stuck.delete([name], breaking.signal),
  ];
  breaking.abort(new Error('enough'));
  for (const each of asked) await expect(each).rejects.toThrow('enough');
  const report = await folder({ putNew: hangs }, 10).probe(never);
  expect(report).toMatchObject({
    ok: false,
    steps: [{ ok: false, code: 'remote/offline', why: 'no answer in 0.01 s' }],
  });
});

test('RM27: an announcement of another device is told, by the system or by looking', async () => {
  const looks: (() => void)[] = [];
  const every = (_: number, look: () => void) => {
    looks.push(look);
    return () => undefined;
  };
  let hints = 0;
  const heard = () => {
    hints += 1;
  };
  const end = watchFolder(top, objectFiles(), heard, every);
  const puts = (n: number) => folder().putIfAbsent([{ name: `prsist1/w/h/a.${n}.00.hd`, bytes: Buffer.of(1) }], never);
  await puts(1); // in a directory that nobody knew
  await until('it was seen by looking', () => {
    for (const look of looks) look();
    return hints > 0;
  });
  const before = hints;
  await puts(2);
  await until('the system has told it', () => hints > before);
  end();
});

if (!hasNamespaces) process.stdout.write('RM28: skipped, no user namespaces here\n');

test.skipIf(!hasNamespaces)('RM28: a real disk that is full, and one that can only be read', async () => {
  expect(await triedOnSmallDisk({ url: `folder:${top}`, top, desks: top })).toEqual(expectedOnSmallDisk);
});
