// What the oracle is told of a write: read from the log alone, never from rows, heads or bases.
import { uuidV8 } from '../../src/core/ids.ts';
import { messageAdd } from '../../src/features/sessions/records.ts';
import type { Store } from '../../src/store/store.ts';
import { person, type SimDevice } from './device.ts';
import { carryOut, entityOf } from './hand.ts';
import type { Intent } from './intent.ts';
import type { Oracle } from './oracle.ts';

interface Written {
  readonly id: string;
  readonly hlc: string;
  readonly dev: string;
  readonly log: string;
}

/** Records of an entity that a store holds. */
export function heldOf(store: Store, ent: string): ReadonlySet<string> {
  const rows = store.statements.all<{ id: string }>('select id from records where ent = ? and id is not null', [ent]);
  return new Set(rows.map(({ id }) => id));
}

/** Does what is meant on a device and tells the oracle; true when something was written. */
export async function doAndTell(device: SimDevice, intent: Intent, mark: string, oracle: Oracle): Promise<boolean> {
  const { store } = device;
  const ent = entityOf(intent.key);
  // what came without something that its author had seen may show otherwise when that is here: nobody has seen it yet
  const held = heldOf(store, ent);
  const saw = new Set([...held].filter((id) => oracle.pastOfId(id).isSubsetOf(held)));
  const { says } = await carryOut(device, intent, mark);
  const all = store.statements.all<Written>(
    'select r.id, r.hlc, l.dev, l.log from records r join logs l using (log_n) where r.ent = ? order by r.n',
    [ent],
  );
  const fresh = all.filter(({ id }) => !held.has(id));
  const [first, ...more] = fresh;
  if (!first) return false;
  if (more.length > 0) throw new Error(`one deed wrote ${fresh.length} records`);
  oracle.note({ ...first, ent, by: intent.by, saw, says });
  return true;
}

/** Takes in a message as any device would that reads the same transcript: the same fact, wherever it is read. */
export async function addMessage(device: SimDevice, message: number): Promise<string> {
  const id = uuidV8(['message', 'codex', 'n1', String(message)]);
  return device.store.write((tx) => {
    if (tx.known(id)) return 'known';
    const fields = {
      session_id: 's1',
      role: 'user',
      kind: 'prompt',
      content: `said ${message}`,
      at: 1_000 * message,
    } as const;
    tx.append(messageAdd, { id, ent: id, fields, actor: { user: person }, origin: 'human' });
    return 'taken in';
  });
}
