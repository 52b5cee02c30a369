// Files of a folder that several machines write to: each appears under its name at once and whole, and nothing is replaced.
import { constants, type Stats } from 'node:fs';
import fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode, isMissing } from './files.ts';
import { randomHex } from './random.ts';
import { wallClock } from './time.ts';

export type Kind = 'file' | 'directory' | 'other' | 'absent';

/** What a folder remote asks of a file system; handed in, so that a test can be a disk that is full, or does not answer. */
export interface ObjectFiles {
  /** What stands at a path; a link is something other. */
  kindOf(path: string): Promise<Kind>;
  /** The same, links followed: where a person said their folder is. */
  placeOf(path: string): Promise<Kind>;
  /** What stands in a directory, in name order. Throws when it cannot be read. */
  entriesOf(directory: string): Promise<readonly { readonly name: string; readonly kind: Kind }[]>;
  /** Bytes of a file; undefined when there is none. */
  sizeOf(path: string): Promise<number | undefined>;
  /** Makes one directory, 0700; false when something stands there. */
  makeDirectory(path: string): Promise<boolean>;
  /** Gives a path these bytes, 0600, where nothing stands; false when something does. `sync` puts the name on disk. */
  putNew(path: string, bytes: Uint8Array): Promise<boolean>;
  /** The bytes of a plain file; undefined when there is none, 'large' when it has more than so many. */
  read(path: string, most: number): Promise<Uint8Array | 'large' | undefined>;
  /** Removes a file; false when there is none. */
  remove(path: string): Promise<boolean>;
  /** Names that came and went in a directory are on disk when it resolves. */
  sync(directory: string): Promise<void>;
  /** Takes away what a killed writer left in a directory, by its name; what is younger than a day may be in use. */
  sweep(path: string): Promise<void>;
}

/** What this file makes on its way to a name: of everything that begins with a dot only these are ours. */
const onItsWay = /^\.prsist-[0-9a-f]{12}\.tmp$|^\.prsist-[a-z0-9.-]+\.claim$/;
const dayMs = 86_400_000;
/** A claim as old as this is that of a writer that was killed. */
const claimMs = 60_000;

/** What `link` says on file systems without hard links. */
const linkless = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'ENOTTY']);

/** How a file gets a second name. */
type Link = (from: string, to: string) => Promise<void>;

/** The files of this machine. link: another one stands for a disk that has no links. */
export function objectFiles(link: Link = fs.link): ObjectFiles {
  return {
    ...{ kindOf, placeOf, entriesOf, sizeOf, makeDirectory, read, remove, sync, sweep },
    putNew: (path, bytes) => putNew(path, bytes, link),
  };
}

const kindOf = (path: string) => kindBy(fs.lstat, path);
const placeOf = (path: string) => kindBy(fs.stat, path);

async function kindBy(look: (path: string) => Promise<Stats>, path: string): Promise<Kind> {
  try {
    return kind(await look(path));
  } catch (error) {
    if (isMissing(error)) return 'absent';
    throw error;
  }
}

function kind(entry: { isFile(): boolean; isDirectory(): boolean }): Kind {
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other';
}

async function entriesOf(directory: string) {
  const entries = await fs.readdir(directory, { withFileTypes: true });
  return entries.map((entry) => ({ name: entry.name, kind: kind(entry) })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const info = await fs.lstat(path);
    return info.isFile() ? info.size : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function makeDirectory(path: string): Promise<boolean> {
  try {
    await fs.mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function putNew(path: string, bytes: Uint8Array, link: Link): Promise<boolean> {
  if ((await kindOf(path)) !== 'absent') return false;
  const temporary = join(dirname(path), `.prsist-${randomHex(6)}.tmp`);
  try {
    await writeSynced(temporary, bytes);
    return await named(temporary, path, link);
  } finally {
    await fs.rm(temporary, { force: true }).catch(() => undefined); // what made it fail is worth telling, this is not
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await fs.open(path, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function named(temporary: string, path: string, link: Link): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const code = errorCode(error);
    // NFS asks again when an answer is lost: the name that is there may be ours
    if (code === 'EEXIST') return (await fs.lstat(temporary)).nlink > 1;
    if (linkless.has(code)) return moved(temporary, path);
    throw error;
  }
}

/** Without links: `rename` would replace what stands there, so a writer claims the name before it looks. */
async function moved(temporary: string, path: string): Promise<boolean> {
  const claim = join(dirname(path), `.prsist-${basename(path)}.claim`);
  await claimed(claim, temporary);
  try {
    if ((await kindOf(path)) !== 'absent') return false;
    await fs.rename(temporary, path);
    return true;
  } finally {
    await fs.rm(claim, { force: true });
  }
}

/** Throws EAGAIN while another writer holds the claim. */
async function claimed(claim: string, temporary: string): Promise<void> {
  try {
    await (await fs.open(claim, 'wx', 0o600)).close();
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    // both dated by the clock of that disk, whatever ours says
    const [held, own] = await Promise.all([fs.stat(claim), fs.stat(temporary)]);
    if (own.mtimeMs - held.mtimeMs > claimMs) await fs.rm(claim, { force: true });
    throw Object.assign(new Error(`another writer is putting ${basename(claim)}`), { code: 'EAGAIN' });
  }
}

async function read(path: string, most: number): Promise<Uint8Array | 'large' | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (isMissing(error) || errorCode(error) === 'ELOOP') return undefined;
    throw error;
  }
  try {
    const info = await handle.stat();
    if (!info.isFile()) return undefined;
    return info.size > most ? 'large' : await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function remove(path: string): Promise<boolean> {
  try {
    await fs.unlink(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function sync(directory: string): Promise<void> {
  const handle = await fs.open(directory, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // some network disks cannot, and write through
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EBADF'].includes(errorCode(error))) throw error;
  } finally {
    await handle.close();
  }
}

async function sweep(path: string): Promise<void> {
  if (!onItsWay.test(basename(path))) return;
  try {
    const age = wallClock() - (await fs.lstat(path)).mtimeMs;
    if (age > dayMs) await fs.rm(path, { force: true });
  } catch {
    return; // gone, or not ours to remove: it is in nobody's way
  }
}
