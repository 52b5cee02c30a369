import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { discover } from '../../../src/features/capture/follow.ts';
import { projectId, type WiredWorld, wiredWorld } from '../../daemon/wired-world.ts';
import { repositoryAt, temporaryRepository } from '../../platform/temporary-repository.ts';

type Json = Readonly<Record<string, unknown>>;

/** Asks as a client does and follows the job to its end. */
async function asked(world: WiredWorld, operation: string, body: Json): Promise<Json> {
  const caller = { user: 'ana', origin: 'human' } as const;
  const answer = await world.dispatch({ operation, body, caller, project: undefined, idempotencyKey: undefined });
  const job_id = String(answer.reply.job_id);
  await world.jobs.show(job_id, 10_000);
  const { result, error, state } = await world.jobs.show(job_id, 0);
  return state === 'done' ? { ...result } : { error };
}

function home() {
  const world = wiredWorld();
  const init = (directory: string, more: Json = {}) =>
    asked(world, 'project.init', { directory, import: false, git_hooks: false, agents: [], ...more });
  return { ...world, init, uninstall: (more: Json = {}) => asked(world, 'project.uninstall', more) };
}

const touched = (result: Json) => (result.touched as { path: string; action: string }[]).map(({ path }) => path);
const idIn = (root: string) => JSON.parse(fs.readFileSync(join(root, '.prsist/project.json'), 'utf8')).project_id;
const mode = (path: string) => (fs.statSync(path).mode & 0o777).toString(8);

describe('becoming a project', () => {
  test('SY1: a directory gets an id for its team, a folder for nobody else, and is found from below', async () => {
    const { init, projects, top } = home();
    const root = join(top, 'shop');
    fs.mkdirSync(join(root, 'src'), { recursive: true });
    const done = await init(root);
    expect(done).toMatchObject({ name: 'shop', root, project_id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(idIn(root)).toBe(done.project_id);
    expect(['.prsist', '.prsist/project.json', '.prsist/.gitignore'].map((name) => mode(join(root, name)))).toEqual([
      '700',
      '644',
      '644',
    ]);
    expect(projects.ofDirectory(join(root, 'src/not/there'))).toBe(done.project_id);
    expect(projects.resolve('shop')).toEqual({ id: done.project_id, name: 'shop', root });
  });

  test('SY2: again it changes nothing; a dry run changes nothing and shows what it would', async () => {
    const { init, projects, top, paths } = home();
    const { top: root } = temporaryRepository({ into: join(top, 'shop') });
    fs.mkdirSync(join(paths.home, '.claude'));
    const wide = { agents: ['claude-code'], git_hooks: true };
    const plan = await init(root, { ...wide, dry_run: true });
    expect(plan).toMatchObject({ dry_run: true });
    expect(fs.readdirSync(root)).toEqual(['.git']);
    expect(projects.ofDirectory(root)).toBeUndefined();
    const first = await init(root, wide);
    expect(touched(first)).toEqual(touched(plan));
    expect(touched(first)).toContain(join(root, '.git/hooks/post-commit'));
    const again = await init(root, wide);
    expect(again).toMatchObject({ project_id: first.project_id, touched: [] });
  });

  test('SY3: the id a clone brings along wins; of a damaged project.json it is told, and it stays', async () => {
    const { init, top } = home();
    const root = join(top, 'clone');
    fs.mkdirSync(join(root, '.prsist'), { recursive: true, mode: 0o700 });
    const file = join(root, '.prsist/project.json');
    fs.writeFileSync(file, JSON.stringify({ project_id: projectId, more: 'of a later version' }));
    expect(await init(root)).toMatchObject({ project_id: projectId });
    for (const text of ['{"project_id":', '{"project_id":"../../etc"}', '[]', '']) {
      fs.writeFileSync(file, text);
      expect(await init(root)).toMatchObject({ error: { code: 'file/not-ours', hint: expect.stringContaining(file) } });
      expect(fs.readFileSync(file, 'utf8')).toBe(text);
    }
  });

  test('SY4: the home directory, /, a file and nothing are no project, nor is a home that is a repository', async () => {
    const { init, paths, projects } = home();
    const file = join(paths.home, 'file');
    fs.writeFileSync(file, '');
    expect(await init(paths.home)).toMatchObject({ error: { code: 'input/invalid', field: 'directory' } });
    expect(await init(`${paths.home}/x/..`)).toMatchObject({ error: { code: 'input/invalid' } });
    expect(await init('/')).toMatchObject({ error: { code: 'input/invalid' } });
    for (const path of [file, join(paths.home, 'none')]) {
      expect(await init(path)).toMatchObject({ error: { code: 'file/unreadable' } });
    }
    temporaryRepository({ into: paths.home }); // dotfiles
    const notes = join(paths.home, 'notes');
    fs.mkdirSync(notes);
    expect(await init(notes)).toMatchObject({ root: notes });
    expect(projects.ofDirectory(paths.home)).toBeUndefined();
    expect(fs.existsSync(join(paths.home, '.prsist'))).toBe(false);
  });
});

describe('which project it is', () => {
  test('SY5: a subdirectory and a linked work tree are their main project, a repository inside it is one of its own', async () => {
    const { init, projects, top } = home();
    const { top: root, git, write, commit } = temporaryRepository({ into: join(top, 'shop') });
    write('src/a', '');
    commit('one');
    const { project_id } = await init(join(root, 'src'));
    const linked = join(top, 'linked');
    git('worktree', 'add', '-q', linked);
    expect(await init(linked)).toMatchObject({ project_id, root });
    expect(projects.ofDirectory(join(linked, 'src'))).toBe(project_id);
    const inner = temporaryRepository({ into: join(root, 'vendor/lib') });
    expect(projects.ofDirectory(inner.top)).toBe(project_id); // until somebody says otherwise
    const own = await init(inner.top);
    expect(own.project_id).not.toBe(project_id);
    expect(projects.ofDirectory(join(inner.top, 'x'))).toBe(own.project_id);
    expect(projects.ofDirectory(join(root, 'src'))).toBe(project_id);
  });

  test('SY6: below a plain directory that is a project there is no second one', async () => {
    const { init, top } = home();
    const below = join(top, 'notes/2026');
    fs.mkdirSync(below, { recursive: true });
    const { project_id } = await init(join(top, 'notes'));
    expect(await init(below)).toMatchObject({ project_id, root: join(top, 'notes'), touched: [] });
    expect(fs.readdirSync(below)).toEqual([]);
  });

  test('SY6: a project that was moved is found where it is now, one that git brought along keeps its mode', async () => {
    const { init, projects, top } = home();
    const root = join(top, 'shop');
    fs.mkdirSync(join(root, 'src'), { recursive: true });
    const { project_id } = await init(root);
    fs.renameSync(root, join(top, 'store'));
    expect(projects.resolve(join(top, 'store', 'src'))).toMatchObject({ id: project_id, root: join(top, 'store') });
    fs.cpSync(join(top, 'store'), join(top, 'copy'), { recursive: true });
    expect(() => projects.resolve(join(top, 'copy'))).toThrow('belongs to no project'); // the other one is still there
    fs.chmodSync(join(top, 'copy', '.prsist'), 0o755);
    expect(await init(join(top, 'copy'))).toMatchObject({ project_id });
  });

  test('SY7: a second clone is known by root commit and origin together, however its address is spelt', async () => {
    const { init, top } = home();
    const first = temporaryRepository({ into: join(top, 'one') });
    first.commit('one');
    first.git('clone', '-q', first.top, join(top, 'two'));
    first.git('clone', '-q', first.top, join(top, 'three'));
    first.git('remote', 'add', 'origin', 'git@github.com:Ana/shop.git');
    repositoryAt(join(top, 'two')).git('remote', 'set-url', 'origin', 'https://GitHub.com/Ana/shop');
    repositoryAt(join(top, 'three')).git('remote', 'set-url', 'origin', 'https://github.com/Bea/fork');
    const { project_id } = await init(first.top);
    expect(await init(join(top, 'two'))).toMatchObject({ project_id, name: 'one' });
    const third = await init(join(top, 'three'));
    expect(third.project_id).not.toBe(project_id);
    expect(third.next).toContainEqual(
      `same history as one; if it is the same project: prsist project link ${project_id}`,
    );
  });

  test('SY8: a bare repository is a project; its linked work trees are in it', async () => {
    const { init, projects, top } = home();
    const source = temporaryRepository({ into: join(top, 'source') });
    source.commit('one');
    const bare = join(top, 'shop.git');
    source.git('clone', '-q', '--bare', source.top, bare);
    const tree = join(top, 'tree');
    source.git('-C', bare, 'worktree', 'add', '-q', tree, 'main');
    const { project_id, root } = await init(tree);
    expect(root).toBe(bare);
    expect(projects.ofDirectory(tree)).toBe(project_id);
  });
});

describe('names, lists and the way back', () => {
  test('SY9: a name that two projects have names neither; list and show tell them apart', async () => {
    const { init, projects, top, dispatch } = home();
    const roots = ['a/shop', 'b/shop'].map((name) => join(top, name));
    for (const root of roots) fs.mkdirSync(root, { recursive: true });
    const [first, second] = [await init(roots[0] ?? ''), await init(roots[1] ?? '', { name: 'other' })];
    expect(projects.resolve('shop').id).toBe(first.project_id);
    await init(roots[1] ?? '', { name: 'shop' });
    expect(() => projects.resolve('shop')).toThrow(expect.objectContaining({ code: 'project/not-found' }));
    expect(projects.resolve(String(second.project_id)).root).toBe(roots[1]);
    const ask = async (operation: string, project?: string) => {
      const caller = { user: 'ana', origin: 'human' } as const;
      return (await dispatch({ operation, body: {}, caller, project, idempotencyKey: undefined })).reply;
    };
    const { items } = await ask('project.list');
    expect(items).toMatchObject([
      { name: 'shop', roots: [expect.stringContaining('shop')], state: 'active', db_bytes: 0 },
      { name: 'shop', last_activity: expect.stringMatching(/^2026-02-15T12:00/) },
    ]);
    const shown = await ask('project.show', roots[0]);
    expect(shown).toMatchObject({ project_id: first.project_id, roots: [roots[0]], messages: 3 });
    expect(Number(shown.db_bytes)).toBeGreaterThan(0);
    expect(await ask('project.show')).toMatchObject({ name: 'default', roots: [] });
  });

  test('SY10: uninstall puts back what init touched outside the data, and says so before when asked', async () => {
    const { init, uninstall, top, paths } = home();
    const { top: root } = temporaryRepository({ into: join(top, 'shop') });
    const settings = join(paths.home, '.claude/settings.json');
    fs.mkdirSync(join(paths.home, '.claude'));
    fs.writeFileSync(settings, '{"model":"opus"}');
    await init(root, { agents: ['claude-code'], git_hooks: true });
    const own = join(root, '.prsist/config.yaml');
    fs.writeFileSync(own, 'brief:\n  max_tokens: 900\n');
    const plan = await uninstall({ dry_run: true });
    expect(plan).toMatchObject({ left: [own] });
    expect(fs.readFileSync(settings, 'utf8')).toContain('prsist-hook');
    expect(touched(await uninstall())).toEqual(touched(plan));
    expect(fs.readFileSync(settings, 'utf8')).toBe('{"model":"opus"}');
    expect(fs.existsSync(join(root, '.git/hooks/post-commit'))).toBe(false);
    expect(fs.existsSync(paths.userDatabase)).toBe(true);
    expect(await uninstall()).toMatchObject({ touched: [], left: [own] });
    expect(fs.existsSync(own)).toBe(true);
  });

  test("SY11: a new project starts with its history and with the transcripts that were nobody's before", async () => {
    const { init, top, paths, wired } = home();
    const { top: root, commit } = temporaryRepository({ into: join(top, 'shop') });
    commit('one');
    const line = {
      type: 'user',
      uuid: '00000000-0000-4000-8000-000000000000',
      parentUuid: null,
      sessionId: 's',
      cwd: root,
    };
    const path = join(paths.home, '.claude/projects/-x/s.jsonl');
    fs.mkdirSync(join(path, '..'), { recursive: true });
    const text = { ...line, timestamp: '2026-02-15T09:00:00.000Z', message: { role: 'user', content: 'hi' } };
    fs.writeFileSync(path, `${JSON.stringify(text)}\n`);
    expect(await discover(wired.capture, wired.roots)).toBe(0); // nobody's, and noted as that
    const done = await init(root, { import: true });
    expect(done).toMatchObject({ commits_added: 1, imported: { read: 1, sessions: 1 } });
  });
});
