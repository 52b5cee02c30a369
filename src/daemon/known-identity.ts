import { firstAuthor, ownLogOf } from '../features/system/queries.ts';
import { type Identity, readIdentity } from '../features/system/registry.ts';
import { exists } from '../platform/walk.ts';
import { openReader } from '../store/reader.ts';
import type { Read } from '../store/record-type.ts';

/**
 * Who and where this installation is, as its user database says before it is opened for writing: so that nothing is ever
 * written to it by another name. undefined for a new one, and for one that cannot be read: opening it says why.
 */
export function knownIdentity(file: string, name: string): Identity | undefined {
  if (!exists(file)) return undefined;
  try {
    const reader = openReader(file);
    try {
      return identityIn(reader.read, name);
    } finally {
      reader.close();
    }
  } catch {
    return undefined;
  }
}

/** Killed between the first record and the note of who wrote it, the record says it. */
export function identityIn(read: Read, name: string): Identity | undefined {
  const noted = readIdentity(read);
  if (noted) return noted;
  const log = read.one(ownLogOf, {});
  const user = read.one(firstAuthor, {})?.user;
  return log && user ? { ...log, user, name } : undefined;
}
