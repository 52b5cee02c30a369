import type { Line } from '../../../platform/lines.ts';

/** A line an adapter reads: of a file of lines, or an entry of a document or a database, as JSON. */
export interface FormLine extends Line {
  /** Names an entry by what it holds: one that was read is read again only when it has changed. Absent in files of lines. */
  readonly mark?: string;
}

/** How far a source has been read. */
export interface ReadSoFar {
  readonly offset: number;
  /** Marks of the entries that have been read; those that are no longer there are taken out of it. */
  readonly marks: string[];
}

/** How the lines of a transcript are found in what its agent keeps. */
export interface Form {
  /**
   * lines: appended to, read on from an offset. document and database: their entries change and go, so they are looked
   * through whole and give those that are new or have changed, each with its place as offset.
   */
  readonly name: 'lines' | 'document' | 'database';
  /** What has not been read yet, in its order. */
  lines(path: string, soFar: ReadSoFar): AsyncIterable<FormLine>;
}

/** True when entries are told by their marks: there is no offset to go on from. */
export function isMarked({ name }: Form): boolean {
  return name !== 'lines';
}

/** Takes marks out of a list that are not among those that are there now. Changes the list. */
export function keepPresent(marks: string[], present: ReadonlySet<string>): void {
  const kept = marks.filter((mark) => present.has(mark));
  marks.splice(0, marks.length, ...kept);
}

/** An entry as a line. ordinal: its place among all entries. */
export function entryLine(text: string, ordinal: number, mark: string): FormLine {
  return { text, offset: ordinal, next: ordinal + 1, open: false, tooLong: false, mark };
}
