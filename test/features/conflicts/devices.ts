// Devices with a real store each, which give each other their records.
import fs from 'node:fs';
import { join } from 'node:path';
import type { Id } from '../../../src/core/ids.ts';
import { uuidV8 } from '../../../src/core/ids.ts';
import { conflictRows } from '../../../src/features/conflicts/projection.ts';
import * as documentSearch from '../../../src/features/documents/findable.ts';
import { documents } from '../../../src/features/documents/projection.ts';
import * as entrySearch from '../../../src/features/entries/findable.ts';
import { entries } from '../../../src/features/entries/projection.ts';
import { searchProjection } from '../../../src/features/search/projection.ts';
import { commitRows } from '../../../src/features/sessions/commit-projection.ts';
import { findables, hidings } from '../../../src/features/sessions/findable.ts';
import { messageRows } from '../../../src/features/sessions/message-projection.ts';
import { sessionRows } from '../../../src/features/sessions/session-projection.ts';
import { taskRows } from '../../../src/features/sessions/task-projection.ts';
import { workRows } from '../../../src/features/sessions/work-projection.ts';
import { type BlobSource, blobSource, type ForeignRecord } from '../../../src/store/foreign.ts';
import { migration } from '../../../src/store/migrate.ts';
import { Store } from '../../../src/store/store.ts';
import { storeSetting } from '../../store/temporary-store.ts';

const projections = [
  ...[entries, documents, sessionRows, messageRows, workRows, taskRows, commitRows, conflictRows],
  searchProjection(
    [...entrySearch.findables, ...documentSearch.findables, ...findables],
    [...entrySearch.hidings, ...documentSearch.hidings, ...hidings],
  ),
];

const source = join(import.meta.dirname, '../../../src');
const migrations = fs
  .readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => /migrations\/\d{4}.*\.sql$/.test(path) && !/0001-log|0040-erasures/.test(path))
  .map((path) => migration(path.split('/').at(-1) ?? '', fs.readFileSync(join(source, path), 'utf8')));

export interface Device {
  readonly name: string;
  readonly store: Store;
  readonly clock: { now: number };
}

/** A device whose database lies in a directory of its own there; the caller closes the store. */
export function device(name: string, directory: string, resolution: 'intelligent' | 'manual' = 'intelligent'): Device {
  const own = join(directory, name);
  fs.mkdirSync(own);
  let drawn = 0;
  const random = (bytes: number) => {
    drawn += 1;
    return Buffer.from(`${name}${drawn}`.padEnd(bytes, '.')).subarray(-bytes);
  };
  const wanted = { directory: own, migrations, projections, random, resolution: () => resolution };
  const { settings, clock } = storeSetting(wanted);
  const identity = { ...settings.identity, dev: uuidV8(['device', name]) as Id };
  return { name, clock, store: new Store({ ...settings, identity, deviceName: name }) };
}

/** All records of a store's own log, in order. */
export function ownRecords({ store }: Device): readonly ForeignRecord[] {
  return store.statements.all<ForeignRecord>(
    `select l.ws, l.dev, l.log, r.seq, r.v, r.body, r.salt, r.com, r.head
     from records r join logs l using (log_n) where l.own = 1 order by r.seq`,
    [],
  );
}

/** Gives one device what it has not of another's own log. */
export async function give(from: Device, to: Device): Promise<void> {
  const blobs: BlobSource = blobSource(from.store.statements);
  await to.store.write(() => to.store.appendForeign(ownRecords(from), blobs));
}

/** Until everybody has everything. */
export async function exchange(devices: readonly Device[]): Promise<void> {
  for (const from of devices) for (const to of devices) if (from !== to) await give(from, to);
}
