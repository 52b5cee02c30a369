// Makes a git repository out of the published versions of a package that ships its sources: each version a commit, its
// subject what the package's own change log says of it. For --set files:<directory>; the sources stay there.
//   node scripts/eval/retrieval/package-history.ts <package> <directory> [--versions 30] [--last 1.2.3]
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { changesOf, subjectOf } from './changelog.ts';

const { values, positionals } = parseArgs({
  options: { versions: { type: 'string', default: '30' }, last: { type: 'string' } },
  allowPositionals: true,
});
const [name, directory] = positionals;

if (name === undefined || directory === undefined) {
  process.stderr.write('usage: package-history.ts <package> <directory> [--versions 30] [--last 1.2.3]\n');
  process.exitCode = 2;
} else make(name, directory, chosen(name, Number(values.versions), values.last));

/** The last so many versions that are no trials, oldest first. */
function chosen(name: string, count: number, last: string | undefined): readonly string[] {
  const told = execFileSync('npm', ['view', name, 'versions', '--json', '--silent'], { encoding: 'utf8' });
  const all = (JSON.parse(told) as readonly string[]).filter((version) => /^\d+\.\d+\.\d+$/.test(version));
  const end = last === undefined ? all.length : all.indexOf(last) + 1;
  return all.slice(Math.max(0, end - count), end);
}

function make(name: string, directory: string, versions: readonly string[]): void {
  fs.mkdirSync(directory, { recursive: true });
  if (fs.readdirSync(directory).length > 0) throw new Error(`${directory} is not empty`);
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', directory, '-c', 'user.name=history', '-c', 'user.email=history@example.com', ...args]);
  git('init', '--quiet');
  for (const version of versions) {
    const subject = replaceBy(directory, `${name}@${version}`, version);
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--no-verify', '--message', subject);
    process.stdout.write(`${version}  ${subject}\n`);
  }
}

/** Puts the sources of a version in the place of those there are; gives what its change log says of it. */
function replaceBy(directory: string, spec: string, version: string): string {
  const place = fs.mkdtempSync(join(tmpdir(), 'prsist-package-'));
  try {
    execFileSync('npm', ['pack', spec, '--silent', '--pack-destination', place], { stdio: 'ignore' });
    const [archive = ''] = fs.readdirSync(place);
    execFileSync('tar', ['-xzf', join(place, archive), '-C', place]);
    const folder = join(place, 'package');
    for (const entry of fs.readdirSync(directory)) {
      if (entry !== '.git') fs.rmSync(join(directory, entry), { recursive: true });
    }
    for (const path of sourcesIn(folder)) {
      fs.mkdirSync(dirname(join(directory, path)), { recursive: true });
      fs.copyFileSync(join(folder, path), join(directory, path));
    }
    const log = join(folder, 'CHANGELOG.md');
    return subjectOf(fs.existsSync(log) ? changesOf(fs.readFileSync(log, 'utf8'), version) : [], version);
  } finally {
    fs.rmSync(place, { recursive: true, force: true });
  }
}

/** What people wrote in TypeScript, relative to the package. */
function sourcesIn(folder: string): readonly string[] {
  const all = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return all.filter((path) => /\.tsx?$/.test(path) && !/\.d\.ts$|^(?:dist|node_modules)\//.test(path));
}
