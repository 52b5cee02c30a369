import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { limits } from '../../../src/core/limits.ts';
import { catchUpCommits, importHistory } from '../../../src/features/capture/commits.ts';
import { projectId, wiredWorld } from '../../daemon/wired-world.ts';
import { temporaryRepository } from '../../platform/temporary-repository.ts';
import { temporaryDirectory } from '../../store/temporary-store.ts';

test('CA50: the history of a repository is taken in once; commits that no hook told of when HEAD has moved', async () => {
  const world = wiredWorld();
  const repository = temporaryRepository({ into: world.project() });
  const target = world.wired.capture.target(projectId);
  const [{ capture }, heads] = [world.wired, new Map<string, string>()];
  expect(await importHistory(capture, target)).toBe(0); // no commit yet
  await catchUpCommits(capture, target, heads);
  for (const subject of ['one', 'two']) repository.commit(subject);
  expect(await importHistory(capture, target)).toBe(2);
  expect(await importHistory(capture, target)).toBe(0);
  const count = () => world.projects.store(projectId).statements.all('select sha from commits', []).length;
  repository.commit('three');
  await catchUpCommits(capture, target, heads);
  expect(count()).toBe(3);
  repository.git('checkout', '-q', '-b', 'side', 'HEAD~2');
  repository.commit('four');
  await catchUpCommits(capture, target, heads);
  expect(count()).toBe(4);
});

test('CA51: looking at a repository in which nothing happened does not keep its database open', async () => {
  const world = wiredWorld();
  const repository = temporaryRepository({ into: world.project() });
  const head = repository.commit('one');
  const { capture } = world.wired;
  await catchUpCommits(capture, capture.target(projectId), new Map([[projectId, head]]));
  expect(world.projects.openProjects).toEqual([]);
  expect(await importHistory(capture, { ...capture.target(projectId), root: undefined })).toBe(0);
});

/** A git that dies at every log, in front of the real one, until it is taken away. */
function brokenLog(): { readonly mend: () => void } {
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const bin = temporaryDirectory();
  const script = `#!/bin/sh\nfor each; do [ "$each" != log ] || kill -9 $$; done\nexec ${real} "$@"\n`;
  fs.writeFileSync(join(bin, 'git'), script, { mode: 0o755 });
  const before = process.env['PATH'];
  const mend = () => {
    process.env['PATH'] = before;
  };
  onTestFinished(mend);
  process.env['PATH'] = [bin, before].join(delimiter);
  return { mend };
}

test('CA64: a git that gives no answer is no repository without commits: it is asked again', async () => {
  const world = wiredWorld();
  const repository = temporaryRepository({ into: world.project() });
  const head = repository.commit('one');
  const { capture } = world.wired;
  const heads = new Map<string, string>();
  const { mend } = brokenLog();
  expect(await importHistory(capture, capture.target(projectId))).toBe(0);
  await catchUpCommits(capture, capture.target(projectId), heads);
  expect(heads.size).toBe(0);
  expect(world.told.filter((line) => line.startsWith('history not read'))).toHaveLength(2);
  mend();
  await catchUpCommits(capture, capture.target(projectId), heads);
  expect(heads).toEqual(new Map([[projectId, head]]));
  expect(world.projects.store(projectId).statements.all('select sha from commits', [])).toEqual([{ sha: head }]);
});

test('CA65: a long history is read page by page', async () => {
  const world = wiredWorld();
  const repository = temporaryRepository({ into: world.project() });
  manyCommits(repository.top, 230);
  const { capture } = world.wired;
  expect(await importHistory(capture, capture.target(projectId), () => true)).toBe(0);
  expect(await importHistory(capture, capture.target(projectId))).toBe(230);
});

test('CA65: others have their turn while it is written, slice by slice', async () => {
  const world = wiredWorld({ tick: limits.sliceMs });
  manyCommits(temporaryRepository({ into: world.project() }).top, 30);
  const { capture } = world.wired;
  const project = world.projects.store(projectId);
  const before = project.transactions;
  expect(await importHistory(capture, capture.target(projectId))).toBe(30);
  expect(project.transactions - before).toBe(30);
});

function manyCommits(repository: string, count: number): void {
  const commits = Array.from({ length: count }, (_, n) => [
    ...['commit refs/heads/main', 'committer a <a@example.org> 1771142400 +0000'],
    ...[`data ${`c${n}`.length}`, `c${n}`, ''],
  ]);
  execFileSync('git', ['fast-import', '--quiet'], { cwd: repository, input: commits.flat().join('\n') });
}
