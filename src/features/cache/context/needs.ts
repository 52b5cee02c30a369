// What the loading of context is told by the features that know it, and by the daemon.
import type { GitState, Snapshot } from '../../../core/snapshot.ts';
import type { Context } from '../../feature.ts';
import type { Segment } from '../segment.ts';
import type { Seen } from '../volatility.ts';
import type { Shares } from './budget.ts';
import type { Count } from './gauge.ts';

/** The session a context goes on with. */
export interface SessionNow {
  readonly session_id: string;
  readonly agent: string | null;
  readonly branch: string | null;
  /** When it was last heard, in milliseconds since 1970 UTC. */
  readonly at: number;
  readonly snapshot: Snapshot;
}

export interface HandoffNow {
  readonly from_agent: string;
  readonly to_agent: string;
  readonly by: string;
  readonly reason: string;
  readonly critical_info: Readonly<Record<string, unknown>>;
  readonly continuation_instructions: string;
  readonly at: number;
}

export interface TaskNow {
  readonly id: string;
  readonly description: string;
  readonly status: string;
  readonly priority: string;
}

/** A document that is kept in the memory. */
export interface StoredText {
  readonly uri: string;
  readonly text: string;
  /** Why no model is told of it; undefined where it may be. */
  readonly refused: string | undefined;
}

/** What stands in a context, as the memory has it. Everything is asked for once per request. */
export interface ContextSources {
  /** What is remembered and what was done, as a brief tells it that goes on with no session. */
  readonly memory: (context: Context) => string;
  /** A session by its id, or the newest of the work tree. Throws session/not-found for an id that is none. */
  readonly session: (context: Context, session_id: string | undefined) => SessionNow | undefined;
  readonly handoff: (context: Context, agent: string) => HandoffNow | undefined;
  /** Open tasks of the project. */
  readonly tasks: (context: Context) => readonly TaskNow[];
  /** What changed for a session since it was told. */
  readonly news: (context: Context, session_id: string) => readonly string[];
  /** A stored document by its uri, id or path; undefined when there is none. */
  readonly stored: (context: Context, name: string) => StoredText | undefined;
  /** Documents of the memory bank. */
  readonly bank: (context: Context) => readonly StoredText[];
  readonly git: (context: Context) => GitState | null;
}

/** A context as it was loaded, without what stands in its messages. */
export interface LoadedChain {
  /** `load:` and the name of its template. */
  readonly owner: string;
  readonly order: readonly (Segment & { readonly hash: string; readonly base: string })[];
  readonly links: readonly { readonly h: Uint8Array }[];
  readonly at: number;
  /** Where its longest known beginning ends; undefined where nothing was known. */
  readonly end: Uint8Array | undefined;
  /** Tokens of all of it, and of that beginning. */
  readonly asked: number;
  readonly hit: number;
}

/** What the index of prefixes knows of contexts that were loaded before. */
export interface KnownChains {
  /** How many links of a chain are known, from its beginning; undefined where nothing is to be kept. */
  readonly known: (context: Context, links: readonly { readonly h: Uint8Array }[]) => number | undefined;
  /** How often the text of a place was another one; undefined where it was never seen. */
  readonly seen: (context: Context, slot: string) => Seen | undefined;
  /** When a context of the project was last loaded, in milliseconds since 1970 UTC. */
  readonly lastLoad: (context: Context) => number | undefined;
  /** Is written down behind the answer. */
  readonly keep: (context: Context, chain: LoadedChain) => void;
}

export interface LoadingNeeds {
  /** Absent where nothing is kept. */
  readonly chains?: KnownChains | undefined;
  readonly sources: ContextSources;
  /** The map of a project that lies in a directory, without its secrets; '' where git knows nothing of it. */
  readonly map: (projectId: string, directory: string) => Promise<string>;
  /** Where the shipped templates lie, and where a person's own do. */
  readonly templates: { readonly shipped: string; readonly own: string };
  readonly redact: (root: string) => (text: string) => string;
  /** Files of a project of which nothing is taken in. */
  readonly ignores: (projectId: string) => ((path: string) => boolean) | undefined;
  readonly shares: (root: string | undefined) => Shares;
  readonly count: Count;
  /** Writes in the person's own database. */
  readonly note: (key: string, value: string) => Promise<void>;
  readonly noted: (key: string) => string | undefined;
  /** US dollars per million tokens for writing a prompt into a model's cache; undefined for a model without a price. */
  readonly writePrice: (
    model: string,
  ) => { readonly m5: number; readonly h1: number; readonly as_of: string } | undefined;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly onFault: (error: unknown) => void;
}
