// What a feature tells search about its records: the texts people look for, what hides them, how to show them again.
// Search copies no text: it asks the owner for it when a result is shown.
import type { z } from 'zod';
import type { findableKinds, Layer, Priority, Scope } from '../core/words.ts';
import type { Applied, Projecting, Read } from '../store/record-type.ts';
import type { Context } from './feature.ts';

export type FindableKind = (typeof findableKinds)[number];

/** One text to find: an entry's value, a message or a part of a long one, a tool call, a commit, a task. */
export interface SearchPart {
  readonly kind: FindableKind;
  /** Id of the entity: what a result names. Unique within its kind. */
  readonly ent: string;
  /** From 0; a long text has several (see cutParts). */
  readonly part: number;
  readonly session_id: string | null;
  readonly layer: string | null;
  readonly scope: string | null;
  readonly priority: string | null;
  /** 0 to 3; 0 = quarantined: shown to a person only, labelled. */
  readonly trust: number;
  /** Name and handle of who wrote it, as people would type them. */
  readonly author: string | null;
  /** File the text is about, relative to the project; several are separated by a line feed. */
  readonly path: string | null;
  readonly tenant_id: string | null;
  readonly user_id: string | null;
  readonly agent_id: string | null;
  /** Milliseconds since 1970 UTC: when it was said or done. */
  readonly at: number;
  readonly text: string;
  /** Not to be found as things stand; what is hidden otherwise stays so. */
  readonly isHidden?: boolean;
  /** Names that count three times as much: entry key, task id, branch, tool, declared names. '' when there are none. */
  readonly names: string;
  /** Entries only: filters of context.search. A category also moves the rank (decision, preference, fact up). */
  readonly category?: string | null;
  readonly tags?: readonly string[];
}

/** Fields of a record whose type search does not know; the owner does. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * What is to be found of a record. Must depend on the record and on rows that end up the same after a rebuild:
 * where later records change the text, return the text as the rows have it now.
 */
export interface Findable {
  /** Name of the record type: 'message.add'. */
  readonly record: string;
  /** [] = this record says nothing new: what was there stays. Otherwise the parts replace all of (kind, ent). */
  readonly parts: (record: Applied<Fields>, tx: Projecting) => readonly SearchPart[];
  /** Parts this record does not name stay: a tool's output comes after its call, as further parts. */
  readonly adds?: true;
}

/** What a record hides or shows again: retired, erased, superseded, on a dead branch. Runs after all Findables. */
export interface Hiding {
  readonly record: string;
  readonly hidden: (
    record: Applied<Fields>,
    tx: Projecting,
  ) => readonly { readonly kind: FindableKind; readonly ent: string; readonly hidden: boolean }[];
}

/** How a found thing is shown: asked for the results of one page only. */
export interface Showing {
  readonly kind: FindableKind;
  /**
   * The text of a part exactly as it was given to search; undefined when it is gone, expired, or not for whoever asks:
   * then it is no result.
   */
  readonly text: (read: Read, ent: string, part: number, context: Context) => string | undefined;
  /**
   * key: an entry's key, a commit's sha, a task's id, a document's uri. title: session title, subject, tool and command;
   * of a document its title and the headings above the part.
   */
  readonly heading: (
    read: Read,
    ent: string,
    part?: number,
  ) => { readonly key: string | null; readonly title: string | null };
  /** Its title is that of the session it is of, asked for here once for all of a session. */
  readonly sessionTitle?: (read: Read, session_id: string) => string | null;
  /** Another one has taken its place: told to whoever asks for it, and not unasked. */
  readonly isSuperseded?: (read: Read, ent: string) => boolean;
}

/** What is of a branch in one database: everything of some sessions, and some commits by their ids. */
export type BranchOf = (
  read: Read,
  branch: string,
) => { readonly sessions: readonly string[]; readonly commits: readonly string[] };

type Json = z.output<ReturnType<typeof z.json>>;

/** An entry as context.search answers it. */
export interface FoundEntry {
  readonly entry_id: string;
  readonly key: string;
  readonly value: Json;
  readonly layer: Layer;
  readonly scope: Scope;
  readonly priority: Priority;
  readonly category: string;
  readonly tags?: readonly string[];
  /** RFC 3339. */
  readonly updated_at: string;
}

/** A live entry by its id; undefined when it is retired or gone, or not for whoever asks. */
export type EntryOf = (read: Read, ent: string, context: Context) => FoundEntry | undefined;
