import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import type { Home } from './home.ts';

/** A git repository of a home, and git in it as its owner calls it. */
export interface Repository {
  readonly path: string;
  readonly git: (...args: readonly string[]) => string;
}

/** Makes a repository with one commit, on main. */
export function createRepository(home: Home, name = 'shop'): Repository {
  const path = join(home.home, name);
  fs.mkdirSync(path, { recursive: true });
  const repository = { path, git: (...args: readonly string[]) => gitIn(home, path, args) };
  repository.git('init', '-q', '-b', 'main');
  fs.writeFileSync(join(path, 'README.md'), `# ${name}\n`);
  repository.git('add', '.');
  repository.git('commit', '-q', '-m', 'Begin');
  return repository;
}

/** Runs git with a name to commit under; gives its output without the last line end. */
export function gitIn(home: Home, cwd: string, args: readonly string[]): string {
  const who = ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...who, ...args], { cwd, env: { ...home.agentEnv }, encoding: 'utf8' }).trimEnd();
}
