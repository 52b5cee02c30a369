import type { Actor, Origin } from '../../core/record.ts';
import type { Layer, Priority, Scope } from '../../core/words.ts';
import { recordType } from '../../store/record-type.ts';

/**
 * What one change of an entry says: everything at its creation, afterwards only what changed.
 * value: canonical JSON as a text, over 16 KiB as value_blob. null takes a session or an expiry away again.
 * tenant_id, user_id, agent_id and, in scope session, session_id are part of its identity and never change; in the other
 * scopes session_id is the session that a session-layer entry belongs to.
 * over: its writer had stored too many new entries within the hour, so it is in quarantine. said: whose value a person
 * puts back; without meaning in records of anybody else.
 */
export type ContextPut = {
  readonly key?: string;
  readonly scope?: Scope;
  readonly tenant_id?: string;
  readonly user_id?: string;
  readonly agent_id?: string;
  readonly layer?: Layer;
  readonly priority?: Priority;
  readonly category?: string;
  readonly source?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly session_id?: string | null;
  /** Milliseconds since 1970 UTC. */
  readonly expires_at?: number | null;
  readonly value?: string;
  readonly value_blob?: string;
  readonly value_bytes?: number;
  readonly over?: boolean;
  readonly said?: Said;
};

/** Whose word a value is. */
export interface Said {
  readonly origin: Origin;
  readonly actor: Actor;
}

/** Stands among the doubts of an entry that came after too many others. */
export const tooMany = 'too many new entries within an hour';

export type ContextRetire = { readonly reason?: string };
export type ContextTag = { readonly add?: readonly string[]; readonly remove?: readonly string[] };
/** To another entity, by its id. */
export type Link = { readonly rel: string; readonly ent: string };
export type ContextLink = { readonly add?: readonly Link[]; readonly remove?: readonly Link[] };
export type ContextTrust = { readonly trust: number; readonly reason?: string };
export type ContextFeedback = { readonly useful?: number; readonly wrong?: number };

export const contextPut = recordType<ContextPut>('context.put', 'merge');
export const contextRetire = recordType<ContextRetire>('context.retire', 'merge');
export const contextTag = recordType<ContextTag>('context.tag', 'merge');
export const contextLink = recordType<ContextLink>('context.link', 'merge');
export const contextTrust = recordType<ContextTrust>('context.trust', 'merge');
export const contextFeedback = recordType<ContextFeedback>('context.feedback', 'grow');
