// Keyrings on a remote: reading on from the version that is known, and putting the next one.
import { PrsistError } from '../../../core/errors.ts';
import type { Remote } from '../remote.ts';
import { requireAnchor, requireNext } from './chain.ts';
import { type Keyring, readKeyring, tampered } from './keyring.ts';
import { keyringName, keyringsPrefix, keyringVersion } from './object-names.ts';
import { getOne, namesBelow, putNew } from './objects.ts';

/** What is known before a remote is asked. */
export interface Held {
  readonly ws: string;
  /** Accepted versions without a gap, oldest first. */
  readonly keyrings: readonly Keyring[];
  /** The newest version ever seen on this remote. */
  readonly seen: number;
}

export interface CaughtUp {
  /** Versions that follow the held ones, each checked. */
  readonly fresh: readonly Keyring[];
  /** The newest version the remote has; 0 for none. */
  readonly newest: number;
}

/**
 * Reads what came after the held versions. Throws remote/rolled-back, remote/tampered, remote/newer-format or
 * key/mismatch; nothing is taken over then.
 */
export async function catchUp(remote: Remote, held: Held, signal: AbortSignal): Promise<CaughtUp> {
  const { ws, keyrings, seen } = held;
  const newest = (await versionsOn(remote, ws, signal)).at(-1) ?? 0;
  if (newest < seen) throw rolledBack(seen, newest);
  const last = keyrings.at(-1);
  await requireSame(remote, held, Math.min(newest, last?.clear.version ?? 0), signal);
  const fresh: Keyring[] = [];
  for (let version = (last?.clear.version ?? 0) + 1; last !== undefined && version <= newest; version += 1) {
    const next = await keyringOn(remote, ws, version, signal);
    if (!next) throw tampered(`keyring ${version} is missing, but ${newest} is there`);
    requireNext(fresh.at(-1) ?? last, next);
    fresh.push(next);
  }
  return { fresh, newest };
}

/**
 * Reads a remote from the first version on that is recognised, with all that follow it. undefined when none is.
 * Throws as catchUp does for what stands above the recognised one.
 */
export async function readFrom(
  remote: Remote,
  ws: string,
  isKnown: (keyring: Keyring) => boolean,
  signal: AbortSignal,
): Promise<readonly Keyring[] | undefined> {
  for (const version of await versionsOn(remote, ws, signal)) {
    const keyring = await readable(remote, ws, version, signal);
    if (!keyring || !isKnown(keyring)) continue;
    requireAnchor(keyring);
    const { fresh } = await catchUp(remote, { ws, keyrings: [keyring], seen: 0 }, signal);
    return [keyring, ...fresh];
  }
  return undefined;
}

/** Puts a version where none stands. */
export function putKeyring(
  remote: Remote,
  { clear, bytes }: Keyring,
  signal: AbortSignal,
): Promise<'created' | 'exists'> {
  return putNew(remote, { name: keyringName(clear.ws, clear.version), bytes }, signal);
}

async function versionsOn(remote: Remote, ws: string, signal: AbortSignal): Promise<number[]> {
  const versions: number[] = [];
  for await (const name of namesBelow(remote, keyringsPrefix(ws), signal)) {
    const version = keyringVersion(ws, name);
    if (version !== undefined) versions.push(version);
  }
  return versions.sort((a, b) => a - b);
}

async function keyringOn(
  remote: Remote,
  ws: string,
  version: number,
  signal: AbortSignal,
): Promise<Keyring | undefined> {
  const bytes = await getOne(remote, keyringName(ws, version), signal);
  if (bytes === undefined) return undefined;
  const keyring = readKeyring(bytes, `keyring ${version}`);
  if (keyring.clear.version === version && keyring.clear.ws === ws) return keyring;
  throw tampered(`keyring ${version} is another one under its name`);
}

/** What cannot be read is passed by: of versions before the recognised one nothing is believed anyway. */
async function readable(
  remote: Remote,
  ws: string,
  version: number,
  signal: AbortSignal,
): Promise<Keyring | undefined> {
  try {
    return await keyringOn(remote, ws, version, signal);
  } catch (error) {
    if (error instanceof PrsistError && error.code === 'remote/tampered') return undefined;
    throw error;
  }
}

/** Two files for one version: neither is taken, somebody has to decide. */
async function requireSame(remote: Remote, held: Held, version: number, signal: AbortSignal): Promise<void> {
  const ours = held.keyrings.find(({ clear }) => clear.version === version);
  if (!ours) return;
  const theirs = await keyringOn(remote, held.ws, version, signal);
  if (!theirs || theirs.hash === ours.hash) return;
  throw new PrsistError(
    'key/mismatch',
    `the remote has another keyring ${version} than the one accepted here (${theirs.hash.slice(0, 16)}, not ` +
      `${ours.hash.slice(0, 16)}); neither is used, nothing was sent or overwritten`,
    { details: { version, ours: ours.hash, theirs: theirs.hash } },
  );
}

/** The remote shows less than it once had. */
export function rolledBack(seen: number, newest: number): PrsistError {
  return new PrsistError(
    'remote/rolled-back',
    `the remote had keyring ${seen} and now has ${newest === 0 ? 'none' : `${newest}`}; nothing here was undone`,
    { details: { seen, newest } },
  );
}
