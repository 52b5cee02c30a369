import type { Scope } from '../../core/words.ts';
import type { Range } from '../../store/erase.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Pace } from '../../store/steps.ts';
import type { Context } from '../feature.ts';

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

/** An entry that is nowhere but in memory. at: milliseconds, when it was written. */
export interface FleetingEntry {
  readonly ent: string;
  readonly key: string;
  readonly scope: Scope;
  readonly session_id: string | null;
  readonly at: number;
  /** Takes it out of memory. */
  readonly drop: () => void;
}

export interface Retired {
  readonly before: number;
  readonly dev: string;
  readonly limit: number;
}

/** What erasing is told of entries. */
export interface EntriesErased {
  /** Whether a caller may know of an entry. */
  readonly mayKnow: (read: Read, ent: string, context: Context) => boolean;
  /** Those in memory that a caller may know of, where entries of a scope are held, newest first. */
  readonly fleetingIn: (context: Context, scope: Scope) => readonly FleetingEntry[];
  /** Deleted or expired before a moment, and written last by a device: oldest first. */
  readonly retired: (read: Read, of: Retired) => readonly { readonly ent: string; readonly key: string }[];
  /** Lets go of all reads under some keys, also of those that are not written down yet. */
  readonly forgetReads: (tx: Write, keys: readonly string[]) => void;
}

export interface KnownDevice {
  readonly dev: string;
  readonly name: string;
  readonly added_at: number;
  readonly revoked_at: number | null;
  readonly last_seen: number | null;
}
export interface KnownRemote {
  readonly remote_id: string;
  readonly name: string;
}

/** What receipts are told of devices and remotes. */
export interface ReceiptNeeds {
  readonly devices: (user: Read) => readonly KnownDevice[];
  readonly remotes: (user: Read) => readonly KnownRemote[];
  /** Packs on a remote, as far as was looked, that hold what was erased within some ranges. */
  readonly heldThere: (read: Read, targets: readonly Range[], remoteId: string) => readonly { readonly dev: string }[];
}

/** What erasing is handed by the daemon. */
export interface ErasingNeeds {
  readonly receipts: ReceiptNeeds;
  readonly entries: EntriesErased;
  /** Projects that were joined into one, whose databases are kept. */
  readonly linkedTo: (projectId: string) => readonly string[];
  readonly sessions: {
    readonly newest: (read: Read) => SessionFound | undefined;
    /** Throws session/not-found, session/ambiguous. */
    readonly find: (read: Read, asked: string) => SessionFound;
    readonly belongings: (read: Read, session_id: string) => SessionBelongings;
  };
  /** Drops what is kept of transcripts; returns how many parts. */
  readonly dropKept: (tx: Write, conversations: readonly Conversation[]) => number;
  readonly countKept: (read: Read, conversations: readonly Conversation[]) => number;
  readonly device: () => string;
  /** How a long search shares the process. */
  readonly pace: Pace;
  /** Notes, before anything is gone, that what lies outside the database has to follow. */
  readonly begin: (tx: Write, projectId: string, kind: 'project' | 'user') => void;
}
