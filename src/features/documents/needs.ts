import type { Redactor } from '../../core/redact.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Extracted } from './extract/extract.ts';

/** Reads files whose form needs a parser, where it can do no harm. */
export interface Extractor {
  /** Throws document/…, limit/too-large; daemon/draining when it was cancelled. */
  readonly read: (bytes: Uint8Array, name: string, cancelled: () => boolean) => Promise<Extracted>;
  readonly end: () => Promise<void>;
}

/** The database of one project, as documents are written to it. */
export interface DocumentStore {
  readonly read: Read;
  readonly write: <T>(work: (tx: Write) => T) => Promise<T>;
}

/** What documents are handed by the daemon. */
export interface DocumentParts {
  /** Of a project, which may be stricter than its person. */
  readonly redactor: (projectId: string) => Redactor;
  /** Files of which a project keeps nothing; undefined when there are none. */
  readonly ignores: (projectId: string) => ((path: string) => boolean) | undefined;
  readonly extractor: () => Extractor;
  readonly store: (projectId: string) => DocumentStore;
  /** A path as it is kept: relative to the project where it lies in it. */
  readonly keptPath: (path: string, root: string | undefined) => string;
  readonly breathe: () => Promise<void>;
}
