// What this device has that others do not have yet.
import type { Read } from '../../store/record-type.ts';
import { leaving, unconfirmed } from './queries.ts';

/** Own records of a database that lie in no pack yet, by kind; bytes of their texts as they stand in the log. */
export function leavingOf(read: Read): { readonly kind: string; readonly records: number; readonly bytes: number }[] {
  return read.all(leaving, {}).map((row) => ({ ...row }));
}

/** How many own records of a database a remote has not confirmed. */
export function unconfirmedOf(read: Read, remote_id: string): number {
  return read.one(unconfirmed, { remote_id })?.count ?? 0;
}
