// What importing one file is asked, and what it came to.

export interface ImportTask {
  /** Everything goes to this project, whatever directory the file names. */
  readonly into?: string;
  /** Where a file goes that names no directory of a project. */
  readonly otherwise?: string;
  /** Of a file that this project has not read yet; one it has read stays what it was. */
  readonly trusted: 'own' | 'foreign';
  readonly cancelled?: () => boolean;
  readonly onProgress?: (bytes: number) => void;
}

/** What reading one file came to. Times in milliseconds, each a part of the whole. */
export interface FileReport {
  readonly path: string;
  /**
   * stopped: cancelled before its end; what is left is read the next time. has-original: told again by another program, and
   * taken in already from what its agent keeps.
   */
  outcome:
    | 'read'
    | 'stopped'
    | 'unchanged'
    | 'empty'
    | 'not-a-transcript'
    | 'no-project'
    | 'not-wanted'
    | 'forgotten'
    | 'has-original'
    | 'unreadable';
  agent: string | undefined;
  lines: number;
  bytes: number;
  added: number;
  known: number;
  /** Lines of a type not known here; kept. */
  unknown: number;
  /** Lines that are no JSON; kept as text. */
  unparsable: number;
  tooLong: number;
  /** Lines said in a pause: passed over. */
  paused: number;
  /** 1 when the last line was not finished yet: it is read when it is. */
  heldBack: number;
  redacted: Record<string, number>;
  sessions: Set<string>;
  redactMs: number;
  storeMs: number;
  /** Part of storeMs: writing to the search index. */
  indexMs: number;
  error: string | undefined;
}

export function emptyReport(path: string): FileReport {
  return {
    ...{ path, outcome: 'read', agent: undefined, lines: 0, bytes: 0, added: 0, known: 0, unknown: 0, unparsable: 0 },
    ...{ tooLong: 0, heldBack: 0, paused: 0, redacted: {}, sessions: new Set() },
    ...{ redactMs: 0, storeMs: 0, indexMs: 0, error: undefined },
  };
}
