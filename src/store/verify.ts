import { sha256Hex } from '../core/ids.ts';
import { commitment, genesisHead, nextHead } from '../core/record.ts';
import { type Aside, aside } from './aside.ts';
import { getBlob } from './blobs.ts';
import { knownHoles } from './branches.ts';
import type { CheckDepth } from './check-file.ts';
import { digestSteps } from './digest.ts';
import { indexGaps } from './index-gaps.ts';
import { rebuildSteps, type Side } from './rebuild.ts';
import { missingObjects } from './schema.ts';
import type { Statements } from './statements.ts';
import { atOnce, inSlices, type Pace, type Steps } from './steps.ts';
import type { Store } from './store.ts';

export interface Verification {
  readonly records: number;
  /** Stored texts that were read; absent where only the chain was checked. */
  readonly blobs?: number;
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
  /** The last record that is there, at the same moment. */
  readonly last: number;
}

interface RecordRow {
  readonly seq: number;
  readonly body: string | null;
  readonly salt: Uint8Array | null;
  readonly com: Uint8Array;
  readonly head: Uint8Array;
  readonly state: number;
}

const recordsPerStep = 250;

/** State of a record whose text was erased on purpose: what is left still proves the chain. */
const erased = 1;

/**
 * Checks the chain of every log; deep: also SQLite's own integrity check, every blob, and stored rows = rebuilt rows.
 * Rows are compared, and mended, only from a log that is whole.
 */
export function verify(store: Store, depth: 'chain' | 'deep'): Verification {
  return store.maintain((tx) => atOnce(verifySteps({ ...sideOf(store), tx }, depth)));
}

/** SQLite's own check of a file where it holds nobody up; undefined when it could not be had. */
export type CheckElsewhere = (file: string, depth: CheckDepth) => Promise<readonly string[] | undefined>;

/** The same while the store serves. undefined: cancelled. */
export async function verifyAside(
  store: Store,
  depth: 'chain' | 'deep',
  { pace, check }: { readonly pace: Pace; readonly check?: CheckElsewhere },
): Promise<Verification | undefined> {
  if (depth === 'chain') return inSlices(chainSteps(store), pace);
  const words = await check?.(store.settings.file, 'whole');
  const isFileWhole = words?.every((word) => word === 'ok') ?? false;
  return aside(
    store,
    function* (side) {
      const value = yield* verifySteps(side, 'deep', isFileWhole);
      return { value, end: value.problems.length === 0 ? 'rollback' : 'commit' };
    },
    pace,
  );
}

const sideOf = ({ db, statements, settings }: Store): Side => ({ db, statements, settings });

function* verifySteps(side: Aside, depth: 'chain' | 'deep', isFileWhole = false): Steps<Verification> {
  const { records, problems: found } = yield* chainSteps(side);
  const problems = [...found];
  if (depth === 'chain') return { records, problems };
  const mended = yield* verifyFile(side, problems, isFileWhole);
  yield* verifyCopies(side, problems);
  const blobs = yield* verifyBlobs(side, problems);
  if (problems.length > 0) problems.push('rows were not compared: what they would be computed from is damaged');
  else yield* verifyRows(side, problems);
  return { records, blobs, problems: [...mended, ...problems] };
}

function* chainSteps(side: Side): Steps<Verification> {
  const problems: string[] = [];
  const logs = side.statements.all<LogRow>(
    `select log_n, ws, dev, log, seq, head, ifnull((select max(seq) from records r where r.log_n = l.log_n), 0) as last
     from logs l order by log_n`,
    [],
  );
  let records = 0;
  for (const log of logs) records += yield* verifyLog(side, log, problems);
  return { records, problems };
}

export interface FileCheck {
  /** The first problem of what nothing else can bring back; undefined when there is none. */
  readonly damage: string | undefined;
  /** Full-text indexes that are damaged: they can be made anew. */
  readonly indexes: readonly { readonly table: string; readonly what: string }[];
}

/** SQLite's short check of the file: what an unclean exit may have left. */
export function quickCheck(store: Store): FileCheck {
  return fileCheckOf(quickWords(store));
}

/** What the words of that check mean. */
export function fileCheckOf(words: readonly string[]): FileCheck {
  const told = words.filter((what) => what !== 'ok');
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

/** As far as the log went when the check began: it may grow meanwhile. */
function* verifyLog({ statements }: Side, log: LogRow, problems: string[]): Steps<number> {
  const holes = knownHoles(statements, log.log);
  let head: Uint8Array = genesisHead(log);
  let count = 0;
  for (let seq = 0; ; ) {
    const page = statements.all<RecordRow>(
      'select seq, body, salt, com, head, state from records where log_n = ? and seq > ? and seq <= ? order by seq limit 250',
      [log.log_n, seq, log.last],
    );
    for (const row of page) {
      const jumped = row.seq !== seq + 1;
      const never = jumped && holes.some(([first, last]) => first === seq + 1 && last === row.seq - 1);
      if (jumped && !never) problems.push(`log ${log.log}: records ${seq + 1} to ${row.seq - 1} are missing`);
      const report = (what: string) => problems.push(`log ${log.log}, record ${row.seq}: ${what}`);
      head = verifyRecord(row, never ? undefined : head, report);
      seq = row.seq;
    }
    count += page.length;
    if (page.length === 0) break;
    yield;
  }
  const should = holes.reduce((left, [first, last]) => left - (last - first + 1), log.seq);
  if (count !== should) problems.push(`log ${log.log}: holds ${count} records, should hold ${should}`);
  if (!Buffer.from(head).equals(log.head ?? genesisHead(log))) {
    problems.push(`log ${log.log}: its head is not the head of its last record`);
  }
  return count;
}

/** before: undefined where what stood before it never came here. */
function verifyRecord(row: RecordRow, before: Uint8Array | undefined, report: (what: string) => void): Buffer {
  if (row.body !== null && row.salt !== null) {
    if (!commitment(row.salt, row.body).equals(row.com)) report('its text is not the text it was written with');
  } else if (row.state !== erased) {
    report('its text is missing');
  }
  if (before && !nextHead(before, row.seq, row.com).equals(row.head)) report('the chain is broken here');
  return Buffer.from(row.head);
}

/**
 * SQLite's own check, a table at a time, unless it was found whole elsewhere. Indexes hold nothing of their own: a missing or damaged one is made again, which
 * is told but hinders nothing. Returns what was mended.
 */
function* verifyFile({ db, statements, settings }: Side, problems: string[], isWhole: boolean): Steps<string[]> {
  const mended: string[] = [];
  for (const { type, name, sql } of missingObjects(db, settings.kind, settings.migrations)) {
    db.exec(sql);
    mended.push(`${type} ${name} was missing; made again`);
    yield;
  }
  if (isWhole) return mended;
  const tables = statements.all<{ name: string }>(
    "select name from pragma_table_list where schema = 'main' and type in ('table', 'shadow') order by name",
    [],
  );
  for (const { name } of tables) {
    if (integrity(statements, name).some(isOfIndex)) {
      db.exec(`reindex "${name}"`);
      mended.push(`an index of ${name} was damaged; made again`);
    }
    for (const found of integrity(statements, name)) problems.push(`database file: ${found}`);
    yield;
  }
  return mended;
}

const isOfIndex = (found: string) => /index/i.test(found);

function integrity(statements: Statements, table: string): string[] {
  const rows = statements.all<{ integrity_check: string }>(`pragma integrity_check("${table}")`, []);
  return rows.map((row) => row.integrity_check).filter((found) => found !== 'ok');
}

/** The columns beside a body repeat members of it for the indexes; nothing hashes them. */
function* verifyCopies({ statements }: Side, problems: string[]): Steps<void> {
  const most = statements.one<{ n: number | null }>('select max(n) as n from records', [])?.n ?? 0;
  for (let after = 0; after < most && problems.length < 100; after += recordsPerStep) {
    const rows = statements.all<{ n: number }>(
      `select n from records where n > ? and n <= ? and json_valid(body) and not (
         id is body ->> '$.id' and ent is body ->> '$.ent' and type is body ->> '$.type' and op is body ->> '$.op'
         and hlc is body ->> '$.hlc') limit 100`,
      [after, after + recordsPerStep],
    );
    for (const { n } of rows) problems.push(`record number ${n}: a column differs from its text`);
    yield;
  }
}

function* verifyBlobs(store: Side, problems: string[]): Steps<number> {
  const rows = store.statements.all<{ hash: Uint8Array }>('select hash from blobs where data is not null', []);
  for (const { hash } of rows) {
    const name = Buffer.from(hash).toString('hex');
    if (!isWhole(store, name)) problems.push(`blob ${name.slice(0, 12)}: its text is damaged`);
    yield;
  }
  return rows.length;
}

function isWhole(store: Side, name: string): boolean {
  try {
    const plain = getBlob(store.statements, name);
    return plain !== undefined && sha256Hex(plain) === name;
  } catch {
    return false; // so damaged that it does not even unpack
  }
}

/** Computes every projection again and compares; an unequal one is left as rebuilt, since the log is the truth. */
function* verifyRows(side: Aside, problems: string[]): Steps<void> {
  const gaps = yield* indexGaps(side);
  const before = yield* digestSteps(side);
  yield* rebuildSteps(side, side.tx);
  const after = yield* digestSteps(side);
  for (const [table, sum] of Object.entries(before)) {
    if (table !== 'all' && after[table] !== sum) problems.push(`table ${table} differed from the log; rebuilt`);
  }
  problems.push(...gaps);
}
