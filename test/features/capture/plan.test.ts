import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  carryBack,
  carryOut,
  planWayBack,
  type ReceiptPlace,
} from '../../../src/features/capture/install/carry-out.ts';
import { usualHooks } from '../../../src/features/capture/install/git-hook.ts';
import { agentSettings, type Homes } from '../../../src/features/capture/install/places.ts';
import { joined, planUserHooks } from '../../../src/features/capture/install/plan.ts';
import { planRepositoryHooks } from '../../../src/features/capture/install/repository-hooks.ts';
import { workTreeOf } from '../../../src/platform/repository.ts';
import { filesBelow } from '../../../src/platform/walk.ts';
import { temporaryRepository } from '../../platform/temporary-repository.ts';
import { temporaryDirectory } from '../../store/temporary-store.ts';
import { factsOf } from './install-facts.ts';

const two = { agents: ['claude-code', 'codex'], form: 'sh', mcp: false } as const;

function world() {
  const home = fs.realpathSync(temporaryDirectory());
  const place: ReceiptPlace = { receipt: join(home, 'data/installs.json'), backups: join(home, 'data/backups') };
  const homes: Homes = { home, moved: { codex: join(home, 'moved codex') } };
  const { facts } = factsOf(home);
  const snapshot = () =>
    Object.fromEntries(filesBelow(home, () => true).map(({ path }) => [path, fs.readFileSync(path, 'utf8')]));
  const back = () => planWayBack(place, { homes, directories: [facts.bin], roots: [] });
  return { home, place, homes, facts, snapshot, back };
}

test('CA55: hooks go where an agent was moved to, and to no agent that is not there', () => {
  const { home, homes, facts } = world();
  expect(agentSettings(homes, 'codex')).toBe(join(home, 'moved codex/hooks.json'));
  expect(agentSettings(homes, 'claude-code')).toBe(join(home, '.claude/settings.json'));
  fs.mkdirSync(join(home, 'moved codex'));
  const paths = planUserHooks(facts, homes, two).operations.map(({ path }) => path);
  expect(paths).toContain(join(home, 'moved codex/hooks.json'));
  expect(paths.filter((path) => path.includes('.claude'))).toEqual([]);
});

test('CA56: what was carried out is all taken back, byte for byte, and planned again changes nothing', async () => {
  const { home, place, homes, facts, snapshot, back } = world();
  const { top, git, write, commit } = temporaryRepository({ into: join(home, 'shop') });
  commit('one');
  git('config', 'core.hooksPath', '.husky');
  write('.husky/post-commit', '#!/bin/sh\necho mine\n');
  for (const directory of ['.claude', 'moved codex']) fs.mkdirSync(join(home, directory));
  fs.writeFileSync(join(home, '.claude/settings.json'), '{\n\t"model": "opus", // mine\n}\n');
  const before = snapshot();
  const linked = join(home, 'linked');
  git('worktree', 'add', '-q', linked);
  const plan = async (directory = top) => {
    const tree = workTreeOf(directory);
    const repository = tree ? await planRepositoryHooks(tree, { hooks: usualHooks, shared: 'print' }) : joined([]);
    return joined([planUserHooks(facts, homes, two), repository]);
  };
  const planned = await plan();
  carryOut(place, planned.operations);
  expect(fs.statSync(place.receipt).mode & 0o077).toBe(0);
  expect((await plan()).operations).toEqual([]);
  expect(snapshot()).not.toEqual(before);
  carryOut(place, []);
  git('worktree', 'remove', '--force', linked);
  carryBack(place, back());
  const after = Object.entries(snapshot()).filter(
    ([path]) => !path.includes('/data/backups/') && !path.includes('/.git/'),
  );
  expect(Object.fromEntries(after)).toEqual(
    Object.fromEntries(Object.entries(before).filter(([path]) => !path.includes('/.git/'))),
  );
  expect(back().operations).toEqual([]);
});

test('CA57: without a receipt, or with a damaged one, entries of ours are found and taken out all the same', () => {
  const { home, place, homes, facts, back } = world();
  fs.mkdirSync(join(home, '.claude'));
  const settings = join(home, '.claude/settings.json');
  fs.writeFileSync(settings, '{"model": "opus"}\n');
  carryOut(place, planUserHooks(facts, homes, { ...two, agents: ['claude-code'] }).operations);
  fs.writeFileSync(place.receipt, 'damaged');
  carryBack(place, back());
  expect(JSON.parse(fs.readFileSync(settings, 'utf8')).model).toBe('opus');
  expect(fs.readFileSync(settings, 'utf8')).not.toContain('prsist');
});

test('CA58: the receipt is on disk before the first change', () => {
  const { home, place, homes, facts } = world();
  const { operations } = planUserHooks(facts, homes, { ...two, agents: [] });
  fs.mkdirSync(join(home, '.local/share'), { recursive: true });
  fs.writeFileSync(join(home, '.local/share/prsist'), 'in the way');
  expect(() => carryOut(place, operations)).toThrow();
  expect(JSON.parse(fs.readFileSync(place.receipt, 'utf8')).entries.length).toBeGreaterThan(0);
});
