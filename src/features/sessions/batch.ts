// What the writers of captured items share: ids from natural keys, the conversation an item belongs to, the author.
import type { CapturedSession } from '../../core/captured.ts';
import { type Id, uuidV8 } from '../../core/ids.ts';
import type { Actor, Origin } from '../../core/record.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { joinOrStart } from './join.ts';

export interface Echo {
  readonly id: Id;
  readonly text: string;
  readonly at: number;
}

export interface Source {
  readonly agent: string;
  readonly user: string;
  readonly device: string;
  /** Own transcripts speak with their authors' origin; a foreign file is import throughout. */
  readonly trusted: 'own' | 'foreign';
  /** A hook tells parts of a conversation, a transcript the whole. */
  readonly from: 'transcript' | 'hook';
  /** Name of the work tree a directory lies in: main, or the name git gives it; undefined outside the project. */
  readonly worktreeOf: (cwd: string) => string | undefined;
  /** A path as it is kept: relative to the project root where it lies in it. cwd: of the conversation. */
  readonly pathOf: (path: string, cwd: string | undefined) => string;
  readonly keepThinking: 'keep' | 'drop';
  /** Told of what an agent only repeated; id: of the message that is not kept. */
  readonly echoed: (tx: Write, echo: Echo) => void;
  /** Says of entities whether they were erased; undefined when nothing ever was. */
  readonly erasedIn: (read: Read) => ((ent: string) => boolean) | undefined;
}

/** Conversations that were announced but have said nothing yet, by native id. Carried from one batch to the next. */
export type Announced = Record<string, CapturedSession>;

export interface Batch {
  readonly tx: Write;
  readonly source: Source;
  readonly announced: Announced;
  readonly touched: Set<string>;
  readonly conversations: Map<string, Conversation>;
  readonly isErased: ((ent: string) => boolean) | undefined;
  /** Conversations by native id that were erased, or were not. */
  readonly forgotten: Map<string, boolean>;
  /** Sessions that have words which only a hook told, or have none. */
  readonly hooked: Map<string, boolean>;
  added: number;
  known: number;
  /** Items that were passed over, because they were erased. */
  erased: number;
}

export interface Conversation {
  readonly session_id: string;
  readonly run_id: string;
  readonly cwd: string | undefined;
}

/** The session a conversation belongs to, begun now if this is the first thing it says. */
export function conversation(batch: Batch, native: string, at: number): Conversation {
  const known = batch.conversations.get(native);
  if (known) return known;
  const announcement = Object.hasOwn(batch.announced, native) ? batch.announced[native] : undefined;
  const joined = joinOrStart(batch.tx, batch.source, announcement ?? { kind: 'session', session: native, at });
  batch.added += joined.added;
  const found = { session_id: joined.session_id, run_id: joined.run_id, cwd: announcement?.cwd };
  batch.conversations.set(native, found);
  return found;
}

/** The id of a record by the natural key of what it says. */
export function idOf(batch: Batch, key: readonly string[]): Id {
  return uuidV8([batch.source.agent, ...key]);
}

/** Whose doing a captured item is. */
export function actor(batch: Batch, session_id: string): Actor {
  return { user: batch.source.user, agent: batch.source.agent, session: session_id };
}

/** own: the origin in a transcript of one's own; a foreign one is import throughout, but for output of tools. */
export function originOf(batch: Batch, own: Origin): Origin {
  return batch.source.trusted === 'own' ? own : own === 'tool-output' ? own : 'import';
}

/** True when the record is known already; then it is counted, and nothing must be written. */
export function isKnown(batch: Batch, id: Id): boolean {
  if (!batch.tx.known(id)) return false;
  batch.known += 1;
  return true;
}

/** Counts one record written to a session. */
export function wrote(batch: Batch, session_id: string): void {
  batch.added += 1;
  batch.touched.add(session_id);
}
