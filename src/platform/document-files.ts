import fs from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { runGit } from './git.ts';
import { requireNotHeld } from './held-files.ts';
import { randomHex } from './random.ts';
import { type FoundFile, fileInfo } from './walk.ts';

/** Folders that hold what programs made, in directories that are no repository. */
const made = new Set(['node_modules', '__pycache__', 'target', 'dist', 'build', 'venv']);

/**
 * Files of a directory that a person would call theirs, by path: in a git repository what git knows or would add, else
 * all but hidden ones and folders that programs fill. No link is followed. At most `most`.
 */
export async function documentFiles(directory: string, most: number): Promise<readonly FoundFile[]> {
  const listed = await runGit(directory, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const paths =
    listed === undefined
      ? plainFiles(directory, most)
      : listed
          .split('\0')
          .filter(isTheirs)
          .map((name) => join(directory, name));
  const files = [...new Set(paths)].sort().flatMap((path) => (isPlainFile(path) ? (fileInfo(path) ?? []) : []));
  return files.slice(0, most);
}

/** The last name of a list that ends with NUL is empty. */
function isTheirs(name: string): boolean {
  return name !== '' && !/(?:^|\/)\.prsist\//.test(name);
}

function plainFiles(directory: string, most: number): string[] {
  const found: string[] = [];
  const open = [directory];
  for (let at = open.pop(); at !== undefined && found.length < most; at = open.pop()) {
    for (const entry of entries(at)) {
      if (entry.name.startsWith('.')) continue;
      if (entry.isFile()) found.push(join(at, entry.name));
      else if (entry.isDirectory() && !made.has(entry.name)) open.push(join(at, entry.name));
    }
  }
  return found;
}

/** Markdown files below a directory by their name in it, no link and nothing hidden; throws when it cannot be read. */
export function markdownBelow(directory: string, most: number): readonly string[] {
  fs.readdirSync(directory);
  return plainFiles(directory, most)
    .filter((path) => path.endsWith('.md'))
    .map((path) => relative(directory, path))
    .sort();
}

function isPlainFile(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function entries(directory: string): fs.Dirent[] {
  try {
    return fs.readdirSync(directory, { withFileTypes: true });
  } catch {
    return []; // gone, or not ours to read: what can be read still counts
  }
}

/** All bytes of a file. */
export function readBytes(path: string): Promise<Buffer> {
  requireNotHeld(path);
  return fs.promises.readFile(path);
}

/** The bytes of a file below a directory; undefined when there is none. Throws for one that a link leads out to. */
export function readBelow(directory: string, name: string): Buffer | undefined {
  const path = join(directory, name);
  const info = fs.lstatSync(path, { throwIfNoEntry: false });
  if (!info) return undefined;
  if (!info.isFile()) throw new Error('it is a link or no file');
  requireNotHeld(path);
  return fs.readFileSync(path);
}

/** Makes a directory of a person, as open as the one it lies in; one that is there stays as it is. */
export function openDirectory(path: string): void {
  if (fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  openDirectory(dirname(path));
  fs.mkdirSync(path);
  // our own umask lets nobody else in, which is right for what is ours
  fs.chmodSync(path, fs.statSync(dirname(path)).mode & 0o777);
}

/**
 * Writes a file below a directory as a whole: beside it, flushed, renamed, with the mode it had, a new one as open as its
 * directory. before: the bytes it must still have, undefined for none. Returns false, with nothing written, when somebody
 * changed it meanwhile or a link leads out of the directory.
 */
export function replaceBelow(directory: string, name: string, text: string, before: Buffer | undefined): boolean {
  const path = join(directory, name);
  const folder = dirname(path);
  openDirectory(folder);
  const inside = relative(fs.realpathSync(directory), fs.realpathSync(folder));
  if (inside.startsWith('..')) return false;
  const mode = fs.lstatSync(path, { throwIfNoEntry: false })?.mode ?? fs.statSync(folder).mode & 0o666;
  const temporary = join(folder, `.${randomHex(6)}.prsist.tmp`);
  try {
    fs.writeFileSync(temporary, text, { flag: 'wx', flush: true });
    fs.chmodSync(temporary, mode & 0o777);
    const now = readBelow(directory, name);
    if (before === undefined ? now !== undefined : !now?.equals(before)) return false;
    fs.renameSync(temporary, path);
    return true;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}
