// What is held of logs: how far without a gap, and where one log went on in two ways.
import { createHash } from 'node:crypto';
import { type Id, idBytes } from '../core/ids.ts';
import { genesisHead } from '../core/record.ts';
import type { Statements } from './statements.ts';

/** A log, or a branch of one, as far as it is held without a gap. */
export interface HeldChain {
  readonly log_n: number;
  /** Id under which its records are addressed. */
  readonly log: string;
  readonly ws: string;
  readonly dev: string;
  readonly own: boolean;
  readonly state: string;
  /** Position of its first record: 1, or where it branched off. */
  readonly first: number;
  /** The log it branched off. */
  readonly parent?: string;
  readonly seq: number;
  readonly head: Uint8Array;
}

interface LogRow {
  readonly log_n: number;
  readonly log: string;
  readonly ws: string;
  readonly dev: string;
  readonly own: number;
  readonly state: string;
  readonly seq: number;
  readonly head: Uint8Array | null;
  /** Of what is noted of it in meta, as JSON; null where nothing is. */
  readonly branch: string | null;
  readonly start: string | null;
  readonly holes: string | null;
}

export interface Branch {
  /** The log as its packs name it. */
  readonly root: string;
  readonly parent: string;
  /** Position of its first record. */
  readonly from: number;
}

const holesKey = (log: string) => `holes:${log}`;
const startKey = (log: string) => `start:${log}`;
const branchKey = (log: string) => `branch:${log}`;
/** With what is noted of a log: this is asked again and again in every run. */
const logRows = `select log_n, log, ws, dev, own, state, seq, head,
    (select value from meta where key = 'branch:' || log) as branch,
    (select value from meta where key = 'start:' || log) as start,
    (select value from meta where key = 'holes:' || log) as holes
  from logs`;

/** Ranges of a log's records that are known never to have come here. */
export function knownHoles(statements: Statements, log: string): Holes {
  return readNote<Holes>(meta(statements, holesKey(log))) ?? [];
}

type Holes = readonly (readonly [first: number, last: number])[];

/** What this file has written to meta. */
function readNote<T>(value: string | null | undefined): T | undefined {
  return typeof value === 'string' ? (JSON.parse(value) as T) : undefined;
}

/** Notes which ranges never came, so that they are not taken for damage. */
export function noteHoles(statements: Statements, log: string, gaps: readonly (readonly [number, number])[]): void {
  if (gaps.length === 0) statements.run('delete from meta where key = ?', [holesKey(log)]);
  else setMeta(statements, holesKey(log), JSON.stringify(gaps));
}

/** Of a log of which single records came before its packs: who handed them over, and how far packs have shown it since. */
export interface HeadStart {
  readonly maker: string;
  readonly proven: number;
}

/** undefined: all that is here of a log came in its order, or with the word of its own device. */
export function headStartOf(statements: Statements, log: string): HeadStart | undefined {
  return readNote<HeadStart>(meta(statements, startKey(log)));
}

/** undefined: nothing of it is left unproven. */
export function noteHeadStart(statements: Statements, log: string, start: HeadStart | undefined): void {
  if (start) setMeta(statements, startKey(log), JSON.stringify(start));
  else statements.run('delete from meta where key = ?', [startKey(log)]);
}

/**
 * Id under which the greater branch lives on: every device names it alike, in whatever order they hear of several forks.
 * root: the log as its packs name it; com: of the first record of the branch.
 */
export function branchId(root: string, com: Uint8Array): Id {
  const bytes = createHash('sha256')
    .update('prsist.branch.1')
    .update(idBytes(root))
    .update(com)
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  // the form of a UUID, version 8
  return parts.join('-') as Id;
}

/** The log of that name and all that branched off it, the log itself first; none when nothing of it is here. */
export function heldChains(statements: Statements, root: string): HeldChain[] {
  const itself = statements.all<LogRow>(`${logRows} where log = ?`, [root]);
  const branched = statements.all<LogRow>(
    `${logRows} where log in (select substr(key, 8) from meta
       where key between 'branch:' and 'branch;' and value ->> '$.root' = ?) order by log_n`,
    [root],
  );
  return [...itself, ...branched].map((row) => held(statements, row));
}

/** Every log of a workspace, as far as it is held. */
export function allChains(statements: Statements, ws: string): HeldChain[] {
  const rows = statements.all<LogRow>(`${logRows} where ws = ? order by log_n`, [ws]);
  return rows.map((row) => held(statements, row));
}

/** The name a log has in its packs: its own, but for a branch that of the log it came from. */
export function rootOf(statements: Statements, log: string): string {
  return branchOf(statements, log)?.root ?? log;
}

/** Every branch here, by its id; hardly a database has any. */
export function branchesOf(statements: Statements): ReadonlyMap<string, Branch> {
  const rows = statements.all<{ log: string; value: string }>(
    "select substr(key, 8) as log, value from meta where key between 'branch:' and 'branch;'",
    [],
  );
  return new Map(rows.map(({ log, value }) => [log, JSON.parse(value) as Branch])); // written by addBranch
}

function held(statements: Statements, row: LogRow): HeldChain {
  const branch = readNote<Branch>(row.branch);
  const first = branch?.from ?? 1;
  const start = readNote<HeadStart>(row.start);
  const holes = readNote<Holes>(row.holes) ?? [];
  const gap = start ? [start.proven + 1] : holes.find(([from]) => from >= first);
  const chain = {
    ...{ log_n: row.log_n, log: row.log, ws: row.ws, dev: row.dev, own: row.own === 1, state: row.state, first },
    ...(branch ? { parent: branch.parent } : {}),
  };
  if (gap?.[0] === undefined) return { ...chain, seq: row.seq, head: row.head ?? genesisHead(row) };
  const seq = gap[0] - 1;
  return { ...chain, seq, head: linkAt(statements, chain, seq)?.head ?? genesisHead(row) };
}

interface Link {
  readonly com: Uint8Array;
  readonly head: Uint8Array;
}

/** Commitment and head at a position of a log; of a branch also before it branched off. undefined: not held. */
export function linkAt(
  statements: Statements,
  chain: Pick<HeldChain, 'log_n' | 'first' | 'parent'>,
  seq: number,
): Link | undefined {
  if (seq < chain.first && chain.parent !== undefined) {
    const parent = heldChains(statements, rootOf(statements, chain.parent)).find(({ log }) => log === chain.parent);
    return parent && linkAt(statements, parent, seq);
  }
  return statements.one<Link>('select com, head from records where log_n = ? and seq = ?', [chain.log_n, seq]);
}

/**
 * A log went on in two ways: from `at` on, the one with the smaller commitment keeps its id, the other is a log of its own
 * by a name that follows from its first record. Both are closed. theirs: commitment of the record that is not here yet.
 * Within a transaction; the own log is no longer written.
 */
export function forkChain(statements: Statements, chain: HeldChain, at: number, theirs: Uint8Array): Forked {
  const ours = linkAt(statements, chain, at);
  const before = linkAt(statements, chain, at - 1)?.head ?? genesisHead(chain);
  const root = rootOf(statements, chain.log);
  statements.run("update logs set state = 'forked' where log_n = ?", [chain.log_n]);
  if (!ours || Buffer.compare(ours.com, theirs) < 0) {
    const { log } = addBranch(statements, chain, { at, id: branchId(root, theirs), head: before });
    return { log, branch: log };
  }
  const moved = addBranch(statements, chain, { at, id: branchId(root, ours.com), head: before });
  moveRecords(statements, { chain, at, to: moved.log_n });
  moveBranches(statements, { from: chain.log, at, to: moved.log });
  statements.run('update logs set seq = ?, head = ? where log_n = ?', [at - 1, before, chain.log_n]);
  return { log: chain.log, branch: moved.log, moved: moved.log_n };
}

export interface Forked {
  /** Id under which the way that is not here yet is to be appended. */
  readonly log: string;
  /** The new log. */
  readonly branch: string;
  /** Its number, where what was here went to it. */
  readonly moved?: number;
}

function addBranch(
  statements: Statements,
  chain: HeldChain,
  { at, id, head }: { readonly at: number; readonly id: string; readonly head: Uint8Array },
): { readonly log_n: number; readonly log: string } {
  const branch: Branch = { root: rootOf(statements, chain.log), parent: chain.log, from: at };
  setMeta(statements, branchKey(id), JSON.stringify(branch));
  noteHoles(statements, id, [[1, at - 1]].filter(([, last]) => (last ?? 0) > 0) as [number, number][]);
  const log_n = statements.insert(
    `insert into logs (ws, dev, log, own, seq, head, state, opened_at)
     select ws, dev, ?, own, ?, ?, 'forked', opened_at from logs where log_n = ?`,
    [id, at - 1, head, chain.log_n],
  );
  return { log_n, log: id };
}

/** What was held goes to the branch: its records, what they are heads of, and where it ends. */
function moveRecords(
  statements: Statements,
  { chain, at, to }: { readonly chain: HeldChain; readonly at: number; readonly to: number },
): void {
  statements.run('update logs set seq = l.seq, head = l.head from logs l where logs.log_n = ? and l.log_n = ?', [
    to,
    chain.log_n,
  ]);
  for (const table of ['records', 'heads']) {
    statements.run(`update ${table} set log_n = ? where log_n = ? and seq >= ?`, [to, chain.log_n, at]);
  }
}

/** What parted behind the fork from what has moved, parts from where that is now. */
function moveBranches(
  statements: Statements,
  { from, at, to }: { readonly from: string; readonly at: number; readonly to: string },
): void {
  for (const [log, branch] of branchesOf(statements)) {
    if (log === to || branch.parent !== from || branch.from <= at) continue;
    setMeta(statements, branchKey(log), JSON.stringify({ ...branch, parent: to }));
  }
}

function branchOf(statements: Statements, log: string): Branch | undefined {
  return readNote<Branch>(meta(statements, branchKey(log)));
}

function meta(statements: Statements, key: string): string | undefined {
  return statements.one<{ value: string }>('select value from meta where key = ?', [key])?.value;
}

function setMeta(statements: Statements, key: string, value: string): void {
  statements.run('insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value', [
    key,
    value,
  ]);
}
