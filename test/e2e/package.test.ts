// What `npm pack` would put into the package: what users need and nothing else.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const mostMib = 4;

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

test('PK1: the package holds programs, hooks, configuration, manual and words about them, in at most 4 MiB', () => {
  const told = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'], {
    ...{ cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  });
  const [packed]: Packed[] = JSON.parse(told);
  const { size, unpackedSize, files } = packed as Packed;
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  process.stderr.write(`npm pack: ${files.length} files, ${mib(size)}, unpacked ${mib(unpackedSize)}\n`);
  const paths = files.map(({ path }) => path);
  const folders = /^(?:bin|hooks|config|man)\//;
  const known = ['CHANGELOG.md', 'LICENSE', 'README.md', 'optimization-config.example.yaml', 'package.json'];
  expect(paths.filter((path) => !folders.test(path)).sort()).toEqual(known);
  expect(
    paths.filter(
      (path) =>
        /\.map$|\.tmp$|(?<!\.d)\.ts$|(?:^|\/)(?:test|src|node_modules)\//.test(path) && !path.startsWith('hooks/'),
    ),
  ).toEqual([]);
  for (const needed of [
    'bin/prsist',
    'bin/prsist-daemon',
    'bin/built/cli.cjs',
    'bin/built/daemon.mjs',
    'man/prsist.1',
  ]) {
    expect(paths, needed).toContain(needed);
  }
  expect(size).toBeLessThan(mostMib * 2 ** 20);
});
