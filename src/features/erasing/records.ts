import type { Range } from '../../store/erase.ts';
import { recordType } from '../../store/record-type.ts';

/** That something was erased: where it stood and which entities it was, never what it said. */
export const recordErase = recordType<{
  readonly targets: readonly Range[];
  readonly ents: readonly string[];
  readonly reason: string;
  /** Who may ask for it: person. */
  readonly authority: 'person';
}>('record.erase', 'grow');
