// The files of the package and of what it needs at run time, for one platform.
import fs from 'node:fs';
import { join, relative } from 'node:path';

export interface Platform {
  /** As Node calls them: linux, darwin, win32 · x64, arm64. */
  readonly system: string;
  readonly arch: string;
}

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** What nobody reads at run time. */
const unread = /\.(?:d\.[cm]?ts|map|md|markdown|yml)$|(?:^|\/)(?:test|tests|docs|benchmark|examples|\.github)\//;

/**
 * Files by their path in the package. root: of the repository, built. modules: the node_modules to take from; packages:
 * those that stay outside of bundles.
 */
export function packageFiles(
  root: string,
  modules: string,
  { packages, platform }: { readonly packages: readonly string[]; readonly platform: Platform },
): ReadonlyMap<string, string> {
  const own = ['bin', 'hooks', 'config'].flatMap((folder) => filesBelow(join(root, folder)));
  const files = new Map(own.map((file) => [relative(root, file), file]));
  files.set('package.json', join(root, 'package.json'));
  // what programs import is of no use in an executable
  for (const file of [...files.keys()]) if (file.startsWith(join('bin', 'built', 'library'))) files.delete(file);
  for (const directory of needed(root, packages)) {
    const from = join(modules, relative('node_modules', directory));
    if (!fs.existsSync(from)) continue; // of another platform
    for (const file of filesBelow(from)) {
      const inside = relative(from, file);
      if (isRead(directory, inside, platform)) files.set(join(directory, inside), file);
    }
  }
  return files;
}

/** Only the native file of the platform, and of a package that was built from C nothing that was only for that. */
function isRead(directory: string, inside: string, { system, arch }: Platform): boolean {
  const path = inside.replaceAll('\\', '/');
  if (inside.startsWith('node_modules') || unread.test(path)) return false;
  if (directory.endsWith('better-sqlite3')) {
    return /^(?:lib\/|package\.json$|LICENSE$)/.test(path) || path === `prebuilds/${system}-${arch}.node`;
  }
  const [, of] = /sqlite-vec-(.+)$/.exec(directory) ?? [];
  return of === undefined || of === `${system === 'win32' ? 'windows' : system}-${arch}`;
}

/** Directories of packages and of all that these need, by the lock file. */
function needed(root: string, packages: readonly string[]): ReadonlySet<string> {
  const { packages: locked }: { packages: Readonly<Record<string, Locked>> } = JSON.parse(
    fs.readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  const found = new Set<string>();
  const add = (name: string, from: string): void => {
    const directory = nearest(locked, name, from);
    if (directory === undefined || found.has(directory) || name === 'node-addon-api') return;
    found.add(directory);
    const { dependencies, optionalDependencies } = locked[directory] ?? {};
    for (const each of Object.keys({ ...dependencies, ...optionalDependencies })) add(each, directory);
  };
  for (const name of packages) add(name, '');
  return found;
}

/** Where Node finds a package from another one: in that one's own node_modules, then further up. */
function nearest(locked: Readonly<Record<string, Locked>>, name: string, from: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules') - 1))) {
    const here = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (here in locked) return here;
    if (at === '') return undefined;
  }
}

function filesBelow(directory: string): string[] {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
