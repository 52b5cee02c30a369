import { recordType } from '../../store/record-type.ts';

/**
 * What a change of a document says: only what it changes. Content stands in `content`, a longer one in a blob. A put
 * without any field shows a retired document again. What was written when it was born is named by every first put.
 */
export interface DocumentPut extends Readonly<Record<string, unknown>> {
  readonly uri?: string;
  readonly content?: string;
  readonly content_blob?: string;
  readonly content_bytes?: number;
  readonly title?: string;
  readonly kind?: string;
  readonly mime?: string;
  /** The outside world's name for this state: the hash of a file, a revision of a drive. */
  readonly version?: string;
  readonly source?: string;
  /** File it was read from, relative to the project where it lies in it. */
  readonly path?: string;
  readonly session_id?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export const documentPut = recordType<DocumentPut>('document.put', 'merge');
/** How far the text that stands is trusted; counts only when a person says so. */
export type DocumentTrust = { readonly trust: number; readonly reason?: string };

export const documentTrust = recordType<DocumentTrust>('document.trust', 'merge');
export const documentRetire = recordType<{ readonly reason?: string }>('document.retire', 'merge');
