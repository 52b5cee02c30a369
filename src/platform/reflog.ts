// What git writes down of every move of HEAD: https://git-scm.com/docs/git-reflog, one line each, oldest first.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { errorCode, isMissing } from './files.ts';
import { repositoryAround } from './repository.ts';

export interface ReflogEntry {
  readonly from: string;
  readonly to: string;
  /** Milliseconds since 1970 UTC. Git writes whole seconds: lines of one second are told apart by their order. */
  readonly at: number;
  /** `commit (amend)`, `rebase (pick)`, `checkout`, … */
  readonly action: string;
  readonly text: string;
  /** Offset after the line. */
  readonly end: number;
  /** Hash of the line. */
  readonly hash: string;
}

/** How far a log was read, and how to know that it is still that log. Plain JSON. */
export interface ReflogMark {
  readonly inode: number;
  readonly offset: number;
  /** Hash of its first bytes, at most headBytes of those that were read. */
  readonly head: string;
  /** Hash of the last line that was read, and its time. */
  readonly last: string;
  readonly at: number;
}

/** A part of a log, in order. */
export interface ReflogPart {
  readonly entries: readonly ReflogEntry[];
  /** Never read before: these are its newest lines. */
  readonly first: boolean;
  /** There is more to read than this. */
  readonly more: boolean;
  /** The mark after an entry of this part; without one, after all of it. */
  readonly markAfter: (entry?: ReflogEntry) => ReflogMark;
}

/** The log of one work tree. */
export interface WorkTreeLog {
  /** main, or the name git gives a linked work tree. */
  readonly worktree: string;
  readonly path: string;
  readonly gitDir: string;
  /** Logs of branches lie here: they are shared by all work trees. */
  readonly commonDir: string;
}

const headBytes = 4096;
const sliceBytes = 1 << 18;
/** A log that was written anew is looked through to this depth. */
const anewBytes = 1 << 22;
/** Of a log that nobody has read yet, no more than this is taken. */
const firstEntries = 1000;
const lineForm = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) .*> (\d{1,15}) [+-]\d{4}(?:\t(.*))?$/;

/** The logs of all work trees of the repository a directory lies in; a bare one has one as well. [] outside git. */
export function workTreeLogs(directory: string): readonly WorkTreeLog[] {
  const commonDir = repositoryAround(directory);
  if (commonDir === undefined) return [];
  const logOf = (worktree: string, gitDir: string) => {
    return { worktree, commonDir, gitDir, path: join(gitDir, 'logs', 'HEAD') };
  };
  const linked = namesIn(join(commonDir, 'worktrees'));
  return [logOf('main', commonDir), ...linked.map((name) => logOf(name, join(commonDir, 'worktrees', name)))];
}

function namesIn(directory: string): readonly string[] {
  try {
    return fs.readdirSync(directory).sort();
  } catch (error) {
    if (isMissing(error) || errorCode(error) === 'EACCES') return [];
    throw error;
  }
}

/** Differs when the log has been written to; undefined when there is none (reflogs are switched off, or expired). */
export function reflogStamp(path: string): string | undefined {
  const info = fs.statSync(path, { throwIfNoEntry: false });
  return info?.isFile() ? `${info.ino} ${info.size} ${info.mtimeMs}` : undefined;
}

/**
 * Reads on in a log from where it was left. One that git wrote anew (expiry, gc) goes on after the last line that was
 * known, or, where that has expired, with what is not older. undefined: there is no log.
 */
export function readReflog(path: string, mark: ReflogMark | undefined): ReflogPart | undefined {
  let file: number;
  try {
    file = fs.openSync(path, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const { ino: inode, size } = fs.fstatSync(file);
    if (mark && inode === mark.inode && size >= mark.offset && headOf(file, mark.offset) === mark.head) {
      return part(file, { inode, mark, ...slice(file, mark.offset, sliceBytes), size });
    }
    const read = slice(file, Math.max(0, size - anewBytes), anewBytes);
    const entries = mark ? afterKnown(read.entries, mark) : read.entries.slice(-firstEntries);
    return part(file, { inode, mark, entries, end: read.end, size });
  } finally {
    fs.closeSync(file);
  }
}

interface Read {
  readonly inode: number;
  readonly mark: ReflogMark | undefined;
  readonly entries: readonly ReflogEntry[];
  readonly end: number;
  readonly size: number;
}

function part(file: number, { inode, mark, entries: read, end, size }: Read): ReflogPart {
  const entries = timed(read, mark?.at ?? 0);
  // taken now: the file is closed when somebody asks
  const head = Buffer.alloc(Math.min(headBytes, size));
  fs.readSync(file, head, 0, head.length, 0);
  return {
    ...{ entries, first: mark === undefined, more: end < size && entries.length > 0 },
    markAfter(entry) {
      const offset = entry?.end ?? end;
      const last = entry ?? entries.at(-1);
      return {
        ...{ inode, offset, head: hashOf(head.subarray(0, Math.min(offset, headBytes))) },
        ...{ last: last?.hash ?? mark?.last ?? '', at: last?.at ?? mark?.at ?? 0 },
      };
    },
  };
}

/** last: when the line before these was. */
function timed(entries: readonly ReflogEntry[], last: number): readonly ReflogEntry[] {
  return entries.map((entry) => {
    const isSameSecond = Math.floor(last / 1000) * 1000 === entry.at;
    last = isSameSecond ? Math.min(last + 1, entry.at + 999) : entry.at;
    return { ...entry, at: last };
  });
}

function headOf(file: number, offset: number): string {
  const head = Buffer.alloc(Math.min(headBytes, offset));
  fs.readSync(file, head, 0, head.length, 0);
  return hashOf(head);
}

function afterKnown(entries: readonly ReflogEntry[], mark: ReflogMark): readonly ReflogEntry[] {
  const known = entries.findLastIndex(({ hash }) => hash === mark.last);
  return known === -1 ? entries.filter(({ at }) => at + 999 >= mark.at) : entries.slice(known + 1);
}

/** Whole lines from an offset on. A line longer than the slice is passed over; one that is still written waits. */
function slice(file: number, from: number, most: number): { entries: ReflogEntry[]; end: number } {
  const bytes = Buffer.alloc(most);
  const read = fs.readSync(file, bytes, 0, most, from);
  const entries: ReflogEntry[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0 && end < read; end = bytes.indexOf(10, start)) {
    const entry = parseLine(bytes.subarray(start, end), from + end + 1);
    if (entry) entries.push(entry);
    start = end + 1;
  }
  return { entries, end: start === 0 && read === most ? from + read : from + start };
}

function parseLine(line: Uint8Array, end: number): ReflogEntry | undefined {
  const found = lineForm.exec(Buffer.from(line).toString('utf8'));
  if (!found) return undefined;
  const [, from = '', to = '', seconds, message = ''] = found;
  const colon = message.indexOf(': ');
  const [action, text] = colon < 0 ? [message, ''] : [message.slice(0, colon), message.slice(colon + 2)];
  return { from, to, at: Number(seconds) * 1000, action, text, end, hash: hashOf(line) };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

/**
 * The tip a branch had before its last rebase, from the branch's own log; undefined when that does not tell. to: the tip
 * it had after.
 */
export function tipBeforeRebase(commonDir: string, branch: string, to: string): string | undefined {
  if (branch.split('/').includes('..')) return undefined;
  const part = readReflog(join(commonDir, 'logs', 'refs', 'heads', branch), undefined);
  return part?.entries.findLast((each) => each.to === to && each.action.startsWith('rebase'))?.from;
}
