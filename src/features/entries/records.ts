import type { Layer, Priority, Scope } from '../../core/words.ts';
import { recordType } from '../../store/record-type.ts';

/**
 * What one change of an entry says: everything at its creation, afterwards only what changed.
 * value: canonical JSON as a text, over 16 KiB as value_blob. null takes a session or an expiry away again.
 */
export type ContextPut = {
  readonly key?: string;
  readonly scope?: Scope;
  readonly user_id?: string;
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
};

export type ContextRetire = { readonly reason?: string };

export const contextPut = recordType<ContextPut>('context.put', 'merge');
export const contextRetire = recordType<ContextRetire>('context.retire', 'merge');
