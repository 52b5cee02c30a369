import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keptPath } from '../../src/daemon/kept-path.ts';
import { readMigrations } from '../../src/daemon/migrations.ts';
import { Projects } from '../../src/daemon/projects.ts';
import { projectId, wiredWorld } from './wired-world.ts';

const minute = 60_000;

/** The databases of a world as the next daemon opens them, whose ids would be made of this byte. */
function anew(
  { projects, paths, clock, wired }: ReturnType<typeof wiredWorld>,
  { afterCrash, byte }: { readonly afterCrash: boolean; readonly byte: number },
): Projects {
  return new Projects({
    ...{ paths, clock: () => clock.now, monotonic: () => 0, failpoint: () => undefined, afterCrash },
    random: (bytes) => new Uint8Array(bytes).fill(byte),
    migrations: readMigrations(wired.features),
    projections: wired.features.flatMap((feature) => feature.projections),
    names: { user: projects.identity.name, device: 'laptop' },
    onCommit: () => undefined,
  });
}

describe('databases', () => {
  test('DA55: they are opened when they are asked for and closed ten minutes after the last use', () => {
    const { projects, clock, project } = wiredWorld();
    project();
    const other = '019a3985-b900-7000-8000-0000000000bb';
    project(other, 'other');
    expect(projects.openProjects).toEqual([]);
    const first = projects.store(projectId);
    expect(projects.store(projectId)).toBe(first);
    clock.now += 9 * minute;
    projects.store(other);
    clock.now += minute;
    projects.closeIdle();
    expect([projects.openProjects, first.db.open]).toEqual([[other], false]);
    const again = projects.store(projectId);
    expect([again === first, again.db.open, again.log.seq]).toEqual([false, true, first.log.seq]);
    projects.closeAll();
    expect([again.db.open, projects.user.db.open]).toEqual([false, false]);
  });

  test('DA56: a write that waits when its database is closed for idleness is in it', async () => {
    const { projects, clock, project, wired } = wiredWorld();
    project();
    const target = wired.capture.target(projectId);
    const waiting = target.write((tx) => tx.now);
    clock.now += 11 * minute;
    projects.closeIdle();
    expect(projects.openProjects).toEqual([]);
    await waiting;
    await target.write((tx) => tx.now);
    expect(projects.openProjects).toEqual([projectId]);
  });

  test('DA57: who and where this is, is made once; only the name follows the settings', () => {
    const { projects, paths, clock, wired } = wiredWorld();
    const { identity } = projects;
    const personal = projects.resolve(undefined);
    projects.closeAll();
    const next = new Projects({
      afterCrash: false,
      ...{ paths, clock: () => clock.now, monotonic: () => 0, failpoint: () => undefined },
      random: (bytes) => new Uint8Array(bytes).fill(9),
      migrations: readMigrations(wired.features),
      projections: wired.features.flatMap((feature) => feature.projections),
      names: { user: 'renamed', device: 'laptop' },
      onCommit: () => undefined,
    });
    expect(next.identity).toEqual({ ...identity, name: 'renamed' });
    expect(identity.name).toBe('ana');
    const self = next.user.statements.one('select name from users where self = 1', []);
    expect(self).toEqual({ name: 'renamed' });
    expect(next.resolve(undefined)).toEqual(personal);
    next.closeAll();
  });

  test('DA57: started again, this is who and where it was, and its logs are in the same workspace', () => {
    const world = wiredWorld();
    const { projects } = world;
    const { identity } = projects;
    const { ws, dev, log, head } = projects.user.log;
    projects.closeAll();
    const next = anew(world, { afterCrash: false, byte: 9 });
    expect(next.identity).toEqual(identity);
    expect(next.user.log).toMatchObject({ ws, dev, log, head });
    expect(next.user.settings.identity).toMatchObject({ ws, dev, user: identity.user });
    next.closeAll();
  });

  test('DA57: killed before it was noted who this is, the log says it', () => {
    const world = wiredWorld();
    const { projects } = world;
    const { identity } = projects;
    projects.user.maintain(() => projects.user.db.exec("delete from users; delete from meta where key like '%_id'"));
    projects.closeAll();
    const next = anew(world, { afterCrash: true, byte: 7 });
    expect(next.identity).toEqual(identity);
    next.closeAll();
  });

  test('DA66: a large database is served while it is looked through after a crash; a damaged one is refused from then on', async () => {
    const { projects, project, paths, clock, wired } = wiredWorld();
    project();
    const { file } = projects.store(projectId).settings;
    projects
      .store(projectId)
      .db.exec('create table filler (text); insert into filler values (hex(randomblob(200000)))');
    projects.closeAll();
    const whole = fs.readFileSync(file);
    const next = () =>
      new Projects({
        ...{ afterCrash: true, checkAsideBytes: 0 },
        ...{ paths, clock: () => clock.now, monotonic: () => 0, failpoint: () => undefined },
        random: (bytes) => new Uint8Array(bytes).fill(8),
        migrations: readMigrations(wired.features),
        projections: wired.features.flatMap((feature) => feature.projections),
        names: { user: 'ana', device: 'laptop' },
        onCommit: () => undefined,
      });
    // a page of the filler, of which an answer to anything else knows nothing
    fs.writeFileSync(file, Buffer.concat([whole.subarray(0, -8192), Buffer.alloc(8192, 0xff)]));
    const after = next();
    expect(after.store(projectId).read.one({ sql: 'select count(*) as n from records' }, {})).toMatchObject({ n: 1 });
    const refusal = () => {
      try {
        after.store(projectId);
        return undefined;
      } catch (error) {
        return error;
      }
    };
    await expect.poll(refusal, { timeout: 10_000 }).toMatchObject({ code: 'store/corrupt' });
    // a copy that takes its place is another file
    fs.writeFileSync(`${file}.new`, whole);
    fs.renameSync(`${file}.new`, file);
    expect(refusal()).toBeUndefined();
    after.closeAll();
  });

  test('DA59: a project is found by the beginning of its id, eight characters or more', () => {
    const { projects, project } = wiredWorld();
    project();
    expect(projects.resolve(projectId.slice(0, 8)).id).toBe(projectId);
    expect(() => projects.resolve(projectId.slice(0, 7))).toThrow('no project');
  });

  test('DA58: every project has its own file for nobody else', () => {
    const { projects, project, paths } = wiredWorld();
    project();
    expect(projects.bytes(projectId)).toBe(0);
    projects.store(projectId);
    expect(projects.bytes(projectId)).toBeGreaterThan(0);
    expect(fs.statSync(join(paths.projects, projectId)).mode & 0o077).toBe(0);
  });
});

describe('which project is meant', () => {
  test('LO11: a project is looked up once, and again as soon as the registry has changed', () => {
    const { projects, project, top } = wiredWorld();
    const root = project();
    const inside = join(root, 'src');
    expect(projects.resolve(inside)).toBe(projects.resolve(inside));
    expect(projects.resolve(inside).id).toBe(projectId);
    const nested = '019a3985-b900-7000-8000-0000000000bb';
    project(nested, 'nested', inside);
    expect(projects.resolve(inside)).toMatchObject({ id: nested, root: inside });
    expect(projects.resolve(root).id).toBe(projectId);
    fs.renameSync(root, join(top, 'moved'));
    expect(projects.resolve(projectId).root).toBe(root);
  });

  test('LO11: a directory whose project hangs on its repository is looked up every time', () => {
    const { projects, project, top } = wiredWorld();
    const root = project();
    fs.mkdirSync(join(root, '.git/worktrees/side'), { recursive: true });
    const side = join(top, 'side');
    fs.mkdirSync(side);
    fs.writeFileSync(join(side, '.git'), `gitdir: ${join(root, '.git/worktrees/side')}\n`);
    expect(projects.resolve(side).id).toBe(projectId);
    fs.rmSync(join(side, '.git'));
    expect(() => projects.resolve(side)).toThrow(expect.objectContaining({ code: 'project/required' }));
  });
});

describe('paths as they are kept', () => {
  test.each([
    ['/w/shop/src/a.ts', '/w/shop', '/w/shop', 'src/a.ts'],
    ['src/a.ts', '/w/shop/lib', '/w/shop', 'lib/src/a.ts'],
    ['../a.ts', '/w/shop/lib', '/w/shop', 'a.ts'],
    ['/w/trees/side/src/a.ts', '/w/trees/side', '/w/shop', 'src/a.ts'],
    ['/etc/hosts', '/w/shop', '/w/shop', '/etc/hosts'],
    ['../../etc/hosts', '/w/shop', '/w/shop', '/etc/hosts'],
    ['/w/shop-2/a.ts', '/w/shop', '/w/shop', '/w/shop-2/a.ts'],
    ['..a.ts', '/w/shop', '/w/shop', '..a.ts'],
    ['/w/shop/...notes/a', '/w/shop', '/w/shop', '...notes/a'],
    ['a.ts', undefined, undefined, 'a.ts'],
    ['/w/shop', '/w/shop', '/w/shop', '/w/shop'],
  ])('DA59: %s of a conversation in %s is kept, for a project in %s, as %s', (path, cwd, root, kept) => {
    expect(keptPath(path, cwd, root)).toBe(kept);
  });
});
