// Repositories whose hooks belong to somebody: husky, lefthook, core.hooksPath, and hooks of other tools beside ours.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FilePlan, FoundFile } from '../../../src/core/file-edit.ts';
import { carryBack, carryOut, planWayBack } from '../../../src/features/capture/install/carry-out.ts';
import { extraHooks, gitHookBlock, usualHooks } from '../../../src/features/capture/install/git-hook.ts';
import { planLefthook } from '../../../src/features/capture/install/hook-managers.ts';
import { planRepositoryHooks } from '../../../src/features/capture/install/repository-hooks.ts';
import { workTreeOf } from '../../../src/platform/repository.ts';
import { filesBelow } from '../../../src/platform/walk.ts';
import { temporaryRepository } from '../../platform/temporary-repository.ts';
import { temporaryDirectory } from '../../store/temporary-store.ts';

function repository() {
  const made = temporaryRepository();
  const { top } = made;
  const home = fs.realpathSync(temporaryDirectory());
  const place = { receipt: join(home, 'installs.json'), backups: join(home, 'backups') };
  const plan = async (shared: 'write' | 'print' = 'print', directory = top): Promise<FilePlan> => {
    const tree = workTreeOf(directory);
    if (!tree) throw new Error('no repository');
    return planRepositoryHooks(tree, { hooks: usualHooks, shared });
  };
  const snapshot = () => {
    const files = filesBelow(top, () => true).filter(({ path }) => !/\.git\/(index|logs|objects)/.test(path));
    return Object.fromEntries(files.map(({ path }) => [path.slice(top.length + 1), fs.readFileSync(path, 'utf8')]));
  };
  const install = async (shared: 'write' | 'print' = 'print') => {
    const planned = await plan(shared);
    carryOut(place, planned.operations);
    return planned;
  };
  const back = () => planWayBack(place, { homes: { home, moved: {} }, directories: [], roots: [top] });
  const uninstall = () => carryBack(place, back());
  return { ...made, plan, snapshot, install, uninstall, back };
}

const changed = (plan: FilePlan, top: string) => plan.operations.map(({ path }) => path.slice(top.length + 1)).sort();

test('IN15: a repository of nobody: the four usual hooks, more on request, gone again without a trace', async () => {
  const { top, git, snapshot, install, uninstall, plan, back } = repository();
  git('config', 'core.hooksPath', join(top, '.git/hooks')); // where they lie anyway
  const before = snapshot();
  expect(changed(await install(), top)).toEqual(usualHooks.map((name) => `.git/hooks/${name}`).sort());
  expect((await plan()).operations).toEqual([]);
  for (const name of usualHooks) expect(fs.statSync(join(top, '.git/hooks', name)).mode & 0o777).toBe(0o755);
  const tree = workTreeOf(top);
  const more = tree && (await planRepositoryHooks(tree, { hooks: extraHooks, shared: 'print' }));
  expect(more && changed(more, top)).toEqual(['.git/hooks/pre-push', '.git/hooks/prepare-commit-msg']);
  uninstall();
  expect(snapshot()).toEqual(before);
  expect(back().operations).toEqual([]);
});

test('IN16: husky: its tracked hooks only with consent, its generated ones never; printed otherwise', async () => {
  const { top, git, write, snapshot, install, uninstall, plan } = repository();
  git('config', 'core.hooksPath', '.husky/_');
  write('.husky/_/post-commit', '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n');
  write('.husky/post-commit', 'npm test\n');
  const before = snapshot();
  const printed = await plan();
  expect(printed.operations).toEqual([]);
  expect(printed.notes).toHaveLength(1);
  expect(printed.notes[0]).toMatchObject({ message: expect.stringContaining('husky') });
  for (const name of usualHooks) expect(printed.notes[0]?.lines).toContain(`.husky/${name}\n${gitHookBlock(name)}`);
  expect(changed(await install('write'), top)).toEqual(usualHooks.map((name) => `.husky/${name}`).sort());
  expect(snapshot()['.husky/post-commit']).toBe(`${gitHookBlock('post-commit')}npm test\n`);
  expect(snapshot()['.husky/post-merge']).toBe(gitHookBlock('post-merge'));
  expect(snapshot()['.husky/_/post-commit']).toBe(before['.husky/_/post-commit']);
  expect(await plan('write')).toEqual({ operations: [], notes: [] });
  expect(await plan('print')).toEqual({ operations: [], notes: [] });
  uninstall();
  expect(snapshot()).toEqual(before);
});

test('IN17: lefthook: an entry in its local file, also beside others, and out of it again', async () => {
  for (const local of [undefined, 'pre-commit:\r\n  parallel: true\r\n', '# mine']) {
    const { top, write, snapshot, install, uninstall, plan } = repository();
    write('lefthook.yml', 'pre-commit:\n  commands: {}\n');
    write('.git/hooks/pre-commit', '#!/bin/sh\ncall_lefthook run pre-commit\n');
    if (local !== undefined) write('lefthook-local.yml', local);
    const before = snapshot();
    expect(changed(await install(), top)).toEqual(['lefthook-local.yml']);
    const text = snapshot()['lefthook-local.yml'] ?? '';
    expect(text.startsWith(local ?? '')).toBe(true);
    expect(text).toMatch(/^post-commit:\r?\n {2}commands:\r?\n {4}prsist:\r?\n {6}run: '/m);
    expect(text.match(/use_stdin: true/g)).toHaveLength(1);
    expect(await plan()).toEqual({ operations: [], notes: [] });
    fs.appendFileSync(join(top, 'lefthook-local.yml'), 'later: {}\n');
    uninstall();
    const after = `${local ?? ''}${local?.endsWith('\n') === false ? '\n' : ''}later: {}\n`;
    expect(snapshot()).toEqual({ ...before, 'lefthook-local.yml': after });
  }
});

test('IN18: lefthook: a local file that is tracked, has these hooks, or another form stays, and the lines are printed', async () => {
  const { write, git, plan } = repository();
  write('lefthook.yml', '');
  write('lefthook-local.yml', 'pre-push: {}\n');
  git('add', '.');
  expect(await plan()).toMatchObject({ operations: [], notes: [{ message: expect.stringContaining('tracks') }] });
  expect((await plan('write')).operations).toHaveLength(1);
  const reasons: readonly (readonly [FoundFile, string])[] = [
    [{ kind: 'text', text: '"post-merge":\n  x: 1\n', mode: 0o644, isLink: false }, 'has post-merge already'],
    [{ kind: 'text', text: '{"pre-commit": {}}', mode: 0o644, isLink: false }, 'cannot be extended'],
    [{ kind: 'text', text: 'a: 1\n---\nb: 1\n', mode: 0o644, isLink: false }, 'cannot be extended'],
    [{ kind: 'opaque', hash: 'x', mode: 0o644, isLink: false }, 'not UTF-8'],
  ];
  for (const [file, reason] of reasons) {
    const left = planLefthook({
      path: '/w/lefthook-local.yml',
      file,
      hooks: usualHooks,
      isTracked: false,
      shared: 'print',
    });
    expect(left.operations).toEqual([]);
    expect(left.notes[0]?.message).toContain(reason);
    expect(left.notes[0]?.lines).toContain('post-commit:');
  }
});

test('IN19: core.hooksPath of the repository: the lines are printed; of the user: nothing, and that is said', async () => {
  const { git, plan, write, top, snapshot } = repository();
  write('tools/hooks/post-commit', '#!/bin/sh\nmake\n');
  const before = snapshot();
  git('config', 'core.hooksPath', 'tools/hooks');
  const own = await plan('write');
  expect(own.operations).toEqual([]);
  expect(own.notes[0]?.lines).toContain(gitHookBlock('post-commit'));
  git('config', '--unset', 'core.hooksPath');
  const hooks = fs.realpathSync(temporaryDirectory());
  fs.writeFileSync(join(hooks, 'gitconfig'), `[core]\n\thooksPath = ${hooks}\n`);
  const saved = process.env.GIT_CONFIG_GLOBAL;
  process.env.GIT_CONFIG_GLOBAL = join(hooks, 'gitconfig');
  try {
    const users = await plan('write');
    expect(users).toEqual({ operations: [], notes: [{ path: hooks, message: expect.stringContaining('global') }] });
  } finally {
    if (saved === undefined) delete process.env.GIT_CONFIG_GLOBAL;
    else process.env.GIT_CONFIG_GLOBAL = saved;
  }
  expect(fs.readdirSync(hooks)).toEqual(['gitconfig']);
  expect({ ...snapshot(), '.git/config': '' }).toEqual({ ...before, '.git/config': '' });
  expect(top).not.toBe(hooks);
});

/** Hooks as these tools write them. */
const neighbours: Readonly<Record<string, string>> = {
  'git-lfs':
    '#!/bin/sh\ncommand -v git-lfs >/dev/null 2>&1 || { printf >&2 "%s\\n" "no git-lfs"; exit 2; }\ngit lfs post-commit "$@"\n',
  entire: '#!/bin/sh\n# Entire CLI hooks\nentire hooks git post-commit 2>/dev/null || true\n',
  'git-branchless':
    '#!/bin/sh\n## START BRANCHLESS CONFIG\n\ngit branchless hook post-commit "$@"\n## END BRANCHLESS CONFIG\n',
};

test.each(Object.entries(neighbours))('IN20: %s keeps every byte of its hook, and has it back', async (_, hook) => {
  const { top, write, snapshot, install, uninstall } = repository();
  write('.git/hooks/post-commit', hook);
  fs.chmodSync(join(top, '.git/hooks/post-commit'), 0o755);
  const before = snapshot();
  await install();
  const [first, ...rest] = hook.split('\n');
  expect(snapshot()['.git/hooks/post-commit']).toBe(`${first}\n${gitHookBlock('post-commit')}${rest.join('\n')}`);
  uninstall();
  expect(snapshot()).toEqual(before);
});

test('IN21: what several generated hooks are left for is said once, with the lines of each', async () => {
  const { top, write, plan } = repository();
  for (const name of usualHooks) {
    write(`.git/hooks/${name}`, '#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n');
    fs.chmodSync(join(top, '.git/hooks', name), 0o755);
  }
  const { notes, operations } = await plan();
  expect(operations).toEqual([]);
  expect(notes).toHaveLength(1);
  for (const name of usualHooks) expect(notes[0]?.lines).toContain(gitHookBlock(name));
});

test('IN22: hooks lie where all work trees share them; in a submodule where git keeps them for it', async () => {
  const { top, git, commit, plan } = repository();
  commit('one');
  const linked = join(fs.realpathSync(temporaryDirectory()), 'linked');
  git('worktree', 'add', '-q', linked);
  expect(changed(await plan('print', linked), top)).toContain('.git/hooks/post-commit');
  const library = temporaryRepository();
  library.commit('lib');
  git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.top, 'lib');
  expect(changed(await plan('print', join(top, 'lib')), top)).toContain('.git/modules/lib/hooks/post-commit');
});
