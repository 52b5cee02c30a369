import fs from 'node:fs';
import { join } from 'node:path';
import { ownDirectory, readText, removeFile, writeAtomic } from './files.ts';
import { linkedTrees } from './repository.ts';
import { fileInfo } from './walk.ts';

export { readText, removeFile };

/** Where the brief files of one work tree lie. */
export interface BriefFolder {
  /** Top of the work tree. */
  readonly root: string;
  readonly directory: string;
}

/**
 * The brief folders of a project: one for its main work tree, one inside it for each linked work tree.
 * root: top of the main work tree (or the plain directory). key: the brief key of this device. Made 0700, and
 * out of git's sight whatever is checked out. Throws store/unsafe-mode as ownDirectory does.
 */
export function briefFolders(root: string, key: string): BriefFolder[] {
  const main = join(root, '.prsist', 'brief', key);
  if (!fs.existsSync(join(root, '.prsist'))) return [];
  hideBriefs(root);
  closedDirectory(main);
  const linked = linkedTrees(root).map(({ name, top }) => ({ root: top, directory: join(main, 'wt', name) }));
  if (linked.length > 0) closedDirectory(join(main, 'wt'));
  for (const each of linked) closedDirectory(each.directory);
  return [{ root, directory: main }, ...linked];
}

/** A file inside hides the briefs of a project: one that is committed goes with a checkout of what was before it. */
export function hideBriefs(root: string): void {
  const directory = join(root, '.prsist', 'brief');
  closedDirectory(directory);
  const ignore = join(directory, '.gitignore');
  if (!fileInfo(ignore)) writeAtomic(ignore, hidesAll);
}

/** What that file holds. */
export const hidesAll = '*\n';

/**
 * Makes a folder of briefs 0700. One that git made, of a commit with briefs in it, is open and holds what was told then:
 * that goes. One that everybody may write to is left alone, and refused.
 */
function closedDirectory(path: string): void {
  const info = fs.lstatSync(path, { throwIfNoEntry: false });
  const isOurs = info?.isDirectory() === true && info.uid === process.getuid?.();
  if (isOurs && (info.mode & 0o077) !== 0 && (info.mode & 0o002) === 0) {
    fs.chmodSync(path, 0o700);
    const old = fs.readdirSync(path, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
    for (const { name } of old) removeFile(join(path, name));
  }
  ownDirectory(path);
}

const plainBytes = 1 << 20;

/** The text of a regular file of at most 1 MiB that others wrote; undefined when it is anything else, or not for us. */
export function readPlainText(path: string): string | undefined {
  const info = fileInfo(path);
  if (!info || info.size > plainBytes) return undefined;
  try {
    return readText(path);
  } catch {
    return undefined; // not ours to read: what an agent cannot be told twice is of no harm
  }
}

/** Replaces a file only if its bytes differ; an empty text removes it. Returns whether anything changed. */
export function replaceIfDifferent(path: string, text: string): boolean {
  if (text === '') {
    const there = fs.existsSync(path);
    removeFile(path);
    return there;
  }
  if (readText(path) === text) return false;
  writeAtomic(path, text);
  return true;
}

export function briefFiles(directory: string): string[] {
  return fs.existsSync(directory) ? fs.readdirSync(directory) : [];
}

/** Handoff files of an agent that a hook has taken away to print (`<agent>.handoff.<pid>`). */
export function claimedHandoffs(directory: string, agent: string): string[] {
  return briefFiles(directory)
    .filter((name) => name.startsWith(`${agent}.handoff.`))
    .map((name) => join(directory, name));
}
