// A file has one name, whether an agent edits it or git commits it: else no commit would be any session's.
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Captured } from '../../../src/core/captured.ts';
import { keptPath, keptPaths } from '../../../src/daemon/kept-path.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { type HistoryWorld, historyWorld } from './history-world.ts';

interface Blamed {
  readonly items: readonly { readonly session: { readonly session_id: string } | null; readonly how: string }[];
}

const ties = (world: HistoryWorld) => world.rows('select path, commit_sha from edits order by at');

describe('a project that begins below the top of its repository', () => {
  async function below() {
    const world = historyWorld([], { above: true });
    world.write('.gitignore', 'p/\nhome/\n');
    world.write('other/b.ts', 'b\n');
    world.commit('Begin');
    await world.follow();
    return world;
  }

  test('GH45: its edits are tied to the commits that hold them, whoever tells of the commit', async () => {
    const world = await below();
    await world.work('s1', 'Greet the guest', { 'src/a.ts': 'greet();\n' });
    world.write('other/b.ts', 'b\nc\n');
    const greet = world.commit('Greet');
    await world.follow();
    await world.work('s2', 'Thank the guest', { 'src/a.ts': 'greet();\nthank();\n' });
    const thank = world.commit('Thank');
    await world.hook({ event: 'post-commit', head: thank, ref: 'refs/heads/main' });
    expect(ties(world)).toEqual([
      { path: 'src/a.ts', commit_sha: greet },
      { path: 'src/a.ts', commit_sha: thank },
    ]);
    const files = world.rows(`select path from commit_files where sha = '${greet}' order by path`);
    // what lies around it is no file of the project
    expect(files).toEqual([{ path: join(world.top, 'other/b.ts') }, { path: 'src/a.ts' }]);
    const { commits } = await world.ask<{ commits: { sha: string }[] }>('session.show', { session_id: 's1' });
    expect(commits.map(({ sha }) => sha)).toEqual([greet]);
    const { items } = await world.ask<Blamed>('session.blame', { path: 'src/a.ts' });
    expect(items.map(({ session, how }) => [session?.session_id, how])).toEqual([
      ['s1', 'edit'],
      ['s2', 'edit'],
    ]);
  });

  test('GH45: so it is whatever git was told of relative names', async () => {
    const world = await below();
    world.git('config', 'diff.relative', 'true');
    await world.work('s1', 'Greet', { 'src/a.ts': 'greet();\n' });
    const greet = world.commit('Greet');
    await world.follow();
    expect(ties(world)).toEqual([{ path: 'src/a.ts', commit_sha: greet }]);
  });
});

describe('a linked work tree', () => {
  /** What an agent does in a directory: it edits a file by its name there. */
  async function edited(world: HistoryWorld, cwd: string, path: string): Promise<void> {
    const session = `in ${cwd}`;
    const items: Captured[] = [
      { kind: 'session', session, at: world.tick(), cwd },
      { kind: 'edit', session, at: world.tick(), key: [session, path], path, change: 'modify', added: 1, removed: 0 },
    ];
    const source = { agent: 'claude-code', trusted: 'own' as const, from: 'transcript' as const, root: world.root };
    await world.projects.store(projectId).write((tx) => world.wired.capture.keepers.takeIn(tx, source, {}, items));
  }

  test.each([
    ['inside the main one', '.claude/worktrees/side', '', 'src/a.ts'],
    ['beside the main one', '../side', '', 'src/a.ts'],
    ['in a directory of it', '../side', 'src', 'a.ts'],
  ])('GH46: %s: edits there are tied to the commits made there', async (_, where, cwd, path) => {
    const world = historyWorld();
    world.write('base', 'base\n');
    world.commit('Begin');
    world.git('worktree', 'add', '-q', '-b', 'side', where);
    await world.follow();
    const top = fs.realpathSync(join(world.root, where));
    const side = world.at(top);
    side.write('src/a.ts', 'greet();\n');
    await edited(world, join(top, cwd), path);
    const greet = side.commit('Greet');
    await world.follow();
    expect(ties(world)).toEqual([{ path: 'src/a.ts', commit_sha: greet }]);
    const { items } = await world.ask<Blamed>('session.blame', { path: join(top, 'src/a.ts') });
    expect(items.map(({ session }) => session?.session_id)).toEqual([`in ${join(top, cwd)}`]);
  });

  test('GH46: patterns of what is left out count for its files, and for itself', () => {
    const patterns = (ignore: string) => {
      const world = historyWorld([], { env: { PRSIST_CAPTURE__IGNORE: ignore } });
      world.commit('Begin');
      world.git('worktree', 'add', '-q', '-b', 'side', '.claude/worktrees/side');
      const { ignores } = world.wired.capture.rules(world.root);
      const path = join(world.root, '.claude/worktrees/side/hidden/plan.txt');
      return [ignores?.(path, world.root), ignores?.('src/a.ts', join(world.root, '.claude/worktrees/side'))];
    };
    expect(patterns('[/hidden/]')).toEqual([true, false]);
    expect(patterns('[.claude/]')).toEqual([true, true]);
  });

  test('GH46: without one, names are what they were', () => {
    for (const path of ['/w/shop/src/a.ts', 'src/a.ts', '../a.ts', '/etc/hosts', '/w/shop']) {
      expect(keptPaths('/w/shop')(path, '/w/shop/lib')).toBe(keptPath(path, '/w/shop/lib', '/w/shop'));
      expect(keptPaths(undefined)(path, undefined)).toBe(path);
    }
  });
});
