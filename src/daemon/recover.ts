import { mirroredRecords, packedText } from '../features/entries/mirror-queries.ts';
import type { BlobSource, ForeignAppended } from '../store/foreign.ts';
import { rebuild } from '../store/rebuild.ts';
import type { Store } from '../store/store.ts';

/**
 * Appends to a project's database what stands of it in the user database and is missing here, under its own addresses.
 * late: rows are right only when they are computed again.
 */
export function bringMirrored(user: Store, projectId: string, store: Store): ForeignAppended {
  const rows = user.read.all(mirroredRecords, { project_id: projectId }).filter(({ log }) => log !== store.log.log);
  if (rows.length === 0) return { appended: 0, late: false };
  const blobs: BlobSource = (hash) => user.read.one(packedText, { hash: Buffer.from(hash, 'hex') });
  return store.maintain(() => store.appendForeign(rows, blobs));
}

/** The same where nothing can go on before it is done: a database that was lost is opened. Returns how many came back. */
export function bringMirroredNow(user: Store, projectId: string, store: Store): number {
  const { appended, late } = bringMirrored(user, projectId, store);
  if (late) rebuild(store);
  return appended;
}
