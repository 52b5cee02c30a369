import { sha256Hex } from '../core/ids.ts';
import { commitment, genesisHead, nextHead } from '../core/record.ts';
import { getBlob } from './blobs.ts';
import { digest } from './digest.ts';
import { rebuild } from './rebuild.ts';
import type { Store } from './store.ts';

export interface Verification {
  readonly records: number;
  readonly blobs: number;
  /** One sentence per finding; empty = clean. */
  readonly problems: readonly string[];
}

interface LogRow {
  readonly log_n: number;
  readonly ws: string;
  readonly dev: string;
  readonly log: string;
  readonly seq: number;
  readonly head: Uint8Array | null;
}

interface RecordRow {
  readonly seq: number;
  readonly body: string | null;
  readonly salt: Uint8Array | null;
  readonly com: Uint8Array;
  readonly head: Uint8Array;
  readonly state: number;
}

/** State of a record whose text was erased on purpose: what is left still proves the chain. */
const erased = 1;

/**
 * Checks the chain of every log; deep: also SQLite's own integrity check, every blob, and stored rows = rebuilt rows.
 * Rows are compared, and mended, only from a log that is whole.
 */
export function verify(store: Store, depth: 'chain' | 'deep'): Verification {
  const problems: string[] = [];
  const logs = store.statements.all<LogRow>('select log_n, ws, dev, log, seq, head from logs order by log_n', []);
  const records = logs.reduce((sum, log) => sum + verifyLog(store, log, problems), 0);
  if (depth === 'chain') return { records, blobs: 0, problems };
  verifyFile(store, problems);
  verifyCopies(store, problems);
  const blobs = verifyBlobs(store, problems);
  if (problems.length === 0) verifyRows(store, problems);
  else problems.push('rows were not compared: what they would be computed from is damaged');
  return { records, blobs, problems };
}

export interface FileCheck {
  /** The first problem of what nothing else can bring back; undefined when there is none. */
  readonly damage: string | undefined;
  /** Full-text indexes that are damaged: they can be made anew. */
  readonly indexes: readonly { readonly table: string; readonly what: string }[];
}

/** SQLite's short check of the file: what an unclean exit may have left. */
export function quickCheck(store: Store): FileCheck {
  const told = quickWords(store).filter((what) => what !== 'ok');
  const indexes = told.flatMap((what) => {
    const table = /fts5\b.*?\btable "?(?:main\.)?"?(\w+)/i.exec(what)?.[1];
    return table === undefined ? [] : [{ table, what }];
  });
  return { damage: told.find((what) => !indexes.some((index) => index.what === what)), indexes };
}

/** An index, or a file, may be so damaged that the check itself fails: then that is what it says. */
function quickWords({ statements }: Store): string[] {
  try {
    const rows = statements.all<{ quick_check: string }>('pragma quick_check(50)', []);
    return rows.length === 0 ? ['unreadable'] : rows.map((row) => row.quick_check);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function verifyLog(store: Store, log: LogRow, problems: string[]): number {
  let head = genesisHead(log);
  let count = 0;
  for (let seq = 0; ; ) {
    const page = store.statements.all<RecordRow>(
      'select seq, body, salt, com, head, state from records where log_n = ? and seq > ? order by seq limit 5000',
      [log.log_n, seq],
    );
    for (const row of page) {
      if (row.seq !== seq + 1) problems.push(`log ${log.log}: records ${seq + 1} to ${row.seq - 1} are missing`);
      head = verifyRecord(row, head, (what) => problems.push(`log ${log.log}, record ${row.seq}: ${what}`));
      seq = row.seq;
    }
    count += page.length;
    if (page.length === 0) break;
  }
  const last = log.head ?? genesisHead(log);
  if (count !== log.seq) problems.push(`log ${log.log}: holds ${count} records, should hold ${log.seq}`);
  if (!head.equals(last)) problems.push(`log ${log.log}: its head is not the head of its last record`);
  return count;
}

function verifyRecord(row: RecordRow, before: Uint8Array, report: (what: string) => void): Buffer {
  if (row.body !== null && row.salt !== null) {
    if (!commitment(row.salt, row.body).equals(row.com)) report('its text is not the text it was written with');
  } else if (row.state !== erased) {
    report('its text is missing');
  }
  if (!nextHead(before, row.seq, row.com).equals(row.head)) report('the chain is broken here');
  return Buffer.from(row.head);
}

function verifyFile(store: Store, problems: string[]): void {
  const rows = store.statements.all<{ integrity_check: string }>('pragma integrity_check', []);
  for (const row of rows) if (row.integrity_check !== 'ok') problems.push(`database file: ${row.integrity_check}`);
}

/** The columns beside a body repeat members of it for the indexes; nothing hashes them. */
function verifyCopies(store: Store, problems: string[]): void {
  const rows = store.statements.all<{ n: number }>(
    `select n from records where json_valid(body) and not (
       id is body ->> '$.id' and ent is body ->> '$.ent' and type is body ->> '$.type' and op is body ->> '$.op'
       and hlc is body ->> '$.hlc') limit 100`,
    [],
  );
  for (const { n } of rows) problems.push(`record number ${n}: a column differs from its text`);
}

function verifyBlobs(store: Store, problems: string[]): number {
  const rows = store.statements.all<{ hash: Uint8Array }>('select hash from blobs where data is not null', []);
  for (const { hash } of rows) {
    const name = Buffer.from(hash).toString('hex');
    if (!isWhole(store, name)) problems.push(`blob ${name.slice(0, 12)}: its text is damaged`);
  }
  return rows.length;
}

function isWhole(store: Store, name: string): boolean {
  try {
    const plain = getBlob(store.statements, name);
    return plain !== undefined && sha256Hex(plain) === name;
  } catch {
    return false; // so damaged that it does not even unpack
  }
}

/** Computes every projection again and compares; an unequal one is left as rebuilt, since the log is the truth. */
function verifyRows(store: Store, problems: string[]): void {
  const before = digest(store);
  rebuild(store);
  const after = digest(store);
  for (const [table, sum] of Object.entries(before)) {
    if (table !== 'all' && after[table] !== sum) problems.push(`table ${table} differed from the log; rebuilt`);
  }
}
