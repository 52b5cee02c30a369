// What is no longer part of a conversation, is again, or is told better by something else.
import type { CapturedRewind } from '../../core/captured.ts';
import type { Id } from '../../core/ids.ts';
import { actor, type Batch, conversation, idOf, originOf, wrote } from './batch.ts';
import { markOf } from './queries.ts';
import { messageMark } from './records.ts';

/**
 * A fork rewinds in its copy only: what it copied stays as it is where it was said. Rewound and brought back, a thing may
 * be rewound again: what the last mark says counts.
 */
export function rewind(batch: Batch, item: CapturedRewind): void {
  const { session_id } = conversation(batch, item.session, item.at);
  const ent = idOf(batch, item.key);
  const live = item.undone ? 1 : 0;
  const before = batch.tx.one(markOf, { id: ent, session_id });
  const id = idOf(batch, ['rewind', item.session, ...item.key, ...(before ? [before.hlc] : [])]);
  if ((before?.live ?? 1) === live || batch.tx.known(id)) batch.known += 1;
  else append(batch, session_id, { id, ent, live });
}

/** Takes something out of its session for what tells it better; once. */
export function takeOut(batch: Batch, session_id: string, ent: Id): void {
  const id = idOf(batch, ['instead', ent]);
  if (!batch.tx.known(id)) append(batch, session_id, { id, ent, live: 0 });
}

function append(batch: Batch, session_id: string, { id, ent, live }: { id: Id; ent: Id; live: 0 | 1 }): void {
  const about = { actor: actor(batch, session_id), origin: originOf(batch, 'agent') };
  batch.tx.append(messageMark, { id, ent, fields: { session_id, live }, ...about });
  wrote(batch, session_id);
}
