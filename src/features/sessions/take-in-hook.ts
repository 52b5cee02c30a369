// Words that a hook told for want of a transcript. Where hook and transcript name a message alike it is one record; where
// they do not, the transcript's takes the place of the hook's: the same words at the same moment.
import type { CapturedMessage } from '../../core/captured.ts';
import { actor, type Batch, idOf, originOf, wrote } from './batch.ts';
import { anyOfHook, messagesAround } from './queries.ts';
import { messageMark } from './records.ts';

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
    if (id === idOf(batch, said.key)) continue;
    const mark = idOf(batch, ['instead', id]);
    if (batch.tx.known(mark)) continue;
    batch.tx.append(messageMark, {
      ...{ id: mark, ent: id, fields: { session_id, live: 0 as const } },
      actor: actor(batch, session_id),
      origin: originOf(batch, 'agent'),
    });
    wrote(batch, session_id);
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
