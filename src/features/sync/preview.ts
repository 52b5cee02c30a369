import type { Read } from '../../store/record-type.ts';
import { leaving } from './queries.ts';

/** Own records of a database that lie in no pack yet, by kind; bytes of their texts as they stand in the log. */
export function leavingOf(read: Read): { readonly kind: string; readonly records: number; readonly bytes: number }[] {
  return read.all(leaving, {}).map((row) => ({ ...row }));
}
