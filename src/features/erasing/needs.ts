import type { Projection, Read, Write } from '../../store/record-type.ts';

export interface Conversation {
  readonly agent: string;
  readonly native_id: string;
}

export interface SessionFound {
  readonly session_id: string;
  readonly title: string | null;
  readonly agent: string | null;
  readonly last_activity: number;
}

/** Everything that is a session's: with it go the sessions of its sub-agents. */
export interface SessionBelongings {
  readonly sessions: readonly SessionFound[];
  /** Entities whose records and rows are its own. */
  readonly ents: readonly string[];
  /** Conversations in whose kept transcripts its words stand: its own, and those that share a file or began as a copy. */
  readonly conversations: readonly Conversation[];
}

/** What erasing is handed by the daemon. */
export interface ErasingNeeds {
  readonly sessions: {
    readonly newest: (read: Read) => SessionFound | undefined;
    /** Throws session/not-found, session/ambiguous. */
    readonly find: (read: Read, asked: string) => SessionFound;
    readonly belongings: (read: Read, session_id: string) => SessionBelongings;
  };
  /** Drops what is kept of transcripts; returns how many parts. */
  readonly dropKept: (tx: Write, conversations: readonly Conversation[]) => number;
  readonly countKept: (read: Read, conversations: readonly Conversation[]) => number;
  readonly projections: (kind: 'project' | 'user') => readonly Projection[];
  readonly device: () => string;
  /** Notes, before anything is gone, that what lies outside the database has to follow. */
  readonly begin: (tx: Write, projectId: string, kind: 'project' | 'user') => void;
}
