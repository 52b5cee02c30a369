import type { Statements } from './statements.ts';

export interface ReplayRow {
  readonly n: number;
  readonly hlc: string;
  readonly body: string;
}

interface Source {
  readonly log: string;
  readonly log_n: number;
  page: readonly (ReplayRow & { readonly seq: number })[];
  at: number;
}

const pageSize = 200;

/**
 * Every readable record of a database in the order in which the changes were written: by clock reading, then by log.
 * Each log is in that order already, so the logs are merged as they are read. With one log this is the order of arrival.
 * A record that came twice, under two logs, is given once, where it arrived first.
 */
export function* recordsAsWritten(statements: Statements): Generator<ReplayRow> {
  const logs = statements.all<{ log_n: number; log: string }>('select log_n, log from logs order by log', []);
  const sources = logs.map(({ log_n, log }): Source => ({ log, log_n, page: nextPage(statements, log_n, 0), at: 0 }));
  for (;;) {
    const source = earliest(sources);
    const row = source?.page[source.at];
    if (!source || !row) return;
    if (sources.length === 1 || isFirst(statements, row.n)) yield row;
    source.at += 1;
    if (source.at < source.page.length) continue;
    source.page = nextPage(statements, source.log_n, row.seq);
    source.at = 0;
  }
}

function nextPage(statements: Statements, log_n: number, after: number): Source['page'] {
  return statements.all(
    `select n, seq, hlc, body from records
     where log_n = ? and seq > ? and body is not null and state = 0 order by seq limit ${pageSize}`,
    [log_n, after],
  );
}

function earliest(sources: readonly Source[]): Source | undefined {
  let first: Source | undefined;
  for (const source of sources) {
    const hlc = source.page[source.at]?.hlc;
    const best = first?.page[first.at]?.hlc;
    if (hlc !== undefined && (best === undefined || hlc < best)) first = source;
  }
  return first;
}

function isFirst(statements: Statements, n: number): boolean {
  const sql =
    'select 1 from records r join records e on e.id = r.id and e.n < r.n and e.state = 0 where r.n = ? limit 1';
  return statements.one(sql, [n]) === undefined;
}
