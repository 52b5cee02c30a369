// What a session sent to its model, as texts in their order.
import type { Read } from '../../store/record-type.ts';
import { callText } from './call-text.ts';
import { foundMessage, foundTool } from './queries.ts';
import { carrierOf, compactedAt, newestModel, spokenSessions, type TurnRow, turnsOfSession } from './turn-queries.ts';

export interface Turn {
  /** The message or call it stands in. */
  readonly ent: string;
  readonly role: 'user' | 'assistant' | 'tool';
  readonly text: string;
}

/**
 * The turns that a session has in front of its model, since its last compaction, one after the other, so that whoever hashes
 * them holds one text at a time.
 */
export function* turnsOf(read: Read, session_id: string, limit: number): Generator<Turn> {
  const since = read.one(compactedAt, { session_id })?.at ?? 0;
  for (const row of read.all(turnsOfSession, { session_id, since, limit })) {
    yield { ent: row.ent, role: roleOf(row), text: textOf(read, row) };
  }
}

/** The texts that stand in a message or call as it is now; none where it is gone. */
export function textsOfTurn(read: Read, ent: string): readonly string[] {
  const message = read.one(foundMessage, { id: ent });
  if (message) return [read.text(read.fields(message.rec), 'content')];
  const call = read.one(foundTool, { id: ent });
  if (!call) return [];
  const { rec, result_rec, tool } = call;
  const output = result_rec === null ? [] : [read.text(read.fields(result_rec), 'output')];
  return [callSaid(read, rec, tool), ...output];
}

/** Sessions that said something, the latest first. */
export function spoken(read: Read, limit: number) {
  return read.all(spokenSessions, { limit });
}

/** Who carries a session: agent and model of its newest conversation. */
export function carrier(read: Read, session_id: string): { readonly agent: string; readonly model: string | null } {
  return read.one(carrierOf, { session_id }) ?? { agent: '', model: null };
}

/** The model that was used last, of whichever session. */
export function usedModel(read: Read): string | null {
  return read.one(newestModel, {})?.model ?? null;
}

function roleOf({ role, part }: TurnRow): Turn['role'] {
  if (part === 'output' || role === 'tool') return 'tool';
  return role === 'assistant' ? 'assistant' : 'user';
}

function textOf(read: Read, { part, rec, tool }: TurnRow): string {
  if (part === 'call') return callSaid(read, rec, tool ?? '');
  return read.text(read.fields(rec), part === 'output' ? 'output' : 'content');
}

function callSaid(read: Read, rec: number, tool: string): string {
  return `${tool}\n${callText(read, read.fields(rec))}`;
}
