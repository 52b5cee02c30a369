import type { Reads } from '../features/brief/assemble.ts';
import { lastWordsOf } from '../features/capture/last-words.ts';
import { runsOfSession } from '../features/sessions/queries.ts';

/** What the agent of a session said last, as its hook told it; empty where no hook did. */
export function lastWords(
  { project, user }: Reads,
  session_id: string,
): { readonly last_words?: { readonly text: string; readonly at: number } } {
  const words = lastWordsOf(user, project.all(runsOfSession, { session_id }));
  return words === undefined ? {} : { last_words: { text: words.text, at: words.at } };
}
