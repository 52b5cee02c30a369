// What capture holds of conversations that are erased: kept lines, reading states, events in the spool.
import { parseSpoolEvent } from '../../core/spool-event.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { dropLastWords } from './last-words.ts';
import { conversationIdOf, speakerOf } from './live/live-event.ts';
import type { CaptureParts } from './needs.ts';
import { countSegments, dropSegments, dropState, sourcesOf } from './queries.ts';

type Conversation = { readonly agent: string; readonly native_id: string };

/** How many parts of transcripts are kept of some conversations. */
export function countKept(read: Read, conversations: readonly Conversation[]): number {
  return distinct(conversations).reduce((sum, each) => sum + (read.one(countSegments, each)?.count ?? 0), 0);
}

/** Drops what is kept of their transcripts; returns how many parts. */
export function dropKept(tx: Write, conversations: readonly Conversation[]): number {
  return distinct(conversations).reduce((sum, each) => sum + tx.run(dropSegments, each), 0);
}

function distinct(conversations: readonly Conversation[]): Conversation[] {
  const byName = new Map(conversations.map(({ agent, native_id }) => [`${agent}:${native_id}`, { agent, native_id }]));
  return [...byName.values()];
}

interface Forgetting {
  readonly project_id: string;
  readonly read: Read;
  /** Conversations of which a part was erased: what was read of them is read again, without it. */
  readonly named: readonly Conversation[];
}

/**
 * Drops the reading states of erased conversations, which hold titles and pieces of text. A file that is being read is
 * waited for: its reader would write its state back.
 */
export async function forgetStates(parts: CaptureParts, { project_id, read, named }: Forgetting): Promise<void> {
  const names = new Set(named.map(({ agent, native_id }) => `${agent}:${native_id}`));
  const isGone = (agent: string, native: string) =>
    names.has(`${agent}:${native}`) || parts.isForgotten(read, agent, [native]);
  const sources = parts.user.read.all(sourcesOf, { project_id });
  const erased = sources.filter(({ agent, native_id }) => isGone(agent, native_id));
  await Promise.all(erased.map(({ path }) => parts.reading.get(path)));
  await parts.user.write((tx) => {
    for (const { path } of erased) tx.run(dropState, { path, project_id });
    dropLastWords(tx, isGone);
  });
}

/** True for an event of a conversation that was erased from a database, or one that nobody can tell whose it is. */
export function isForgottenEvent(parts: CaptureParts, read: Read, bytes: Uint8Array): boolean {
  const event = parseSpoolEvent(bytes);
  if ('bad' in event) return true;
  const native = conversationIdOf(event);
  if (native === undefined) return false;
  const { text } = parts.redactor.text(native.toWellFormed());
  return parts.isForgotten(read, speakerOf(event), [text]);
}
