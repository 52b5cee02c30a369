// What the engine costs over SQLite itself: records of 1 KB through group commit, and rows computed again from the log,
// each against a plain insert of the same bytes into one table, in transactions of the same size, equally durable.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { limits } from '../../src/core/limits.ts';
import { createRandom } from '../../src/platform/random.ts';
import { migration } from '../../src/store/migrate.ts';
import { rebuild } from '../../src/store/rebuild.ts';
import { on, projection, query, recordType } from '../../src/store/record-type.ts';
import { Store } from '../../src/store/store.ts';
import { verify } from '../../src/store/verify.ts';

const records = Math.max(1_000, Number(process.argv[2] ?? 50_000));
const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-bench-'));
const steps = '../../src/store/migrations';
const id = (last: number) => `019a3985-b900-7000-8000-00000000000${last}`;
const text = 'a thousand characters of ordinary talk, as agents write it. '.repeat(13);

type Line = { readonly text: string };
const lineAdd = recordType<Line>('line.add', 'grow');
const linePut = recordType<Line>('line.put', 'merge');
const add = query<{ ent: string; rec: number; at: number }, unknown>(
  'insert into lines (ent, rec, at) values (:ent, :rec, :at)',
);
const lines = projection({
  name: 'lines',
  version: 1,
  tables: { lines: { local: ['rec'], kept: { key: 'ent', columns: ['seen'] } } },
  handlers: [lineAdd, linePut].map((type) =>
    on(type, (tx, { n, ent, writtenAt }) => void tx.run(add, { ent, rec: n, at: writtenAt })),
  ),
});
const linesTable = `-- both: for this measurement
  create table lines (ent text primary key, rec integer not null, at integer not null, seen integer not null default 0)
  strict, without rowid;`;

function open(name: string): Store {
  const step = (name: string) => migration(name, fs.readFileSync(join(import.meta.dirname, steps, name), 'utf8'));
  return new Store({
    ...{ file: join(directory, name), kind: 'project', deviceName: 'bench' },
    identity: { ws: id(1), dev: id(2), user: id(3), project: id(4) },
    migrations: [step('0001-log.sql'), migration('0002-lines.sql', linesTable), step('0040-erasures.sql')],
    projections: [lines],
    ...{ clock: Date.now, random: createRandom(), failpoint: () => undefined, onCommit: () => undefined },
  });
}

async function perSecond(work: () => unknown): Promise<number> {
  const begin = process.hrtime.bigint();
  await work();
  return (records / Number(process.hrtime.bigint() - begin)) * 1e9;
}

function append(store: Store, type: typeof lineAdd): Promise<number> {
  const write = { fields: { text }, actor: { user: id(3), agent: 'bench' }, origin: 'agent' } as const;
  return perSecond(async () => {
    for (let done = 0; done < records; done += limits.groupCommit) {
      const size = Math.min(limits.groupCommit, records - done);
      await Promise.all(Array.from({ length: size }, () => store.write((tx) => tx.append(type, write))));
    }
  });
}

/** The same bodies into a table with nothing else. */
function plain(bodies: readonly string[]): Promise<number> {
  const db = new Database(join(directory, 'plain.db'));
  db.pragma('journal_mode = wal');
  db.pragma('synchronous = full');
  db.exec('create table plain (n integer primary key, body text not null) strict');
  const insert = db.prepare('insert into plain (body) values (?)');
  const group = db.transaction((some: readonly string[]) => {
    for (const body of some) insert.run(body);
  });
  return perSecond(() => {
    for (let done = 0; done < bodies.length; done += limits.groupCommit) {
      group.immediate(bodies.slice(done, done + limits.groupCommit));
    }
  });
}

const [grown, merged] = [open('grown.db'), open('merged.db')];
const grow = await append(grown, lineAdd);
const merge = await append(merged, linePut);
const bodies = grown.statements.all<{ body: string }>("select body from records where type = 'line'", []);
const reference = await plain(bodies.map((row) => row.body));
const rebuilt = await perSecond(() => rebuild(grown));
const verified = await perSecond(() => verify(grown, 'chain'));
const round = (value: number) => Math.round(value);
const ratio = (value: number) => Number((reference / value).toFixed(2));
console.log(
  JSON.stringify({
    ...{ bench: 'store', records, body_bytes: Buffer.byteLength(bodies[0]?.body ?? '') },
    ...{ plain_per_s: round(reference), append_per_s: round(grow), append_merge_per_s: round(merge) },
    ...{ rebuild_per_s: round(rebuilt), verify_chain_per_s: round(verified) },
    ...{ append_ratio: ratio(grow), append_merge_ratio: ratio(merge), rebuild_ratio: ratio(rebuilt) },
    bytes_per_record: round(fs.statSync(join(directory, 'grown.db')).size / records),
  }),
);
for (const store of [grown, merged]) store.close();
fs.rmSync(directory, { recursive: true });
