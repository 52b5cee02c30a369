// What a person writes for a remote, and what that is: `folder:PATH`, `git:URL`, `rclone:REMOTE:PATH`,
// or a path or git URL by itself.
import { isAbsolute, join, resolve } from 'node:path';
import { PrsistError } from '../../../core/errors.ts';
import type { RemoteKind } from '../remote.ts';
import { rclonePlace } from './rclone-place.ts';

export interface Place {
  readonly kind: RemoteKind;
  /** A path, absolute, a URL as git takes it, or a place as rclone takes it. */
  readonly at: string;
}

export interface Around {
  readonly home: string;
  /** Where what is written is read from. */
  readonly directory: string;
  /** What the person says it is, where the form leaves it open. */
  readonly kind?: RemoteKind | undefined;
}

const gitScheme = /^(?:https?|ssh|git|file):\/\//i;
/** user@host:path, and host:path: https://git-scm.com/docs/git-clone#_git_urls; one letter is a disk of Windows. */
const scpForm = /^(?:[\w.-]+@)?[\w.-]{2,}:(?!\/\/)\S+$/;

/** Whether a git URL is reached by ssh. */
export function isBySsh(url: string): boolean {
  return /^ssh:/i.test(url) || (!gitScheme.test(url) && !isAbsolute(url));
}

/** How a place is written down: told again, it is the same place wherever it is read. */
export function formatPlace({ kind, at }: Place): string {
  return `${kind}:${at}`;
}

/** Reads what a person wrote. Throws input/invalid, never repeating what may be a secret. */
export function parsePlace(written: string, around: Around): Place {
  const text = written.trim();
  requirePossible(text, around.kind);
  const [, prefix, rest = ''] = /^(folder(?=:)|git(?=:(?!\/\/))|rclone(?=:)):(.*)$/s.exec(text) ?? [];
  const kind = prefix ?? around.kind ?? guess(text);
  const at = prefix === undefined ? text : rest;
  if (at === '')
    throw invalid('there is no path or address in it', 'folder:~/Sync/prsist, or git:https://host/me/memory.git');
  if (kind === 'rclone') return { kind, at: rclonePlace(at) };
  if (kind === 'folder') return { kind, at: pathOf(at, around) };
  return { kind: 'git', at: gitUrl(at, around) };
}

function guess(text: string): RemoteKind {
  if (gitScheme.test(text) || /\.git\/?$/.test(text)) return 'git';
  if (/^(?:~|\.{1,2})?\//.test(text) || text === '~' || text === '.') return 'folder';
  if (/^[\w.-]+@/.test(text) && scpForm.test(text)) return 'git';
  throw invalid('it is neither a path nor the address of a git repository', 'write folder:PATH or git:URL');
}

function requirePossible(text: string, kind: RemoteKind | undefined): void {
  if (/\p{Cc}/u.test(text) || text.length > 2_048)
    throw invalid('it is no path and no address', 'write folder:PATH or git:URL');
  if (/^hub:/i.test(text)) {
    throw invalid('hubs are not in this version', 'a git repository of the team can be one: git:URL');
  }
  if (kind !== 'rclone' && /^(?:s3|gs|gcs|azure|webdavs?|davs?|sftp|ftps?|smb|drive|dropbox|onedrive):/i.test(text)) {
    throw invalid('it is a place that rclone reaches', 'set it up with `rclone config`, then write rclone:REMOTE:PATH');
  }
}

function pathOf(written: string, { home, directory }: Around): string {
  const path = written === '~' || written.startsWith('~/') ? join(home, written.slice(1)) : written;
  return isAbsolute(path) ? resolve(path) : resolve(directory, path);
}

function gitUrl(written: string, around: Around): string {
  if (written.startsWith('-')) throw invalid('an address does not begin with -', 'git:https://host/me/memory.git');
  if (gitScheme.test(written)) return withoutCredentials(written);
  if (/^\w+::/.test(written) || /^\w+:\/\//.test(written)) {
    throw invalid('git reaches it by a way that is not allowed here', 'https, ssh, git and file are');
  }
  if (/^[^/]*:[^/]*@/.test(written)) throw secret();
  return scpForm.test(written) && !isAbsolute(written) ? written : pathOf(written, around);
}

/** Over ssh a name alone is an account; over http it may be a token. */
const withSecret = /^(?:https?|git):\/\/[^/]*@|^[a-z]+:\/\/[^/]*:[^/]*@|\?/i;

function withoutCredentials(written: string): string {
  if (withSecret.test(written)) throw secret();
  if (URL.canParse(written)) return written;
  throw invalid('it is no address', 'git:https://host/me/memory.git');
}

function secret(): PrsistError {
  return invalid(
    'it has a name, password or token in it, and addresses are kept in the clear',
    'leave it out: git asks its own credential helper (git help credentials)',
  );
}

function invalid(why: string, hint: string): PrsistError {
  return new PrsistError('input/invalid', `this remote cannot be used: ${why}`, { field: 'url', hint });
}
