import type { RecordName } from '../../core/record.ts';
import { recordType } from '../../store/record-type.ts';

/**
 * Somebody decided between the sides of a conflict. The entity of the record is the one in conflict. heads: the names of
 * the sides that were seen, which it settles and no others; pick: the one whose value it is; else value, as the text of
 * its JSON (over 16 KiB as value_blob), or nothing at all: the field is taken away.
 */
export type ConflictResolve = {
  readonly field: string;
  readonly heads: readonly RecordName[];
  readonly pick?: number;
  readonly value?: string;
  readonly value_blob?: string;
  readonly value_bytes?: number;
};

export const conflictResolve = recordType<ConflictResolve>('conflict.resolve', 'merge');
