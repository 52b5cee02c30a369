import type { Captured } from '../../core/captured.ts';
import { type Batch, idOf } from './batch.ts';
import { conversationEntities } from './erasing.ts';

/** True for what was erased, or belongs to a conversation that was: it does not come back with its source. */
export function isForgotten(batch: Batch, item: Captured): boolean {
  if (batch.isErased === undefined) return false;
  if (isConversationForgotten(batch, item.session, item.kind === 'session' ? item.parent : undefined)) return true;
  const ent = entityOf(batch, item);
  return ent !== undefined && batch.isErased(ent);
}

/** A sub-agent's conversation goes with the one that started it. */
function isConversationForgotten(batch: Batch, native: string, parent?: string): boolean {
  const known = batch.forgotten.get(native);
  if (known !== undefined) return known;
  batch.forgotten.set(native, false); // should one name itself as its parent
  const announced = Object.hasOwn(batch.announced, native) ? batch.announced[native]?.parent : undefined;
  const above = parent ?? announced;
  const isErased = conversationEntities(batch.source.agent, native).some((ent) => batch.isErased?.(ent));
  const forgotten = isErased || (above !== undefined && isConversationForgotten(batch, above));
  batch.forgotten.set(native, forgotten);
  return forgotten;
}

function entityOf(batch: Batch, item: Captured): string | undefined {
  if (item.kind === 'message') return idOf(batch, item.key);
  if (item.kind === 'usage' || item.kind === 'edit') return idOf(batch, [item.kind, ...item.key]);
  if (item.kind === 'tool-call' || item.kind === 'tool-result') return idOf(batch, [item.callId]);
  return undefined;
}
