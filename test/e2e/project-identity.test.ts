// T18: whose memory a directory is, in every layout of repositories, and that it outlives what happens to them.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHome, type Home, until } from '../harness/home.ts';
import { createRepository, gitIn } from '../harness/repository.ts';

let home: Home;
let main: string;
let id: string;
beforeEach(async () => {
  home = createHome();
  main = createRepository(home).path;
  id = await initialised(main);
  await home.json(['remember', 'The quokka deploys on Fridays'], { cwd: main });
});
afterEach(() => home.remove());

function git(cwd: string, ...args: readonly string[]): string {
  return gitIn(home, cwd, ['-c', 'protocol.file.allow=always', ...args]);
}

async function initialised(cwd: string, ...options: readonly string[]): Promise<string> {
  await home.json(['init', '--no-import', ...options], { cwd });
  return idOf(cwd);
}

async function idOf(cwd: string): Promise<string> {
  return String((await home.json(['project', 'show'], { cwd })).project_id);
}

async function remembers(cwd: string): Promise<boolean> {
  return (await home.json(['search', 'quokka'], { cwd })).result_count === 1;
}

/** A repository beside the others, with one commit of its own. */
function another(path: string): string {
  fs.mkdirSync(path, { recursive: true });
  git(path, 'init', '-q', '-b', 'main');
  fs.writeFileSync(join(path, 'README'), path);
  git(path, 'add', 'README');
  git(path, 'commit', '-q', '-m', `begin ${path.length}`);
  return path;
}

test('T18: a subdirectory, a linked work tree and a symbolic link are the same project; the work tree may go', async () => {
  const inside = join(main, 'src/deep');
  fs.mkdirSync(inside, { recursive: true });
  const linked = join(home.home, 'linked');
  git(main, 'worktree', 'add', '-q', linked, '-b', 'side');
  const link = join(home.home, 'link');
  fs.symlinkSync(main, link);
  for (const cwd of [inside, linked, link]) expect([cwd, await idOf(cwd)]).toEqual([cwd, id]);
  await home.json(['remember', 'Said in the side tree'], { cwd: linked });
  git(main, 'worktree', 'remove', '--force', linked);
  expect((await home.json(['search', '"side tree"'], { cwd: main })).result_count).toBe(1);
});

test('T18: a nested repository, a submodule and a directory with several repositories are projects of their own', async () => {
  const nested = another(join(main, 'vendor/nested'));
  const parent = join(home.home, 'many');
  const [first, second] = [another(join(parent, 'first')), another(join(parent, 'second'))];
  git(second, 'submodule', 'add', '-q', first, 'sub');
  const ids = new Map<string, string>([[main, id]]);
  for (const path of [nested, parent, first, second, join(second, 'sub')]) ids.set(path, await initialised(path));
  expect(new Set(ids.values()).size).toBe(ids.size);
  for (const [path, own] of ids) expect([path, await idOf(path)]).toEqual([path, own]);
  expect(await remembers(nested)).toBe(false);
});

test('T18: a bare repository with work trees is one project', async () => {
  const bare = join(home.home, 'bare.git');
  git(home.home, 'clone', '-q', '--bare', another(join(home.home, 'origin')), bare);
  const tree = join(home.home, 'tree');
  git(bare, 'worktree', 'add', '-q', tree);
  const own = await initialised(tree);
  expect(own).not.toBe(id);
  expect(await idOf(bare)).toBe(own);
});

test('T18: no git is a project, too; the home directory and the root are none', async () => {
  const plain = join(home.home, 'plain');
  fs.mkdirSync(plain);
  expect(await initialised(plain)).not.toBe(id);
  for (const cwd of [home.home, '/']) {
    const { exit, stderr } = await home.prsist(['init', '--no-import'], { cwd });
    expect([cwd, exit === 0, stderr]).toEqual([cwd, false, expect.stringContaining('try: ')]);
  }
});

test('T18: renamed, cleaned or cloned anew, a repository keeps its memory', async () => {
  const moved = join(home.home, 'moved');
  fs.renameSync(main, moved);
  expect([await idOf(moved), await remembers(moved)]).toEqual([id, true]);
  // the daemon may lay out a brief while git takes its directory away
  await until('git has cleaned', () => {
    try {
      git(moved, 'clean', '-fdxq');
      return true;
    } catch {
      return false;
    }
  });
  expect(await initialised(moved)).toBe(id);
  expect(await remembers(moved)).toBe(true);
  git(moved, 'add', '.prsist/project.json');
  git(moved, 'commit', '-q', '-m', 'the project has an id');
  const clone = join(home.home, 'clone');
  git(home.home, 'clone', '-q', moved, clone);
  fs.rmSync(moved, { recursive: true });
  expect(await initialised(clone)).toBe(id);
  expect(await remembers(clone)).toBe(true);
});

test('T18: no database of ours lies in any work tree', async () => {
  const files = fs.readdirSync(home.home, { recursive: true, encoding: 'utf8' });
  expect(files.filter((file) => /\.db(-wal|-shm)?$/.test(file))).toEqual([]);
  const ours = ['.gitignore', 'brief', 'project.json'];
  expect(fs.readdirSync(join(main, '.prsist')).filter((name) => !ours.includes(name))).toEqual([]);
});
