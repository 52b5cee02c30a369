// A run of a log of which later pieces are here already: what is here must be the same, and is not taken twice.
import { PrsistError } from '../core/errors.ts';
import { genesisHead } from '../core/record.ts';
import { headStartOf, knownHoles, noteHeadStart, noteHoles } from './branches.ts';
import type { Chain } from './chain.ts';
import type { Statements } from './statements.ts';

/** Somebody handed over a record beforehand that is not the one in the log. */
export interface Contradicted {
  readonly maker: string;
  readonly seq: number;
}

export interface Among {
  /** Positions of the run that are here. */
  readonly here: ReadonlySet<number>;
  readonly contradicted?: Contradicted;
}

/**
 * Compares a verified run with what is here of it. Records that came by another's word and are not those of the log go,
 * with all of that log that no pack has shown yet: the packs bring it. Rows have to be computed again then.
 */
export function besideRun(statements: Statements, log_n: number, chain: Chain): Among {
  const held = statements.all<{ seq: number; com: Buffer; head: Buffer }>(
    'select seq, com, head from records where log_n = ? and seq between ? and ? order by seq',
    [log_n, chain.from, chain.from + chain.records.length - 1],
  );
  const other = held.find(({ seq, com, head }) => {
    const record = chain.records[seq - chain.from];
    return !record || !com.equals(record.com) || !head.equals(record.head);
  });
  if (!other) return { here: new Set(held.map(({ seq }) => seq)) };
  const start = headStartOf(statements, chain.log);
  if (!start || chain.from > start.proven + 1) {
    throw new PrsistError('store/corrupt', `log ${chain.log} has two different records ${other.seq}`);
  }
  dropFrom(statements, log_n, chain);
  return { here: new Set(), contradicted: { maker: start.maker, seq: other.seq } };
}

function dropFrom(statements: Statements, log_n: number, chain: Chain): void {
  for (const table of ['heads', 'records']) {
    statements.run(`delete from ${table} where log_n = ? and seq >= ?`, [log_n, chain.from]);
  }
  const before = statements.one<{ head: Buffer }>('select head from records where log_n = ? and seq = ?', [
    ...[log_n, chain.from - 1],
  ]);
  const head = before?.head ?? genesisHead(chain);
  statements.run('update logs set seq = ?, head = ? where log_n = ?', [chain.from - 1, head, log_n]);
  noteHoles(statements, chain.log, []);
  noteHeadStart(statements, chain.log, undefined);
}

/** So many records from the first of the run on are here now: holes are filled, and what was taken on trust is proven. */
export function noteFilled(statements: Statements, log_n: number, chain: Chain, taken: number): void {
  const last = chain.from + taken - 1;
  const head = chain.records[taken - 1]?.head;
  statements.run('update logs set seq = ?, head = ? where log_n = ? and seq < ?', [last, head, log_n, last]);
  const holes = knownHoles(statements, chain.log).flatMap(([first, end]): [number, number][] => {
    const left: [number, number] = [first, Math.min(end, chain.from - 1)];
    const right: [number, number] = [Math.max(first, last + 1), end];
    return [left, right].filter(([from, to]) => from <= to);
  });
  noteHoles(statements, chain.log, holes);
  const start = headStartOf(statements, chain.log);
  if (!start) return;
  const furthest = statements.one<{ seq: number }>('select seq from logs where log_n = ?', [log_n])?.seq ?? last;
  const proven = Math.max(start.proven, last);
  noteHeadStart(statements, chain.log, proven >= furthest ? undefined : { ...start, proven });
}
