// What a work tree has that its last commit has not.
import fs from 'node:fs';
import { join } from 'node:path';
import { ignoredHere, type LeftOut, type NewText } from '../core/patch.ts';
import { runGit } from './git.ts';

export interface Changes {
  /** The commit they are changes to. */
  readonly base: string;
  /** Of files that git knows. */
  readonly diff: string;
  /** Text files that git neither knows nor ignores. */
  readonly made: readonly NewText[];
  /** New files that are no text, or too large to be looked into. */
  readonly left_out: readonly LeftOut[];
}

/** Whatever the person has set for their own eyes: a patch has one form. */
const form = [
  ...['--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', '--submodule=short', '--no-relative'],
  ...['--src-prefix=a/', '--dst-prefix=b/', '--unified=3', '--no-indent-heuristic'],
];
const notOurs = ['--', '.', ':(exclude,top).prsist'];

export interface Wanted {
  /** Bytes of new files that are read; of more just enough to show that there are more. */
  readonly most: number;
  /** New files that are not even opened. */
  readonly ignores: (path: string) => boolean;
}

/**
 * Gathers the changes of a work tree by its top directory. undefined when git gives no answer: there is no commit yet, or
 * more to tell than anybody reads.
 */
export async function changesOf(top: string, { most, ignores }: Wanted): Promise<Changes | undefined> {
  const [base, diff, others] = await Promise.all([
    runGit(top, ['rev-parse', '--verify', 'HEAD^{commit}']),
    runGit(top, ['-c', 'diff.noprefix=false', '-c', 'diff.mnemonicPrefix=false', 'diff', ...form, 'HEAD', ...notOurs]),
    runGit(top, ['ls-files', '--others', '--exclude-standard', '-z', ...notOurs]),
  ]);
  if (base === undefined || diff === undefined || others === undefined) return undefined;
  const made: NewText[] = [];
  const left_out: LeftOut[] = [];
  let room = most;
  for (const path of others.split('\0').filter((name) => name !== '')) {
    if (room < 0) break; // too much already: nobody will take it
    const found = ignores(path) ? { path, why: ignoredHere } : newFile(join(top, path), path, room);
    if ('why' in found) left_out.push(found);
    else {
      made.push(found);
      room -= Buffer.byteLength(found.text);
    }
  }
  return { base: base.trim(), diff, made, left_out };
}

/** One more byte than there is room for is read, so that whoever adds it up finds it too much. */
function newFile(file: string, path: string, room: number): NewText | LeftOut {
  const info = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!info?.isFile()) return { path, why: info?.isSymbolicLink() ? 'a link' : 'no file' };
  const bytes = beginning(file, Math.min(info.size, Math.max(room, looked) + 1));
  if (bytes === undefined) return { path, why: 'not readable' };
  if (bytes.subarray(0, looked).includes(0)) return { path, why: 'binary' };
  return { path, text: bytes.toString('utf8'), mode: (info.mode & 0o100) === 0 ? '100644' : '100755' };
}

/** git takes a file with a NUL this near to its beginning for a binary one. */
const looked = 8_000;

function beginning(file: string, length: number): Buffer | undefined {
  let handle: number | undefined;
  try {
    handle = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, fs.readSync(handle, bytes, 0, length, 0));
  } catch {
    return undefined; // gone, or not ours to read: named, as everything that stays out
  } finally {
    if (handle !== undefined) fs.closeSync(handle);
  }
}
