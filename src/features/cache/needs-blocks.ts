import type { Config } from '../../config/schema.ts';
import type { Providers } from '../../core/provider-rules.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context, JobContext } from '../feature.ts';
import type { Fingerprint, Linkable } from './chain.ts';
import type { LoadedChain } from './context/needs.ts';
import type { Strategy } from './policies/strategy.ts';
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

/** What makes room in a project, and what it did since the daemon started. */
export interface Evicting {
  /** As the setting says, and what evicts: the same but for a project too large for it. */
  readonly strategy: Strategy;
  readonly inForce: Strategy;
  readonly evicted: {
    readonly blocks: number;
    readonly segments: number;
    readonly bytes: number;
    /** Given up because their sessions had ended or went on without them: they go first. */
    readonly retired_blocks: number;
  };
}

/** The cache of all projects together. */
export interface PrefixRoom {
  /** Bytes of all projects, as they were last counted. */
  readonly totalBytes: () => number;
  /** Chains that were not kept for want of room. */
  readonly skipped: () => number;
  /** blocks: as many as the project has. */
  readonly evicting: (projectId: string, blocks: number) => Evicting;
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
  readonly providers: Providers;
  /** The model that was used last in a project. */
  readonly usedModel: (read: Read) => string | null;
  readonly breathe: () => Promise<void>;
}
