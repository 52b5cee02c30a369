// Single records that came before the packs of their logs, by the word of another device: used at once, proven later.
import type { RecordBody } from '../core/record.ts';
import { headStartOf, noteHeadStart } from './branches.ts';
import { envelopeKnown, isBody } from './chain.ts';
import { type Arriving, appendForeign, type BlobSource, type ForeignRecord } from './foreign.ts';
import type { Statements } from './statements.ts';

/** Whether nothing of any other device is here yet. */
export function isNew(statements: Statements): boolean {
  return statements.one('select 1 from logs where own = 0 limit 1', []) === undefined;
}

/** Whether some of what is here waits for its packs. */
export function isUnproven(statements: Statements): boolean {
  return statements.one("select 1 from meta where key between 'start:' and 'start;' limit 1", []) !== undefined;
}

/** What was handed over, with its texts. */
export interface Beforehand {
  readonly rows: readonly ForeignRecord[];
  readonly blobs: BlobSource;
}

/** Appends them within a transaction; what is no record of this version is left to its pack. Returns how many were new. */
export function appendHeadStart(into: Arriving, maker: string, { rows, blobs }: Beforehand): number {
  const { statements } = into;
  const meant = rows.filter((row) => row.v <= envelopeKnown && row.body !== null && isBody(parsed(row.body)));
  const { appended } = appendForeign(into, meant, blobs);
  for (const log of new Set(meant.map((row) => row.log))) {
    if (!headStartOf(statements, log)) noteHeadStart(statements, log, { maker, proven: 0 });
  }
  return appended;
}

function parsed(body: string): RecordBody | undefined {
  try {
    // looked at by isBody
    return JSON.parse(body) as RecordBody;
  } catch {
    return undefined;
  }
}
