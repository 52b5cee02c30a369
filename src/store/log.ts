import { latestOfPeers } from '../core/hlc.ts';
import type { Id } from '../core/ids.ts';
import { genesisHead } from '../core/record.ts';
import type { StoreKind } from './migrate.ts';
import { recordType, type Write } from './record-type.ts';
import type { Statements } from './statements.ts';

/** The log this device appends to, as it stands now: advanced in memory, written back before each commit. */
export interface OwnLog {
  readonly log_n: number;
  readonly ws: string;
  readonly dev: string;
  readonly log: string;
  seq: number;
  head: Uint8Array;
  hlc: string;
}

interface LogRow {
  readonly log_n: number;
  readonly ws: string;
  readonly dev: string;
  readonly log: string;
  readonly seq: number;
  readonly head: Uint8Array | null;
}

const logOpen = recordType<{ device: string; project_id: string | null; store: StoreKind; prev_log?: string }>(
  'log.open',
  'grow',
);

/** What the first record of a log says. */
export interface Opening {
  readonly user: string;
  readonly device: string;
  readonly project: string | null;
  readonly store: StoreKind;
  /** The log this one takes the place of. */
  readonly prevLog?: string;
}

/** Writes the first record of a log: whose it is, and of which database. */
export function openLog(tx: Write, own: OwnLog, { user, device, project, store, prevLog }: Opening): void {
  tx.append(logOpen, {
    // the entity of a log is the log itself
    ent: own.log as Id,
    fields: { device, project_id: project, store, ...(prevLog === undefined ? {} : { prev_log: prevLog }) },
    actor: { user },
    origin: 'human',
  });
}

/** The own, open log of a database; undefined before its first record. Its clock goes on from the last record. */
export function readOwnLog(statements: Statements, nowMs: number): OwnLog | undefined {
  const row = statements.one<LogRow>(
    "select log_n, ws, dev, log, seq, head from logs where own = 1 and state = 'open' order by log_n desc limit 1",
    [],
  );
  if (!row) return undefined;
  return { ...row, head: row.head ?? genesisHead(row), hlc: lastReading(statements, nowMs) };
}

/**
 * The greatest clock reading of all that is here: what is written next comes after it. Of others' no more than they may
 * take our clock along.
 */
function lastReading(statements: Statements, nowMs: number): string {
  // the newest record of each log carries its greatest reading: one step in an index, where max(hlc) reads every record
  const last = statements.all<{ own: number; hlc: string | null }>(
    `select own, (select hlc from records r where r.log_n = l.log_n and r.hlc is not null order by seq desc limit 1) as hlc
     from logs l`,
    [],
  );
  const furthest = latestOfPeers(nowMs);
  const readings = last.map(({ own, hlc }) => (own === 0 && (hlc ?? '') > furthest ? furthest : (hlc ?? '')));
  return readings.reduce((most, reading) => (reading > most ? reading : most), '');
}

/** Adds a new own log with its genesis head. ids: UUIDs of workspace, device and this incarnation of the log. */
export function insertOwnLog(
  statements: Statements,
  ids: { readonly ws: string; readonly dev: string; readonly log: string },
  nowMs: number,
): OwnLog {
  const head = genesisHead(ids);
  const log_n = statements.insert(
    'insert into logs (ws, dev, log, own, seq, head, opened_at) values (?, ?, ?, 1, 0, ?, ?)',
    [ids.ws, ids.dev, ids.log, head, nowMs],
  );
  return { ...ids, log_n, seq: 0, head, hlc: lastReading(statements, nowMs) };
}

/** Writes position and head back; part of the transaction whose records moved them. */
export function saveOwnLog(statements: Statements, own: OwnLog): void {
  statements.run('update logs set seq = ?, head = ? where log_n = ?', [own.seq, own.head, own.log_n]);
}

/** Closes a log: nothing is appended to it here any more. */
export function closeOwnLog(statements: Statements, own: OwnLog): void {
  saveOwnLog(statements, own);
  statements.run("update logs set state = 'closed' where log_n = ? and state = 'open'", [own.log_n]);
}
