import fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import type { FileDisplacement, FileEdit, FileOperation, FileReturn, FoundFile } from '../core/file-edit.ts';
import { sha256Hex } from '../core/ids.ts';
import { errorCode, isMissing, ownDirectory } from './files.ts';
import { randomHex } from './random.ts';

const maxTextBytes = 4 * 1024 * 1024;

/**
 * Looks at a file that may be edited.
 * Text over 4 MiB, other than UTF-8, or behind a link that leads nowhere comes back as opaque. Throws file/unreadable.
 */
export function readFound(path: string): FoundFile {
  const entry = fs.lstatSync(path, { throwIfNoEntry: false });
  if (!entry) return { kind: 'absent' };
  const isLink = entry.isSymbolicLink();
  const info = isLink ? fs.statSync(path, { throwIfNoEntry: false }) : entry;
  if (!info) return { kind: 'opaque', hash: sha256Hex(''), mode: 0, isLink };
  try {
    const bytes = fs.readFileSync(path);
    const mode = info.mode & 0o7777;
    const text = bytes.length > maxTextBytes ? undefined : bytes.toString('utf8');
    if (text !== undefined && Buffer.from(text, 'utf8').equals(bytes)) return { kind: 'text', text, mode, isLink };
    return { kind: 'opaque', hash: sha256Hex(bytes), mode, isLink };
  } catch (error) {
    throw new PrsistError('file/unreadable', `cannot read ${path}`, { cause: error });
  }
}

/**
 * Carries out a plan, one operation after the other.
 * Texts are written beside the file (behind a link: beside its target), flushed and renamed over it; mode and owner stay.
 * A file that no longer is what the plan saw is not touched: file/not-ours. What was done before a failure stays done;
 * planning again finds the rest.
 */
export function applyOperations(operations: readonly FileOperation[]): void {
  for (const operation of operations) {
    try {
      apply(operation);
    } catch (error) {
      throw explained(error, operation.path);
    }
  }
}

function apply(operation: FileOperation): void {
  if (operation.kind === 'edit') applyEdit(operation);
  else if (operation.kind === 'displace') displace(operation);
  else if (operation.kind === 'return') putBack(operation);
  else if (operation.kind === 'directory') ownDirectory(operation.path);
  else removeEmptyDirectory(operation.path);
}

function applyEdit(edit: FileEdit): void {
  const target = followLinks(edit.path);
  const seen = edit.before === null ? null : sha256Hex(edit.before);
  requireSame(target, seen);
  if (edit.after === null) {
    fs.unlinkSync(target);
    return;
  }
  if (edit.before === null) fs.mkdirSync(dirname(target), { recursive: true });
  const old = fs.statSync(target, { throwIfNoEntry: false });
  const mode = old && edit.subject !== 'own-file' ? old.mode & 0o7777 : edit.mode;
  writeBeside(target, { text: edit.after, mode, ...(old ? { owner: old } : {}) }, (temporary) => {
    requireSame(target, seen);
    if (seen === null) createOnly(temporary, target);
    else fs.renameSync(temporary, target);
  });
}

function displace(step: FileDisplacement): void {
  requireSame(step.path, step.beforeHash);
  const old = fs.lstatSync(step.path);
  const mode = old.isSymbolicLink() ? step.mode : old.mode & 0o7777;
  const setAside = () => {
    if (old.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(step.path), step.aside);
    else fs.linkSync(step.path, step.aside);
  };
  writeBeside(step.path, { text: step.after, mode, owner: old }, (temporary) => {
    setAside();
    try {
      requireSame(step.path, step.beforeHash);
      fs.renameSync(temporary, step.path);
    } catch (error) {
      fs.rmSync(step.aside, { force: true });
      throw error;
    }
  });
}

function putBack(step: FileReturn): void {
  requireSame(step.path, step.before === null ? null : sha256Hex(step.before));
  fs.renameSync(step.aside, step.path);
  syncDirectory(dirname(step.path));
}

interface NewContent {
  readonly text: string;
  readonly mode: number;
  readonly owner?: fs.Stats;
}

function writeBeside(target: string, content: NewContent, place: (temporary: string) => void): void {
  const temporary = join(dirname(target), `.${basename(target)}.${randomHex(6)}.tmp`);
  const handle = fs.openSync(temporary, 'wx', content.mode);
  try {
    try {
      const { owner } = content;
      const made = fs.fstatSync(handle);
      if (owner && (owner.uid !== made.uid || owner.gid !== made.gid)) fs.fchownSync(handle, owner.uid, owner.gid);
      // files that others must read or run (settings, git hooks, project.json) keep bits our umask would take away
      if ((made.mode & 0o7777) !== content.mode) fs.fchmodSync(handle, content.mode);
      fs.writeFileSync(handle, content.text);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    place(temporary);
    syncDirectory(dirname(target));
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** A link fails where somebody was faster; a rename would replace their file. Some file systems know no links. */
function createOnly(temporary: string, target: string): void {
  try {
    fs.linkSync(temporary, target);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw changed(target);
    fs.renameSync(temporary, target);
  }
}

/** Where a path leads, also when its last link points to a file that is not there yet. */
function followLinks(path: string): string {
  try {
    return fs.realpathSync(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
    const entry = fs.lstatSync(path, { throwIfNoEntry: false });
    return entry?.isSymbolicLink() ? resolve(dirname(path), fs.readlinkSync(path)) : path;
  }
}

function requireSame(path: string, wanted: string | null): void {
  const found = readFound(path);
  const hash = found.kind === 'absent' ? null : found.kind === 'opaque' ? found.hash : sha256Hex(found.text);
  if (hash !== wanted) throw changed(path);
}

function changed(path: string): PrsistError {
  return new PrsistError('file/not-ours', `${path} was changed by somebody else in this moment`, {
    hint: 'run it again',
  });
}

function removeEmptyDirectory(path: string): void {
  try {
    fs.rmdirSync(path);
  } catch (error) {
    if (!isMissing(error) && !['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) throw error;
  }
}

/** A rename is on disk once its directory is; where directories cannot be flushed it is left to the system. */
function syncDirectory(path: string): void {
  const handle = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(handle);
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EISDIR'].includes(errorCode(error))) throw error;
  } finally {
    fs.closeSync(handle);
  }
}

function explained(error: unknown, path: string): unknown {
  if (error instanceof PrsistError) return error;
  const code = errorCode(error);
  if (['ENOSPC', 'EDQUOT'].includes(code))
    return new PrsistError('disk/full', `no space to write ${path}`, { cause: error });
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) {
    return new PrsistError('file/unreadable', `not allowed to write ${path}`, { cause: error });
  }
  return error;
}
