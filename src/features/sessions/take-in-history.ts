// A history that somebody wrote of a conversation, taken in before what its agent itself keeps of it.
import { historyWriter } from '../../core/words.ts';
import type { Batch } from './batch.ts';
import { runOf, standingOfRun } from './queries.ts';
import { takeOut } from './take-in-mark.ts';

/** Takes out what a history told of the conversations of a batch: the transcript itself tells all of it, and better. */
export function takePlaceOfHistory(batch: Batch): void {
  const { tx, source, conversations } = batch;
  if (source.agent === historyWriter || source.from === 'hook') return;
  for (const [native_id, { session_id }] of conversations) {
    const history = tx.one(runOf, { agent: historyWriter, native_id });
    if (history?.session_id !== session_id) continue;
    for (const { id } of tx.all(standingOfRun, { session_id, run_id: history.run_id })) takeOut(batch, session_id, id);
  }
}
