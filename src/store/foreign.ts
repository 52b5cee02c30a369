// Records that another log wrote: of another project of this device, of the mirror, later of another device.
import { PrsistError } from '../core/errors.ts';
import { latestOfPeers } from '../core/hlc.ts';
import { commitment, genesisHead, nextHead, type RecordBody } from '../core/record.ts';
import { noteHoles } from './branches.ts';
import { carryOut, eraseIn, isErased, recordErase } from './erasures.ts';
import { headsOf, mergeHeads } from './heads.ts';
import { appliedRecord } from './projector.ts';
import type { Write } from './record-type.ts';
import type { Statements } from './statements.ts';
import type { EngineParts, StoreEvent } from './transaction.ts';

/** A record row as it stands in a database, with the log it is of. */
export interface ForeignRecord {
  readonly ws: string;
  readonly dev: string;
  readonly log: string;
  readonly seq: number;
  readonly v: number;
  readonly body: string | null;
  readonly salt: Uint8Array | null;
  readonly com: Uint8Array;
  readonly head: Uint8Array;
}

export interface BlobRow {
  readonly hash: Uint8Array;
  readonly codec: number;
  readonly bytes: number;
  readonly data: Uint8Array | null;
}

/** The packed text of a hash in hex, from where the records come. */
export type BlobSource = (hash: string) => BlobRow | undefined;

export interface ForeignAppended {
  /** How many were not here yet. */
  readonly appended: number;
}

/** A store that takes records of other logs in, within a transaction. */
export interface Arriving extends EngineParts {
  readonly tx: Write;
  readonly emit: (event: StoreEvent) => void;
  /** Its database, for what is told when that fails. */
  readonly file: string;
}

interface Address {
  readonly log_n: number;
  readonly own: number;
  readonly state: string;
}

/** See Store.appendForeign, which is the only caller. */
export function appendForeign(into: Arriving, rows: readonly ForeignRecord[], blobs: BlobSource): ForeignAppended {
  let appended = 0;
  const unsettled = new Set<string>();
  const logs = new Map<string, number>();
  for (const row of rows) {
    const log_n = logs.get(row.log) ?? logOf(into, row);
    logs.set(row.log, log_n);
    if (isHere(into.statements, log_n, row)) continue;
    check(into.statements, log_n, row);
    insert(into, { row, log_n, unsettled }, blobs);
    appended += 1;
  }
  for (const ent of unsettled) into.settlement.settle(into.tx, ent);
  for (const [log, log_n] of logs) noteEnd(into.statements, log, log_n);
  return { appended };
}

/** The number of a log in this database, entered as closed when it is new: nobody writes it here. */
function logOf({ statements, clock }: Arriving, row: ForeignRecord): number {
  const known = statements.one<Address>('select log_n, own, state from logs where log = ?', [row.log]);
  if (known?.own && known.state === 'open') {
    throw new PrsistError('store/corrupt', `log ${row.log} is written here: no copy of it can be added`);
  }
  if (known) return known.log_n;
  return statements.insert(
    "insert into logs (ws, dev, log, own, seq, head, state, opened_at) values (?, ?, ?, 0, 0, ?, 'closed', ?)",
    [row.ws, row.dev, row.log, genesisHead(row), clock()],
  );
}

function isHere(statements: Statements, log_n: number, row: ForeignRecord): boolean {
  const here = statements.one<{ com: Buffer; head: Buffer }>(
    'select com, head from records where log_n = ? and seq = ?',
    [log_n, row.seq],
  );
  if (!here) return false;
  if (here.com.equals(row.com) && here.head.equals(row.head)) return true;
  throw new PrsistError('store/corrupt', `log ${row.log} has two different records ${row.seq}`);
}

/** A text must be the one that was written, and fit to its neighbours as far as they are here. */
function check(statements: Statements, log_n: number, row: ForeignRecord): void {
  const damaged = (why: string) => new PrsistError('store/corrupt', `log ${row.log}, record ${row.seq}: ${why}`);
  if (row.body !== null && row.salt !== null && !commitment(row.salt, row.body).equals(row.com)) {
    throw damaged('its text is not the text it was written with');
  }
  const near = statements.all<{ seq: number; com: Buffer; head: Buffer }>(
    'select seq, com, head from records where log_n = ? and seq in (?, ?)',
    [log_n, row.seq - 1, row.seq + 1],
  );
  const before = row.seq === 1 ? genesisHead(row) : near.find(({ seq }) => seq === row.seq - 1)?.head;
  if (before && !nextHead(before, row.seq, row.com).equals(row.head))
    throw damaged('it does not follow what is before it');
  const after = near.find(({ seq }) => seq === row.seq + 1);
  if (after && !nextHead(row.head, after.seq, after.com).equals(after.head))
    throw damaged('what follows it does not fit');
}

interface Placed {
  readonly row: ForeignRecord;
  readonly log_n: number;
  /** Entities whose rows are written when all is in. */
  readonly unsettled: Set<string>;
}

/** Puts one record in with its texts and heads, and its rows as far as they can be laid over those that are there. */
function insert(into: Arriving, { row, log_n, unsettled }: Placed, blobs: BlobSource): void {
  const { statements, projector, settlement, tx } = into;
  // its commitment was checked, so it is what an engine like this one wrote
  const said = row.body === null ? undefined : (JSON.parse(row.body) as RecordBody);
  const body = said && isErased(into, said) ? undefined : said;
  const isTwin = body !== undefined && tx.known(body.id);
  const merges = body !== undefined && projector.merges(`${body.type}.${body.op}`);
  // asked before the record is one of them
  const heads = merges ? headsOf(statements, body.ent) : [];
  const canLay = body !== undefined && !isTwin && (!merges || settlement.canLay(body, heads));
  if (body) keepTexts(into, body, blobs);
  const n = statements.insert(
    `insert into records (log_n, seq, v, id, ent, type, op, hlc, body, salt, com, head, state)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      ...[log_n, row.seq, row.v, body?.id ?? null, body?.ent ?? null, body?.type ?? null, body?.op ?? null],
      ...[body?.hlc ?? null, body ? row.body : null, body ? row.salt : null, row.com, row.head, body ? 0 : 1],
    ],
  );
  if (!body || row.body === null) return;
  noteReading(into, body.hlc, log_n);
  const name = `${body.type}.${body.op}`;
  if (merges) mergeHeads(statements, body, { row, log_n, heads });
  const isSettled = settlement.concerns(body.type) && (!canLay || unsettled.has(body.ent));
  if (isSettled) unsettled.add(body.ent);
  else if (!isTwin && projector.apply(tx, name, appliedRecord(n, row.body)) === 'settle') unsettled.add(body.ent);
  if (!isTwin) into.emit({ n, name, ent: body.ent, foreign: true });
  if (name === recordErase.name) carryOut(into, eraseIn(body));
}

/** What is written next is later than all that is known; but a clock that is far ahead takes nobody along. */
export function noteReading({ statements, own, clock }: Arriving, hlc: string, log_n: number): void {
  const furthest = latestOfPeers(clock());
  if (hlc > furthest)
    statements.run("update logs set state = 'suspect' where log_n = ? and own = 0 and state <> 'forked'", [log_n]);
  const reading = hlc > furthest ? furthest : hlc;
  if (reading > own.hlc) own.hlc = reading;
}

/** Notes the texts a record names, with their bytes where the source has them: the others come later, or never. */
export function keepTexts({ statements, clock }: Arriving, body: RecordBody, blobs: BlobSource): void {
  for (const [name, hash] of Object.entries(body.fields)) {
    if (!name.endsWith('_blob') || typeof hash !== 'string') continue;
    const key = Buffer.from(hash, 'hex');
    if (statements.run('update blobs set refs = refs + 1 where hash = ? and data is not null', [key]) > 0) continue;
    const blob = blobs(hash) ?? absent(key, body.fields[`${name.slice(0, -'_blob'.length)}_bytes`]);
    statements.run(
      `insert into blobs (hash, codec, bytes, refs, data, created_at) values (?, ?, ?, 1, ?, ?)
       on conflict (hash) do update set codec = excluded.codec, data = excluded.data, refs = refs + 1`,
      [key, blob.codec, blob.bytes, blob.data, clock()],
    );
  }
}

/** Not here yet, or lost where it comes from as well; the record stays readable without it. */
function absent(hash: Buffer, bytes: unknown): BlobRow {
  return { hash, codec: 0, bytes: Number.isSafeInteger(bytes) ? Number(bytes) : 0, data: null };
}

/** Where the log ends here, and which of its records never came, so that these are not taken for damage. */
function noteEnd(statements: Statements, log: string, log_n: number): void {
  statements.run(
    `update logs set (seq, head) = (select seq, head from records r where r.log_n = logs.log_n order by seq desc limit 1)
     where log_n = ? and exists (select 1 from records r where r.log_n = logs.log_n)`,
    [log_n],
  );
  const gaps = statements.all<{ first: number; last: number }>(
    `select before + 1 as first, seq - 1 as last
     from (select seq, lag(seq, 1, 0) over (order by seq) as before from records where log_n = ?) where seq > before + 1`,
    [log_n],
  );
  noteHoles(
    statements,
    log,
    gaps.map(({ first, last }) => [first, last]),
  );
}

const perPage = 200;

/** All records of another database in the order of their logs, a page at a time. */
export function* recordPages(from: Statements): Generator<ForeignRecord[]> {
  for (const { log_n } of from.all<{ log_n: number }>('select log_n from logs order by log_n', [])) {
    for (let seq = 0; ; ) {
      const page = from.all<ForeignRecord>(
        `select l.ws, l.dev, l.log, r.seq, r.v, r.body, r.salt, r.com, r.head
         from records r join logs l using (log_n) where r.log_n = ? and r.seq > ? order by r.seq limit ${perPage}`,
        [log_n, seq],
      );
      const last = page.at(-1);
      if (!last) break;
      yield page;
      seq = last.seq;
    }
  }
}

/** The packed texts of another database. */
export function blobSource(from: Statements): BlobSource {
  return (hash) =>
    from.one<BlobRow>('select hash, codec, bytes, data from blobs where hash = ?', [Buffer.from(hash, 'hex')]);
}
