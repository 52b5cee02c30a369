import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { followReflogs } from '../../../src/features/capture/reflog.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { type HistoryWorld, historyWorld } from './history-world.ts';

/** A first commit, and the log read once: what is done from here on is told by it. */
async function begun(how?: readonly string[]) {
  const world = historyWorld(how);
  world.write('base', 'base\n');
  world.commit('Begin');
  await world.follow();
  return world;
}

function added(world: HistoryWorld, path: string): string {
  world.write(path, `${path}\n`);
  return world.commit(`Add ${path}`);
}

/** Has a rebase do other things with its commits; todo: sed commands over its list. */
function interactively(world: HistoryWorld, todo: string, ...args: readonly string[]): void {
  world.git('-c', `sequence.editor=sed -i '${todo}'`, 'rebase', '-q', '-i', ...args);
}

const shas = (world: HistoryWorld) => world.rows('select sha from commits order by rec').map(({ sha }) => sha);

describe('the log of HEAD', () => {
  test('GH2: commits, cherry-picks, reverts and merges are taken in without any hook, each once', async () => {
    const world = await begun();
    const one = added(world, 'one');
    world.git('checkout', '-q', '-b', 'side');
    const two = added(world, 'two');
    world.git('checkout', '-q', 'main');
    const three = added(world, 'three');
    world.git('cherry-pick', two);
    const picked = world.git('rev-parse', 'HEAD');
    world.git('revert', '--no-edit', three);
    world.git('merge', '-q', '--no-ff', '-m', 'Merge side', 'side');
    expect(await world.follow()).toBe(6);
    expect(shas(world)).toEqual(expect.arrayContaining([one, two, three, picked, world.git('rev-parse', 'HEAD')]));
    expect(await world.follow()).toBe(0);
    expect(world.present()).toEqual({}); // nothing became anything else
    const branches = world.rows('select sha, branch from commits').map(({ sha, branch }) => [sha, branch]);
    expect(branches).toEqual(
      expect.arrayContaining([
        [one, 'main'],
        [two, 'side'],
        [three, 'main'],
        [picked, 'main'],
      ]),
    );
  });

  test('GH3: an amended commit is the new one, over any number of amends', async () => {
    const world = await begun();
    const first = added(world, 'one');
    world.git('commit', '-q', '--amend', '-m', 'Better');
    const second = world.git('rev-parse', 'HEAD');
    await world.follow();
    world.git('commit', '-q', '--amend', '-m', 'Best');
    const third = world.git('rev-parse', 'HEAD');
    await world.follow();
    expect(world.present()).toEqual({ [first]: third, [second]: third });
  });

  test('GH4: a rebase without a hook is followed by what commits change, also over conflicts of words', async () => {
    const world = await begun();
    world.git('checkout', '-q', '-b', 'side');
    const olds = ['a', 'b', 'c'].map((path) => added(world, path));
    world.git('checkout', '-q', 'main');
    added(world, 'main');
    world.git('checkout', '-q', 'side');
    world.git('rebase', '-q', 'main');
    const news = ['HEAD~2', 'HEAD~1', 'HEAD'].map((name) => world.git('rev-parse', name));
    await world.follow();
    expect(world.present()).toEqual(Object.fromEntries(olds.map((old, i) => [old, news[i]])));
  });

  test('GH5: squash, fixup, reword, drop and edit each lead to the commit that holds the work', async () => {
    const world = await begun();
    const [a, b, c, d, e, f] = 'abcdef'.split('').map((path) => added(world, path)) as [string, ...string[]];
    interactively(world, '2s/pick/squash/;3s/pick/reword/;4s/pick/fixup/;5s/pick/drop/;6s/pick/edit/', 'HEAD~6');
    world.write('f', 'other\n');
    world.git('add', '-A');
    world.git('commit', '-q', '--amend', '-m', 'Add f, edited');
    world.git('rebase', '--continue');
    const [ab, cd, ef] = ['HEAD~2', 'HEAD~1', 'HEAD'].map((name) => world.git('rev-parse', name));
    await world.follow();
    expect(world.present()).toMatchObject({
      [a]: ab,
      [String(b)]: ab,
      [String(c)]: cd,
      [String(d)]: cd,
      [String(f)]: ef,
    });
    expect(world.present()).not.toHaveProperty(String(e));
  });

  test('GH5: a patch that conflicted is known by author, time and subject', async () => {
    const world = await begun();
    world.git('checkout', '-q', '-b', 'side');
    world.write('base', 'side\n');
    const old = world.commit('Change base');
    world.git('checkout', '-q', 'main');
    world.write('base', 'main\n');
    world.commit('Change it too');
    world.git('checkout', '-q', 'side');
    expect(() => world.git('rebase', '-q', 'main')).toThrow();
    await world.follow(); // in the middle of it
    expect(world.present()).toEqual({});
    world.write('base', 'both\n');
    world.git('add', '-A');
    world.git('rebase', '--continue');
    await world.follow();
    expect(world.present()).toEqual({ [old]: world.git('rev-parse', 'HEAD') });
  });

  test('GH6: a rebase that is given up changes nothing; a reset brings back what was there before', async () => {
    const world = await begun();
    const old = added(world, 'one');
    world.git('commit', '-q', '--amend', '-m', 'Better');
    await world.follow();
    world.git('reset', '-q', '--hard', old);
    await world.follow();
    expect(world.present()).toEqual({ [old]: old });
    world.git('checkout', '-q', '-b', 'side', 'HEAD~1');
    world.write('one', 'conflict\n');
    world.commit('Other');
    expect(() => world.git('rebase', '-q', 'main')).toThrow();
    world.git('rebase', '--abort');
    await world.follow();
    expect(world.present()).toEqual({ [old]: old });
  });

  test('GH6: what is done in one second keeps its order, also when it is read in parts', async () => {
    const world = await begun();
    const now = world.tick();
    const second = () => world.tick((now - world.tick(0)) / 1000);
    world.write('one', 'one\n');
    world.git('add', '-A');
    second();
    world.git('commit', '-q', '-m', 'One');
    const old = world.git('rev-parse', 'HEAD');
    second();
    world.git('commit', '-q', '--amend', '-m', 'Two');
    await world.follow();
    second();
    world.git('reset', '-q', '--hard', old);
    await world.follow();
    expect(world.present()).toEqual({ [old]: old });
  });

  test('GH7: every work tree has its log, a detached HEAD and a submodule as well; those of others are not read', async () => {
    const world = await begun();
    const linked = join(world.around, 'linked');
    world.git('worktree', 'add', '-q', '--detach', linked);
    await world.follow();
    const there = world.at(linked);
    there.write('there', '1\n');
    const first = there.commit('In the linked one');
    there.git('commit', '-q', '--amend', '-m', 'Amended there');
    expect(await world.follow()).toBe(2);
    expect(world.present()).toEqual({ [first]: there.git('rev-parse', 'HEAD') });
    const module = world.at(join(world.root, 'module'));
    fs.mkdirSync(module.top);
    module.git('init', '-q', '-b', 'main');
    module.write('x', 'x\n');
    module.commit('Of another repository');
    expect(await world.follow()).toBe(0);
    fs.rmSync(linked, { recursive: true });
    world.git('worktree', 'prune');
    expect(await world.follow()).toBe(0);
  });

  test('GH8: a bare repository is followed by the logs of its work trees', async () => {
    const world = historyWorld(['--bare']);
    const linked = join(world.around, 'linked');
    const tree = world.git('hash-object', '-t', 'tree', '-w', '/dev/null');
    world.git('update-ref', 'refs/heads/main', world.git('commit-tree', tree, '-m', 'Begin'));
    world.git('worktree', 'add', '-q', linked, 'main');
    await world.follow();
    const there = world.at(linked);
    there.write('a', 'a\n');
    const old = there.commit('One');
    there.git('commit', '-q', '--amend', '-m', 'Two');
    expect(await world.follow()).toBe(2);
    expect(world.present()).toEqual({ [old]: there.git('rev-parse', 'HEAD') });
  });

  test('GH9: a log that was written anew goes on where it was left; what is gone is passed over', async () => {
    const world = await begun();
    const old = added(world, 'one');
    await world.follow();
    world.git('commit', '-q', '--amend', '-m', 'Better');
    world.git('reflog', 'expire', '--expire=all', '--rewrite', '--updateref', '--all'); // gone before anybody looked
    world.git('gc', '-q', '--prune=now');
    expect(await world.follow()).toBe(0);
    expect(world.present()).toEqual({});
    const two = added(world, 'two');
    expect(await world.follow()).toBe(1);
    expect(shas(world)).toEqual(expect.arrayContaining([old, two]));
    const path = join(world.root, '.git', 'logs', 'HEAD');
    fs.writeFileSync(`${path}.new`, fs.readFileSync(path)); // the same lines in another file
    fs.renameSync(`${path}.new`, path);
    const three = added(world, 'three');
    expect(await world.follow()).toBe(1);
    expect(shas(world)).toContain(three);
    fs.writeFileSync(path, 'no log\n\0\n');
    const four = added(world, 'four');
    expect(await world.follow()).toBe(1);
    expect(shas(world)).toContain(four);
  });

  test('GH10: without reflogs, or without a repository, nothing is told and nothing fails', async () => {
    const world = historyWorld();
    world.git('config', 'core.logAllRefUpdates', 'false');
    world.write('a', 'a\n');
    world.commit('One');
    fs.rmSync(join(world.root, '.git', 'logs'), { recursive: true, force: true });
    expect(await world.follow()).toBe(0);
    fs.rmSync(join(world.root, '.git'), { recursive: true });
    expect(await world.follow()).toBe(0);
  });

  test('GH11: a log that looks the same is not opened, nor its database', async () => {
    const world = historyWorld();
    added(world, 'one');
    const seen = new Map<string, string>();
    await followReflogs(world.wired.capture, projectId, seen);
    expect(world.projects.openProjects).toEqual([projectId]);
    world.clock.now += 24 * 3_600_000;
    world.projects.closeIdle();
    await followReflogs(world.wired.capture, projectId, seen);
    expect(world.projects.openProjects).toEqual([]);
    expect([...seen.keys()]).toEqual([`log:${join(world.root, '.git', 'logs', 'HEAD')}`]);
  });

  test('GH12: a history of thousands is taken in part by part, a pull of it at most a thousand commits deep', async () => {
    const world = await begun();
    const lines = Array.from({ length: 5_000 }, (_, n) => {
      const from = n === 0 ? [`from ${world.git('rev-parse', 'HEAD')}`] : [];
      const head = ['commit refs/heads/far', `committer a <a@example.org> ${1_771_142_400 + n} +0000`];
      return [...head, `data ${`c${n}`.length}`, `c${n}`, ...from, `M 100644 inline f${n % 50}`, 'data 2', 'x', ''];
    });
    execFileSync('git', ['fast-import', '--quiet'], { cwd: world.root, input: lines.flat().join('\n') });
    world.git('merge', '-q', '--ff-only', 'far');
    expect(await world.follow()).toBe(1000);
    expect(shas(world)).toContain(world.git('rev-parse', 'HEAD'));
    expect(await world.follow()).toBe(0);
  }, 60_000);

  test('GH13: the first reading of a log brings what became of commits, and what HEAD can reach, not what it left behind', async () => {
    const world = historyWorld();
    world.write('a', 'a\n');
    const old = world.commit('One');
    world.git('commit', '-q', '--amend', '-m', 'Two');
    await world.follow();
    const head = world.git('rev-parse', 'HEAD');
    expect([world.present(), shas(world)]).toEqual([{ [old]: head }, [head]]);
  });

  test('GH14: what was done in a pause is not taken in', async () => {
    const world = await begun();
    await world.projects.user.write((tx) =>
      tx.run(
        { sql: 'insert into pauses (project_id, from_at, until_at) values (null, :from, :until)' },
        {
          ...{ from: world.tick(10), until: world.tick(100) },
        },
      ),
    );
    world.tick(-50);
    added(world, 'one');
    world.git('commit', '-q', '--amend', '-m', 'Two');
    world.tick(100);
    const three = added(world, 'three');
    expect(await world.follow()).toBe(1);
    expect([shas(world).slice(1), world.present()]).toEqual([[three], {}]); // the first is from before
  });

  test('GH15: a checkout is noted on the sessions under way in that work tree, without secrets', async () => {
    const world = await begun();
    await world.work('s1', 'Do it', { a: 'a\n' });
    world.git('checkout', '-q', '-b', 'feature/x');
    world.git('checkout', '-q', '-b', `ghp_${'a1B2'.repeat(9)}`);
    world.git('checkout', '-q', '--detach');
    world.tick(3_600);
    world.git('checkout', '-q', 'main');
    await world.follow();
    const { metadata } = await world.ask<{ metadata: { branches: Record<string, number> } }>('session.show', {
      session_id: 's1',
    });
    expect(Object.keys(metadata.branches)).toHaveLength(2);
    expect(JSON.stringify(metadata)).not.toContain('a1B2a1B2');
    const list = await world.ask<{ items: unknown[] }>('session.list', { branch: 'feature/x' });
    expect(list.items).toHaveLength(1);
  });

  test('GH16: rows computed again are the rows there were', async () => {
    const world = await begun();
    await world.work('s1', 'Do it', { a: 'a\n' });
    const old = world.commit('One');
    await world.work('s1', 'Tell it', {}, { command: 'git commit -m One', output: `[main ${old.slice(0, 7)}] One\n` });
    world.git('commit', '-q', '--amend', '-m', 'Two');
    await world.follow();
    const before = world.state();
    rebuild(world.projects.store(projectId));
    expect(world.state()).toEqual(before);
  });
});
