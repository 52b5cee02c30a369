import type { Captured, JsonValue } from '../../../core/captured.ts';

/** One line of a transcript, after redaction. */
export interface TranscriptLine {
  /** The parsed line; undefined where the bytes were no JSON. */
  readonly value: JsonValue | undefined;
  /** Byte offset of the line in the plain (uncompressed) file; the place of an entry in a document or a database. */
  readonly offset: number;
  /** 0-based number of the line, in the order of reading. */
  readonly line: number;
}

/** What is known of a file before its first line is read. */
export interface TranscriptSource {
  /** Base name without `.gz` and `.jsonl`; some agents write the conversation's id into it. */
  readonly fileName: string;
  readonly path: string;
  /** Agent ids of sub-agents whose own file stands beside this one: their inline copy is not read. */
  readonly subagentFiles: readonly string[];
  /** The directory of the conversation, where the path tells it and no line does. */
  readonly directory?: string;
}

/** What one line gave. */
export interface TranscriptReading<S extends JsonValue = JsonValue> {
  readonly state: S;
  readonly items: readonly Captured[];
  /** The line is no record, or one of a type not known here: it is kept and counted, never an error. */
  readonly unknown: boolean;
}

/**
 * A reducer over the lines of one transcript file.
 * The state is plain JSON and is stored between two reads, so a file may be cut after any line and continued by another
 * process with the identical sequence of items; what a line gives depends on (state, line) alone.
 * `read` may change the state it was given and return the same object: keep a copy (its JSON) to read a line twice.
 */
export interface Adapter<S extends JsonValue = JsonValue> {
  readonly agent: string;
  /** False: lines tell no times, items come with time 0 and get theirs from whoever reads the file. Absent: true. */
  readonly hasTimes?: false;
  /** Written by another program from what the agent keeps itself: read only where that is gone, and trusted less. */
  readonly isSecondHand?: boolean;
  /** Does this look like ours? head: the first parsed lines of a file, at most 20. */
  recognises(head: readonly JsonValue[]): boolean;
  begin(source: TranscriptSource): S;
  /** Never throws, whatever JSON the line holds. Items come in the order of what happened. */
  read(state: S, line: TranscriptLine): TranscriptReading<S>;
  /**
   * Passes over a line whose words must not be taken in: keeps the thread of the conversation and nothing of what was
   * said, in items (announcements only) and in the state.
   */
  pass(state: S, line: TranscriptLine): TranscriptReading<S>;
}
