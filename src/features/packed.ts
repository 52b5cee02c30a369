// What goes into a memory package and comes out of one, kind by kind: every feature says it of what it keeps.
import type { Id } from '../core/ids.ts';
import type { Actor, Origin } from '../core/record.ts';
import type { Read, Write } from '../store/record-type.ts';

export const packedKinds = [
  ...['entries', 'sessions', 'messages', 'tools', 'edits', 'tasks', 'documents', 'commits'],
] as const;
export type PackedKind = 'entries' | 'sessions' | 'messages' | 'tools' | 'edits' | 'tasks' | 'documents' | 'commits';

/** What becomes of a thing that a package and this memory both have. */
export const mergeStrategies = ['smart', 'ours', 'theirs', 'keep-both'] as const;
export type MergeStrategy = (typeof mergeStrategies)[number];

type Fields = Readonly<Record<string, unknown>>;

/** Which things go in. */
export interface PackedChoice {
  /** Everything of the project, not only what may be shown to anybody. */
  readonly sensitive: boolean;
  /** Milliseconds since 1970 UTC; nothing that was changed last before then. */
  readonly since: number;
  /** These alone, with what was said and done in them; JSON list of ids. null: all. */
  readonly sessions: string | null;
  readonly now: number;
}

/** One thing on its way into a package. */
export interface Giving {
  readonly is: 'given';
  readonly name: string;
  readonly id: string;
  readonly ent: string;
  readonly hlc: string;
  readonly fields: Fields;
  /** Fields that may be long, read when they are written. */
  readonly texts?: Readonly<Record<string, () => string>>;
  readonly actor: Actor;
  readonly origin: Origin;
  /** More than one of them may be of one thing: it counts once. */
  readonly part?: true;
}

/** One thing that stays here, and why. */
export interface LeavingOut {
  readonly is: 'left';
  readonly why: LeftOutWhy;
}
export type LeftOutWhy = 'sensitive' | 'quarantined' | 'thinking' | 'scope' | 'tool output' | 'work' | 'rewound';

/** One thing that came with a package. Ids and texts in its fields are still those of the package. */
export interface Arrived {
  readonly name: string;
  readonly id: string;
  readonly ent: string;
  readonly fields: Fields;
  readonly actor: Actor;
  readonly origin: Origin;
}

/** How things are taken in. */
export interface TakingIn {
  readonly strategy: MergeStrategy;
  /** What an id of the package is here: the same for the same package, and never one of ours by chance or will. */
  readonly idOf: (theirs: string) => Id;
  /** Told from who has signed it: what a stranger says is in quarantine. */
  readonly isMember: boolean;
  /** Stands behind the key of a copy. */
  readonly mark: string;
  /** Of what it is a package, as records that came from there say. */
  readonly source: string;
}

/**
 * new: not here · known: came in before, or is here as it is there · kept: ours stays · merged: theirs beside ours, where
 * both differ it is a conflict · replaced: theirs on top of ours · copied: under a key of its own · left: not taken.
 */
export type Outcome = 'new' | 'known' | 'kept' | 'merged' | 'replaced' | 'copied' | 'left';

export interface Taken {
  readonly outcome: Outcome;
  /** Absent: nothing is to be done. */
  readonly write?: (tx: Write) => void;
}

/** What one kind of thing does with packages. */
export interface Packing {
  readonly kind: PackedKind;
  /** Everything of the kind, in pages. */
  readonly give: (read: Read, choice: PackedChoice) => Iterable<Giving | LeavingOut>;
  /** Names of the records it gives, and takes. */
  readonly names: readonly string[];
  /** Of several records that are of one thing, whether this is the one that is counted. */
  readonly isThing?: (name: string, fields: Fields) => boolean;
  /** What a record says when it has the form that `give` gives it; undefined for any other form. */
  readonly form: (name: string, fields: Fields) => Fields | undefined;
  /** What is to be done with one that came; looks, and writes nothing itself. */
  readonly take: (tx: Write, arrived: Arrived, how: TakingIn) => Taken;
}
