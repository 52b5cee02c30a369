import { mirroredRecords, packedText } from '../features/entries/mirror-queries.ts';
import type { BlobSource } from '../store/foreign.ts';
import type { Store } from '../store/store.ts';

/**
 * Appends to a project's database what stands of it in the user database and is missing here, under its own addresses.
 * Returns how many records came back.
 */
export function bringMirrored(user: Store, projectId: string, store: Store): number {
  const rows = user.read.all(mirroredRecords, { project_id: projectId }).filter(({ log }) => log !== store.log.log);
  if (rows.length === 0) return 0;
  const blobs: BlobSource = (hash) => user.read.one(packedText, { hash: Buffer.from(hash, 'hex') });
  return store.maintain(() => store.appendForeign(rows, blobs).appended);
}
