// What one Cursor transcript needs to remember between two lines, as plain JSON.
import type { Captured, CapturedMessage, CapturedSession } from '../../../core/captured.ts';
import type { TranscriptSource } from './adapter.ts';
import { countSaid, type SaidLetter, saidKey, saidName } from './said-key.ts';
import { sessionItem } from './session-item.ts';
import { cutOwnBlocks } from './text-content.ts';

export type CursorState = {
  session: string;
  /** The conversation whose folder a sub-agent's file lies in; '' for a conversation of its own. */
  parent: string;
  /** Directory of the conversation; '' when nobody knows. */
  cwd: string;
  isAnnounced: boolean;
  /** The words of the parent agent have been read. */
  isInstructed: boolean;
  /** How often a thing was said, by its name. */
  said: { [name: string]: number };
  /** Key of the last prompt. */
  prompt: string[];
  /** [the agent's id or '', name of the call], of calls without a result. */
  calls: [string, string][];
};

/** One line being read, and the items it gave so far. */
export interface CursorLine {
  readonly state: CursorState;
  readonly session: string;
  readonly items: Captured[];
}

export function beginCursor({ fileName, path, directory }: TranscriptSource): CursorState {
  const parent = /([^/\\]+)[/\\]subagents[/\\][^/\\]+$/.exec(path)?.[1] ?? '';
  return {
    ...{
      session: fileName.replace(/\.txt$/, '') || 'cursor',
      parent,
      cwd: directory ?? '',
      isAnnounced: false,
      isInstructed: false,
    },
    ...{ said: {}, prompt: [], calls: [] },
  };
}

export function announceCursor(state: CursorState): CapturedSession {
  state.isAnnounced = true;
  return sessionItem(state.session, 0, { cwd: state.cwd || undefined, parent: state.parent || undefined });
}

type Said = Pick<CapturedMessage, 'role' | 'as' | 'text' | 'metadata'> & { readonly letter: SaidLetter };

/** Adds a message; a blank text adds nothing. */
export function speak({ state, session, items }: CursorLine, { letter, ...said }: Said): void {
  const text = cutOwnBlocks(said.text).trim();
  if (text === '') return;
  const name = saidName(letter, text);
  const key = saidKey(session, name, countSaid(state.said, name));
  const replyTo = state.prompt.length > 0 ? { replyTo: [...state.prompt] } : {};
  items.push({ kind: 'message', session, at: 0, key, ...said, text, ...replyTo });
  if (said.as === 'prompt') state.prompt = key;
}
