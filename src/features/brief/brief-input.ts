// What the brief is made of and what comes out: everything the renderer needs to know, gathered by its callers.
// The renderer has no clock, no files and no rows; whoever gathers has left out what may not be told (trust 0, expired).
import type { Origin } from '../../core/record.ts';
import type { Snapshot } from '../../core/snapshot.ts';

export type BriefReason = 'startup' | 'resume' | 'compact' | 'handoff';

/** A durable entry that may be told. Times in milliseconds since 1970 UTC, here and below. */
export interface BriefEntry {
  readonly ent: string;
  readonly key: string;
  /** A text as it is; anything else is shown as canonical JSON. */
  readonly value: unknown;
  readonly category: string;
  readonly priority: string;
  /** Who stored it: the name of a person or agent. */
  readonly by: string;
  readonly origin: Origin;
  readonly session_id: string | null;
  readonly at: number;
}

/** One earlier session, for one line. */
export interface BriefSession {
  readonly session_id: string;
  readonly agent: string | null;
  /** What the human wanted (the snapshot's ask); without it the title is shown. */
  readonly ask: string | null;
  readonly title: string | null;
  readonly branch: string | null;
  readonly started_at: number;
  readonly last_activity: number;
  readonly files_changed: number;
  readonly commits: number;
  /** It stopped with open tasks, uncommitted edits, or a failed last command. */
  readonly unfinished: boolean;
}

/** The session to go on with. */
export interface BriefAnchor {
  readonly snapshot: Snapshot;
  readonly session_id: string;
  readonly agent: string | null;
  readonly branch: string | null;
  /** Last activity. */
  readonly at: number;
}

export interface BriefHandoff {
  readonly handoff_id: string;
  readonly session_id: string;
  readonly from_agent: string;
  readonly to_agent: string;
  /** The person or agent that handed over. */
  readonly by: string;
  readonly reason: string;
  readonly critical_info: Readonly<Record<string, unknown>>;
  readonly continuation_instructions: string;
  readonly branch: string | null;
  readonly at: number;
  /** As gathered when it was handed over: the anchor, unless an anchor of its own is given. */
  readonly snapshot: Snapshot;
}

export interface BriefInput {
  readonly reason: BriefReason;
  readonly project: string;
  /** In any order: the renderer ranks and cuts. */
  readonly entries: readonly BriefEntry[];
  /** An entry that says nothing a better one does not say is left out. */
  readonly prunes?: boolean;
  /** Recent sessions of this work tree, in any order; the one of anchor or handoff may be among them. */
  readonly sessions: readonly BriefSession[];
  readonly anchor?: BriefAnchor;
  readonly handoff?: BriefHandoff;
  /** Whole texts the agent reads anyway (CLAUDE.md, AGENTS.md, its own memory): what stands there is not repeated. */
  readonly known?: readonly string[];
  /** Default 2,000, estimated as one per four characters. */
  readonly maxTokens?: number;
  /** Default 9,500 UTF-16 units: agents cut at 10,000. */
  readonly maxChars?: number;
}

/** One line of the brief and why it is there. ent: the entry, task, session, handoff or message it comes from. */
export interface BriefItem {
  readonly ent: string;
  readonly line: string;
  readonly why: string;
}

export interface RenderedBrief {
  /** '' when there is nothing to tell; else from `<prsist-memory>` to `</prsist-memory>` and one LF. */
  readonly text: string;
  readonly tokens: number;
  /** In the order of the text. */
  readonly items: readonly BriefItem[];
}
