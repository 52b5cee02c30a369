// Words that a hook told for want of a transcript. Where hook and transcript name a message alike it is one record; where
// they do not, the transcript's takes the place of the hook's: the same words at the same moment.
import type { CapturedMessage, HookCall } from '../../core/captured.ts';
import { type Batch, idOf } from './batch.ts';
import { anyOfHook, editsOfCall, markOf, messagesAround } from './queries.ts';
import { takeOut } from './take-in-mark.ts';

/** What a message that a hook told has in place of the agent's own id of it. */
export const hookMark = 'hook';

/** A transcript notes when a thing was said, its hook when it ran: others may have run before it. */
const sameWordsMs = 5 * 60_000;

type Told = Pick<CapturedMessage, 'as' | 'text' | 'at'>;

/** True when a transcript tells these words already. What two hooks tell has one id. */
export function isTold(batch: Batch, session_id: string, said: Told): boolean {
  return wordsAround(batch, session_id, { ...said, by: 'transcript' }).length > 0;
}

/** What hooks told of a message that a transcript tells now is no message of its own any more. */
export function takePlaceOfHook(batch: Batch, session_id: string, said: CapturedMessage): void {
  if (said.as !== 'prompt' && said.as !== 'text') return;
  if (!hasHookWords(batch, session_id)) return;
  for (const { id } of wordsAround(batch, session_id, { ...said, by: 'hook' })) {
    if (id !== idOf(batch, said.key)) takeOut(batch, session_id, id);
  }
}

/** The same call said more often than this by hooks alone is not looked through. */
const mostAlike = 200;

/**
 * A call that a hook told of, and its edits, are none of their own any more once a transcript tells it under another name:
 * of several alike the first that still stands.
 */
export function takePlaceOfCall(batch: Batch, session_id: string, { id, counted }: HookCall): void {
  for (let times = 1; times <= (counted ? mostAlike : 1); times += 1) {
    const callId = counted ? `${id}:${times}` : id;
    if (!batch.tx.known(idOf(batch, [callId, 'call']))) return;
    const ent = idOf(batch, [callId]);
    if (batch.tx.one(markOf, { id: ent, session_id })) continue;
    const edits = batch.tx.all(editsOfCall, { session_id, call: ent });
    for (const each of [{ id: ent }, ...edits]) takeOut(batch, session_id, each.id);
    return;
  }
}

function hasHookWords({ tx, hooked }: Batch, session_id: string): boolean {
  const known = hooked.get(session_id);
  if (known !== undefined) return known;
  const has = tx.one(anyOfHook, { session_id, mark: hookMark }) !== undefined;
  hooked.set(session_id, has);
  return has;
}

function wordsAround(
  { tx }: Batch,
  session_id: string,
  { as, text, at, by }: Told & { readonly by: 'hook' | 'transcript' },
) {
  const range = { from: at - sameWordsMs, until: at + sameWordsMs, bytes: Buffer.byteLength(text) };
  const rows = tx.all(messagesAround, { session_id, as, ...range, mark: hookMark, hooked: by === 'hook' ? 1 : 0 });
  return rows.filter(({ rec }) => tx.text(tx.fields(rec), 'content') === text);
}
