import type { Captured, CapturedGit, JsonValue } from '../../core/captured.ts';
import type { Redactor } from '../../core/redact.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { TranscriptRoots } from './discover.ts';

/** Conversations announced but silent so far; opaque here, kept with the reading state of their file. */
export type Announced = Record<string, Extract<Captured, { kind: 'session' }>>;

export interface TakeInSource {
  readonly agent: string;
  readonly trusted: 'own' | 'foreign';
  readonly from: 'transcript' | 'hook';
  /** Root of the project the items go to, for paths and work trees. */
  readonly root: string | undefined;
}

/** What capture needs of the features that keep what it finds. */
export interface Keepers {
  readonly takeIn: (
    tx: Write,
    source: TakeInSource,
    announced: Announced,
    items: readonly Captured[],
  ) => {
    readonly added: number;
    readonly known: number;
    readonly erased: number;
    readonly sessions: readonly string[];
  };
  /** True when a conversation was taken in from the transcript of another agent than this one. */
  readonly hasOriginal: (read: Read, agent: string, native: string) => boolean;
  /** Returns how many commits were new. */
  readonly takeInGit: (tx: Write, git: CapturedGit) => number;
  /** Signs of life of an editor, as it wrote them. */
  readonly beats: (tx: Write, from: Beaten) => void;
  /** A hook says that a conversation started: one that is known goes on. */
  readonly started: (tx: Write, start: Started) => void;
  /** When a conversation last spoke in its transcript, and since then by its hooks, in milliseconds; 0: never. */
  readonly lastHeard: (
    read: Read,
    agent: string,
    native: string,
  ) => { readonly transcript: number; readonly hook: number };
  /** A hook says that a conversation ended. */
  readonly ended: (tx: Write, end: Ended) => void;
}

export interface Beaten {
  readonly projectId: string;
  readonly editor: string;
  /** Undefined where it could not be read. */
  readonly payload: JsonValue | undefined;
}

export interface Started {
  readonly agent: string;
  readonly native: string;
  readonly at: number;
}

export interface Ended extends Started {
  readonly reason: string;
}

/** One project's database, as capture writes to it. */
export interface Target {
  readonly projectId: string;
  readonly root: string | undefined;
  readonly read: Read;
  readonly write: <T>(work: (tx: Write) => T) => Promise<T>;
  /** Milliseconds that writing to the search index has taken so far. */
  readonly indexMs: () => number;
}

/** What a project wants to have kept of its agents' doing. */
export interface CaptureRules {
  /** Undefined: all. */
  readonly agents: readonly string[] | undefined;
  readonly toolOutput: 'keep' | 'drop';
  readonly transcripts: 'keep' | 'drop';
  /** True for a file, as an agent named it, of which nothing is kept. cwd: of the conversation. */
  readonly ignores: ((path: string, cwd: string | undefined) => boolean) | undefined;
  readonly redactor: Redactor;
}

/** What capture is handed by the daemon. */
export interface CaptureParts {
  readonly keepers: Keepers;
  readonly redactor: Redactor;
  readonly user: { readonly read: Read; readonly write: <T>(work: (tx: Write) => T) => Promise<T> };
  /** Opens the database of a project. */
  readonly target: (projectId: string) => Target;
  /** Where the agents keep their transcripts. */
  readonly transcriptRoots: TranscriptRoots;
  /** The project a directory belongs to; undefined when it is nobody's, or our own. */
  readonly projectOf: (directory: string) => string | undefined;
  /** Directories of all projects. */
  readonly roots: () => readonly string[];
  /** Decides about an event from a directory that is nobody's: entered as a project, to be asked about, or dropped. */
  readonly unlisted: (directory: string) => Promise<{ readonly ask: string } | 'entered' | 'dropped'>;
  /** True when a conversation, or the one that started it, was erased: nothing of it is read again. */
  readonly isForgotten: (read: Read, agent: string, natives: readonly string[]) => boolean;
  /** Those of some commits that are not in a project's database. */
  readonly unknownCommits: (read: Read, shas: readonly string[]) => readonly string[];
  /** Files being read, each with the end of its reading: hooks, following and imports meet at the same file. */
  readonly reading: Map<string, Promise<unknown>>;
  /** Notes which handoffs hooks have taken away to print, and to which conversation, before it says anything. */
  readonly takeClaims: (projectId: string) => Promise<void>;
  /** A conversation began and was told what is known, its context was compressed and it has to be told again, or it ended. */
  readonly told: (event: {
    readonly projectId: string;
    readonly agent: string;
    readonly native: string;
    readonly cwd: string | undefined;
    readonly at: number;
    readonly what: 'began' | 'compressed' | 'ended';
  }) => Promise<void>;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly breathe: () => Promise<void>;
  /** What a project wants to have kept, by its root. */
  readonly rules: (root: string | undefined) => CaptureRules;
  readonly log: (event: string, details: Readonly<Record<string, JsonValue>>) => void;
}
