import type { Projection, Write } from './record-type.ts';
import { query } from './record-type.ts';

/** Records of one log that lie side by side: [log, first, last]. */
export type Range = readonly [log: string, from: number, to: number];

/** A record of an entity that is about to go. */
export interface Doomed {
  readonly n: number;
  readonly log: string;
  readonly seq: number;
  readonly ent: string;
  /** Record type: 'message.add'. */
  readonly name: string;
  readonly body: string;
}

export interface Erased {
  /** Where the records stood. */
  readonly targets: readonly Range[];
  /** Texts that stood in blobs of their own and are gone. */
  readonly texts: number;
}

/** Ids go in one JSON list: a session may have tens of thousands. */
const recordsOf = query<{ ents: string }, Doomed>(
  `select r.n, l.log, r.seq, r.ent, r.type || '.' || r.op as name, r.body
   from records r join logs l using (log_n)
   where r.ent in (select value from json_each(:ents)) and r.state <> 1 and r.body is not null order by r.n`,
);
/** What is left of a record proves the chain and says nothing. */
const blank = query<{ numbers: string }, unknown>(
  `update records set id = null, ent = null, type = null, op = null, hlc = null, body = null, salt = null, state = 1
   where n in (select value from json_each(:numbers))`,
);
const dropHeads = query<{ ents: string }, unknown>(
  'delete from heads where ent in (select value from json_each(:ents))',
);
const release = query<{ hash: Uint8Array }, unknown>('update blobs set refs = refs - 1 where hash = :hash');
const dropUnused = query<{ hash: Uint8Array }, unknown>('delete from blobs where hash = :hash and refs <= 0');
const hasColumn = query<{ table: string; column: string }, { found: 1 }>(
  'select 1 as found from pragma_table_info(:table) where name = :column',
);

/** Every record of some entities. */
export function doomedRecords(tx: Pick<Write, 'all'>, ents: readonly string[]): Doomed[] {
  return tx.all(recordsOf, { ents: JSON.stringify(ents) });
}

/**
 * Takes everything some entities said out of a database: bodies and salts of their records, texts that nothing else names,
 * and their rows. The commitments stay, so the chain still verifies; a rebuild gives the rows that are left.
 * projections: those of this database. records: which of theirs go, all when absent.
 */
export function eraseEntities(
  tx: Write,
  projections: readonly Projection[],
  ents: readonly string[],
  records: readonly Doomed[] = doomedRecords(tx, ents),
): Erased {
  tx.run(blank, { numbers: JSON.stringify(records.map(({ n }) => n)) });
  tx.run(dropHeads, { ents: JSON.stringify(ents) });
  dropRows(tx, projections, ents);
  const texts = records.reduce((sum, { body }) => sum + dropBlobs(tx, body), 0);
  return { targets: rangesOf(records), texts };
}

function dropRows(tx: Write, projections: readonly Projection[], ents: readonly string[]): void {
  for (const each of projections) each.erase?.(tx, ents);
  for (const [table, info] of projections.flatMap((each) => Object.entries(each.tables))) {
    const column = info.entity === undefined ? 'ent' : info.entity;
    if (column === null || !tx.one(hasColumn, { table, column })) continue;
    const drop = query<{ ents: string }, unknown>(
      `delete from ${table} where ${column} in (select value from json_each(:ents))`,
    );
    tx.run(drop, { ents: JSON.stringify(ents) });
  }
}

/** Lets go of the texts that a body names and removes those that nothing names any more; returns how many. */
export function dropBlobs(tx: Write, body: string): number {
  // a body is written by the engine, or was checked when it arrived
  const { fields } = JSON.parse(body) as { readonly fields: Readonly<Record<string, unknown>> };
  let dropped = 0;
  for (const [name, value] of Object.entries(fields)) {
    if (!name.endsWith('_blob') || typeof value !== 'string') continue;
    const hash = Buffer.from(value, 'hex');
    tx.run(release, { hash });
    dropped += tx.run(dropUnused, { hash });
  }
  return dropped;
}

/** Where some records stand. */
export function rangesOf(records: readonly Doomed[]): Range[] {
  const found: [string, number, number][] = [];
  for (const { log, seq } of records.toSorted((a, b) => (a.log === b.log ? a.seq - b.seq : a.log < b.log ? -1 : 1))) {
    const last = found.at(-1);
    if (last && last[0] === log && last[2] === seq - 1) last[2] = seq;
    else found.push([log, seq, seq]);
  }
  return found;
}
