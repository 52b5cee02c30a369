import type { Config } from '../../config/schema.ts';
import type { Context, JobContext } from '../feature.ts';
import type { Fingerprint, Linkable } from './chain.ts';
import type { LoadedChain } from './context/needs.ts';
import type { SegmentKind } from './segment.ts';
import type { TextsOf } from './segments.ts';

/** What a session sent, as far as it is known. */
export interface SessionContext {
  readonly session_id: string;
  readonly lastActivity: number;
  readonly fingerprint: Fingerprint;
  /** One after the other: texts may be many. */
  readonly segments: Iterable<Linkable>;
}

/** The cache of all projects together. */
export interface PrefixRoom {
  /** Bytes of all projects, as they were last counted. */
  readonly totalBytes: () => number;
  /** Chains that were not kept for want of room. */
  readonly skipped: () => number;
  /** Makes room until everything takes at most so many bytes; answers what went and what is left. */
  readonly trim: (
    bytes: number,
    job: Pick<JobContext, 'report' | 'cancelled'>,
  ) => Promise<Readonly<Record<string, number>>>;
  /** Empties one project, or one kind of it. */
  readonly clear: (
    projectId: string,
    kind: SegmentKind | undefined,
    job: Pick<JobContext, 'report' | 'cancelled'>,
  ) => Promise<Readonly<Record<string, number>>>;
  /** Raised whenever something went from the cache: what was known may be so no longer. */
  readonly emptied: () => number;
  /** A context was loaded: its chain is written down later. */
  readonly loaded: (projectId: string, chain: LoadedChain) => void;
  /** Whether a link is going to be written down. */
  readonly isComing: (projectId: string, h: Uint8Array) => boolean;
  /** Something is being erased: what was read before is written nowhere any more. */
  readonly erased: () => void;
}

/** What the index of prefixes is handed by the daemon. */
export interface BlocksNeeds {
  readonly room: PrefixRoom;
  readonly setting: (root: string | undefined) => Config['optimization']['kv_cache'];
  /** Throws session/not-found, session/ambiguous. */
  readonly session: (context: Context, session_id: string) => SessionContext;
  readonly texts: TextsOf;
  readonly breathe: () => Promise<void>;
}
