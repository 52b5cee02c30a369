import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHome, type Home, until } from '../harness/home.ts';
import { filesBelow } from '../harness/on-disk.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
beforeAll(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
});
afterAll(() => home.remove());

/** Files of this home and of the repository's brief folder in which a word stands. */
function filesWith(word: string): string[] {
  const files = filesBelow(join(home.root, 'p'), join(cwd, '.prsist'));
  return files.filter(({ bytes }) => bytes.toLowerCase().includes(word)).map(({ path }) => path);
}

/** A session that is told of in briefs, and found by its word. */
async function talk(word: string): Promise<void> {
  const { session_id } = await home.json(['session', 'start', '--agent', 'claude-code', '--title', `${word} title`], {
    cwd,
  });
  for (let n = 0; n < 3; n += 1) {
    await home.json(['session', 'message', String(session_id), `${word} ${'and more '.repeat(n * 400)}`], { cwd });
  }
  await home.json(['handoff', 'codex', '--reason', `${word} reason`], { cwd });
  expect((await home.prsist(['search', word], { cwd })).stdout).toContain(word);
  expect(filesWith(word).some((path) => path.startsWith(cwd))).toBe(true);
}

test('DY30: forgotten by a person, nothing of it is in any file, and nothing is found', async () => {
  await talk('zanzibar');
  const meant = async () => (await home.json(['search', 'zanzibra'], { cwd }))['did_you_mean'];
  expect(await meant()).toMatchObject([{ typed: 'zanzibra', meant: 'zanzibar' }]);
  const ran = await home.prsist(['forget', '--last', '--yes'], { cwd });
  expect(ran).toMatchObject({
    exit: 0,
    stdout: expect.stringMatching(/^erased {2}1 session, 3 messages, 1 handoff\nreceipt /),
  });
  expect(filesWith('zanzibar')).toEqual([]);
  expect((await home.prsist(['search', 'zanzibar'], { cwd })).stdout).toBe('');
  // FI64: nor is it remembered as a word
  expect(await meant()).toEqual([]);
  expect(await home.prsist(['store', 'verify', '--deep'], { cwd })).toMatchObject({ exit: 0 });
});

test.each(['tx.before-commit', 'tx.after-commit'])('DY41: a daemon killed at %s of an erase', async (name) => {
  const word = name === 'tx.after-commit' ? 'quokka' : 'numbat';
  await talk(word);
  await home.kill();
  // looking at what would go is the first group of writes of this daemon, the erase is the second
  const killed = await home.serve({ PRSIST_FAILPOINT: `${name}:kill:2` });
  // the same request is told to the next daemon, which knows it where it was done
  expect(await home.prsist(['forget', '--last', 'session', '--yes'], { cwd })).toMatchObject({ exit: 0 });
  // its end may be told later than the answer of the next one
  await until('it was killed', () => killed.signalCode === 'SIGKILL' || undefined);
  expect(filesWith(word)).toEqual([]);
  expect(await home.prsist(['store', 'verify', '--deep'], { cwd })).toMatchObject({ exit: 0 });
});

/** Where the copies of the project's database lie, newest first. */
async function copies(): Promise<string[]> {
  const { items } = await home.json(['backup', '--list'], { cwd });
  return (items as { path: string }[]).map(({ path }) => path); // the reply of store.backups
}

test('DY53: a permanent entry is forgotten in its second copy, in every backup and in what a restore left, too', async () => {
  await home.json(['context', 'store', 'okapi.key', 'the okapi sleeps', '--layer', 'permanent'], { cwd });
  await home.json(['backup'], { cwd });
  const path = (await copies())[0];
  expect(await home.prsist(['restore', String(path)], { cwd })).toMatchObject({ exit: 0 });
  await home.json(['context', 'get', 'okapi.key'], { cwd });
  await until('it is mirrored', () => (filesWith('okapi').some((file) => file.includes('user.db')) ? true : undefined));
  expect(filesWith('okapi')).toEqual(
    expect.arrayContaining([path, expect.stringContaining('user.db'), expect.stringContaining('before-restore')]),
  );
  await home.json(['forget', '--entry', 'okapi.key', '--yes'], { cwd });
  expect(filesWith('okapi')).toEqual([]);
  // there is a copy still, and it can be put back
  expect(await copies()).toHaveLength(1);
  expect(await home.prsist(['store', 'verify', '--deep'], { cwd })).toMatchObject({ exit: 0 });
});

test('DY42: what is forgotten is in no file of a project that was linked to this one, nor comes back when they are parted', async () => {
  const other = createRepository(home, 'other').path;
  await home.json(['init', '--no-import'], { cwd: other });
  await home.json(['context', 'store', 'bilby.key', 'the bilby digs', '--priority', 'critical'], { cwd: other });
  await home.json(['backup'], { cwd: other });
  const { result } = await home.json(['project', 'link', other], { cwd });
  const { linked } = result as { linked: string }; // the outcome of the job
  const below = () =>
    filesBelow(join(home.root, 'p'), join(cwd, '.prsist'), join(other, '.prsist')).filter(({ bytes }) =>
      bytes.includes('bilby'),
    );
  expect(below().map(({ path }) => path)).toContainEqual(expect.stringContaining(linked));
  await home.json(['forget', '--entry', 'bilby.key', '--yes'], { cwd });
  expect(below()).toEqual([]);
  await home.json(['project', 'link', '--undo', linked], { cwd });
  expect(await home.prsist(['store', 'verify', '--deep'], { cwd: other })).toMatchObject({ exit: 0 });
  expect(below()).toEqual([]);
  // last: that somebody asks for a key is counted under its name
  expect(await home.prsist(['context', 'get', 'bilby.key'], { cwd: other })).toMatchObject({ exit: 1, stdout: '' });
});
