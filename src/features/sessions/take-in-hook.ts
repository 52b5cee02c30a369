// Words that a hook told for want of a transcript. Where hook and transcript name a message alike it is one record; where
// they do not, the transcript's takes the place of the hook's: the same words at the same moment.
import type { CapturedMessage } from '../../core/captured.ts';
import { actor, type Batch, idOf, originOf, wrote } from './batch.ts';
import { messagesAround } from './queries.ts';
import { messageMark } from './records.ts';

/** What a message that a hook told has in place of the agent's own id of it. */
export const hookMark = 'hook';

/** A transcript notes when a thing was said, its hook when it ran: others may have run before it. */
const sameWordsMs = 5 * 60_000;
/** The hooks of two installations run within this. */
const twiceMs = 2_000;

type Told = Pick<CapturedMessage, 'as' | 'text' | 'at'>;

/** True when a transcript tells these words already, or another hook just did. */
export function isTold(batch: Batch, session_id: string, said: Told): boolean {
  return wordsAround(batch, session_id, said).some(
    ({ native_id, at }) => native_id !== hookMark || Math.abs(at - said.at) < twiceMs,
  );
}

/** What hooks told of a message that a transcript tells now is no message of its own any more. */
export function takePlaceOfHook(batch: Batch, session_id: string, said: CapturedMessage): void {
  if (said.as !== 'prompt' && said.as !== 'text') return;
  if (!hasHookWords(batch, session_id)) return;
  for (const { id, native_id } of wordsAround(batch, session_id, said)) {
    if (native_id !== hookMark || id === idOf(batch, said.key)) continue;
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
  const range = { session_id, as: null, from: 0, until: Number.MAX_SAFE_INTEGER, native_id: hookMark };
  const has = tx.all(messagesAround, range).length > 0;
  hooked.set(session_id, has);
  return has;
}

function wordsAround({ tx }: Batch, session_id: string, { as, text, at }: Told) {
  const range = { session_id, as, from: at - sameWordsMs, until: at + sameWordsMs, native_id: null };
  return tx.all(messagesAround, range).filter(({ rec }) => tx.text(tx.fields(rec), 'content') === text);
}
