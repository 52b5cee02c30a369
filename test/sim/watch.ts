// What the oracle is told of a write: read from the log alone, never from rows, heads or bases.
import { uuidV8 } from '../../src/core/ids.ts';
import { recordGone } from '../../src/features/erasing/record-gone.ts';
import { sessionEntity } from '../../src/features/sessions/join.ts';
import { messageAdd } from '../../src/features/sessions/records.ts';
import { doomedRecords, rangesOf } from '../../src/store/erase.ts';
import { query } from '../../src/store/record-type.ts';
import type { Store } from '../../src/store/store.ts';
import { person, type SimDevice } from './device.ts';
import { carryOut, entityOf } from './hand.ts';
import type { Intent } from './intent.ts';
import type { Oracle } from './oracle.ts';
import { conversation } from './schedule.ts';

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
  const knew = erasesIn(store, ent);
  const isSeen = (id: string) =>
    oracle.pastOfId(id).isSubsetOf(held) && (oracle.writes.get(id)?.knew ?? knew).isSubsetOf(knew);
  const saw = new Set([...held].filter(isSeen));
  const { says } = await carryOut(device, intent, mark);
  const all = store.statements.all<Written>(
    'select r.id, r.hlc, l.dev, l.log from records r join logs l using (log_n) where r.ent = ? order by r.n',
    [ent],
  );
  const fresh = all.filter(({ id }) => !held.has(id));
  const [first, ...more] = fresh;
  if (!first) return false;
  if (more.length > 0) throw new Error(`one deed wrote ${fresh.length} records`);
  oracle.note({ ...first, ent, by: intent.by, saw, knew, says });
  return true;
}

/** Erases of an entity that a store knows, by what its log says. */
function erasesIn(store: Store, ent: string): ReadonlySet<string> {
  const sql = `select r.id from records r, json_each(r.body, '$.fields.ents') e
    where r.type = 'record' and r.op = 'erase' and e.value = ?`;
  return new Set(store.statements.all<{ id: string }>(sql, [ent]).map(({ id }) => id));
}

/** Erases an entry or a whole conversation, as the person does, and tells the oracle. */
export async function eraseAndTell(device: SimDevice, key: string, oracle: Oracle): Promise<string> {
  const { store } = device;
  const ent = key === conversation ? sessionEntity('s1') : entityOf(key);
  const id = await store.write((tx) => {
    const ents = [ent, ...(key === conversation ? tx.all(messagesOf, {}).map((row) => row.id) : [])];
    const targets = rangesOf(doomedRecords(tx, ents));
    const caller = { user: person, origin: 'human' as const };
    return targets.length === 0
      ? undefined
      : recordGone(tx, { targets, ents, conversations: [], reason: 'a test', caller });
  });
  if (id === undefined) return 'nothing there';
  oracle.erase(ent, id);
  return 'erased';
}

const messagesOf = query<Record<string, never>, { id: string }>("select id from messages where session_id = 's1'");

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
