// What became of erases: on which devices they are done, and which remotes still hold what they took away.
import { hlcMs } from '../../core/hlc.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { RecordBody } from '../../core/record.ts';
import type { Range } from '../../store/erase.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import type { KnownDevice, KnownRemote, ReceiptNeeds } from './needs.ts';
import { confirmations, type EraseRow, erases } from './receipt-queries.ts';

type Receipts = (typeof contract)['store.erasures'];
type Receipt = Reply<Receipts>['receipts'][number];

const dayMs = 86_400_000;
/** Nobody waits for a device that was not heard of for so long. */
const silentMs = 180 * dayMs;

/** Receipts of the project and of what is the person's own, the newest first. */
export function receipts(needs: ReceiptNeeds) {
  return ({ read, now }: Context, { receipt_id }: Parsed<Receipts>): Reply<Receipts> => {
    const known = { devices: needs.devices(read.user), remotes: needs.remotes(read.user), now };
    // outside of any project both are the same
    const databases = [...new Set([read.project, read.user])];
    const found = databases.flatMap((each) => ofDatabase(needs, each, known));
    const all = [...new Map(found.map((each) => [each.receipt_id, each])).values()];
    const meant = receipt_id === undefined ? all : all.filter((each) => each.receipt_id.startsWith(receipt_id));
    return { receipts: meant.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, 100) };
  };
}

interface Known {
  readonly devices: readonly KnownDevice[];
  readonly remotes: readonly KnownRemote[];
  readonly now: number;
}

function ofDatabase(needs: ReceiptNeeds, read: Read, known: Known): Receipt[] {
  const said = read.all(confirmations, {});
  const groups = Map.groupBy(read.all(erases, {}), (row) => row.receipt_id);
  return [...groups].map(([receipt_id, parts]) => receipt(needs, read, { receipt_id, parts, said, known }));
}

interface Told {
  readonly receipt_id: string;
  readonly parts: readonly EraseRow[];
  readonly said: readonly { readonly dev: string; readonly id: string; readonly at: number }[];
  readonly known: Known;
}

function receipt(needs: ReceiptNeeds, read: Read, { receipt_id, parts, said, known }: Told): Receipt {
  const bodies = parts.map(({ body }) => fieldsOf(body));
  const first = bodies.at(-1);
  const at = Math.min(...parts.map(({ hlc }) => hlcMs(hlc)));
  const targets = bodies.flatMap((each) => each.targets);
  return {
    ...{ receipt_id, at: new Date(at).toISOString(), reason: first?.reason ?? '', by: parts[0]?.dev ?? '' },
    entities: bodies.reduce((sum, { ents }) => sum + ents.length, 0),
    devices: known.devices.map((device) => {
      const of = said.filter(({ dev }) => dev === device.dev);
      const done = parts.map(({ id }) => of.find((each) => each.id === id)?.at);
      const isDone = done.every((each) => each !== undefined);
      const last = device.last_seen ?? device.added_at;
      const never = device.added_at > at;
      const isLost = device.revoked_at !== null || known.now - last > silentMs;
      return {
        ...{ device: device.dev, name: device.name },
        state: isDone || never ? ('done' as const) : isLost ? ('out of reach' as const) : ('pending' as const),
        confirmed_at: isDone ? new Date(Math.max(...done.map((each) => each ?? 0))).toISOString() : null,
        last_seen: device.last_seen === null ? null : new Date(device.last_seen).toISOString(),
      };
    }),
    remotes: known.remotes.map(({ remote_id, name }) => {
      const held = needs.heldThere(read, targets, remote_id);
      const of = new Set(
        held.map(({ dev }) => known.devices.find((each) => each.dev === dev)?.name ?? dev.slice(0, 8)),
      );
      return {
        name,
        state: held.length === 0 ? ('done' as const) : ('pending' as const),
        packs: held.length,
        of: [...of],
      };
    }),
  };
}

interface Fields {
  readonly targets: readonly Range[];
  readonly ents: readonly string[];
  readonly reason: string;
}

function fieldsOf(body: string): Fields {
  // written by recordGone, or by another device that did
  return (JSON.parse(body) as Omit<RecordBody, 'fields'> & { readonly fields: Fields }).fields;
}
