import type { Prices } from '../../../core/prices.ts';
import type { Context } from '../../feature.ts';
import type { Prompts } from './request.ts';
import type { CacheRules } from './rules.ts';

/** Tokens of one request, in the classes in which they are stored. */
export interface RecordedRequest {
  /** The provider's own id, where it is known. */
  readonly request_id?: string | null;
  readonly at: number;
  readonly model: string | null;
  readonly fresh: number;
  readonly cache_read: number;
  /** With those for one hour. */
  readonly cache_write: number;
  readonly write_1h: number;
  readonly output: number;
}

/** A conversation with its requests, oldest first. */
export interface RecordedConversation {
  readonly session_id: string | null;
  readonly path: string | null;
  readonly agent: string | null;
  readonly title: string | null;
  readonly requests: readonly RecordedRequest[];
  readonly compactions: readonly number[];
  /** What stood in its prompts; absent where only usage is known. */
  readonly prompts?: Prompts;
}

export interface AuditWanted {
  readonly since: number;
  readonly agent: string | undefined;
  readonly session_id: string | undefined;
  readonly children: boolean;
}

/** What the audit is handed by the daemon. */
export interface AuditNeeds {
  readonly prices: Prices;
  readonly rulesOf: (model: string) => CacheRules;
  /** Of the project. Throws session/not-found for an id that is none. */
  readonly conversations: (context: Context, wanted: AuditWanted) => Iterable<RecordedConversation>;
  /** Of files that are only looked at. Throws file/unreadable for one that is not there. */
  readonly inFiles: (paths: readonly string[], wanted: AuditWanted) => AsyncIterable<RecordedConversation>;
  /** Lets everything that waits have its turn. */
  readonly breathe: () => Promise<void>;
}
