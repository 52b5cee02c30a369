// Two databases that should hold the same: which records one of them lacks, and whether their rows are alike.
import { allChains, linkAt } from './branches.ts';
import { digestSteps } from './digest.ts';
import type { Side } from './rebuild.ts';
import type { Steps } from './steps.ts';
import type { Store } from './store.ts';

/** One log, as far as each holds it without a gap. */
export interface LogCompared {
  readonly log: string;
  readonly dev: string;
  readonly here: number;
  readonly there: number;
  /** What both hold of it is the same, record by record: heads are commitments to all that is before them. */
  readonly isSame: boolean;
}

const perStep = 500;

/** Every log of either. except: a log of `there` that was opened with that database and says nothing. */
export function compareLogs(here: Side, there: Side, except: string): LogCompared[] {
  const chainsOf = ({ statements, settings }: Side) =>
    new Map(allChains(statements, settings.identity.ws).map((chain) => [chain.log, chain]));
  const [ours, theirs] = [chainsOf(here), chainsOf(there)];
  theirs.delete(except);
  return [...new Set([...ours.keys(), ...theirs.keys()])].map((log) => {
    const [own, other] = [ours.get(log), theirs.get(log)];
    const both = Math.min(own?.seq ?? 0, other?.seq ?? 0);
    const heads = [own && linkAt(here.statements, own, both), other && linkAt(there.statements, other, both)];
    const [a, b] = heads.map((link) => link && Buffer.from(link.head));
    const isSame = both === 0 || (a !== undefined && b !== undefined && a.equals(b));
    return { log, dev: own?.dev ?? other?.dev ?? '', here: own?.seq ?? 0, there: other?.seq ?? 0, isSame };
  });
}

/** How many texts are missing there that are here. */
export function* textsOnlyHere(here: Side, there: Side): Steps<number> {
  let count = 0;
  for (let after = 0; ; ) {
    const page = there.statements.all<{ blob_n: number; hash: Uint8Array }>(
      'select blob_n, hash from blobs where data is null and refs > 0 and blob_n > ? order by blob_n limit ?',
      [after, perStep],
    );
    const last = page.at(-1);
    if (!last) return count;
    for (const { hash } of page) {
      const held = here.statements.one('select 1 from blobs where hash = ? and data is not null', [hash]);
      if (held !== undefined) count += 1;
    }
    after = last.blob_n;
    yield;
  }
}

/**
 * Takes out there what was erased here and came back whole. Returns how many records that were; rows are right after a
 * rebuild.
 */
export function* eraseAlike(here: Side, there: Store): Steps<number> {
  let count = 0;
  for (let after = 0; ; ) {
    const page = here.statements.all<{ n: number; log: string; seq: number; state: number }>(
      'select n, log, r.seq, r.state from records r join logs using (log_n) where n > ? order by n limit ?',
      [after, perStep],
    );
    const last = page.at(-1);
    if (!last) return count;
    const erased = page.filter(({ state }) => state === 1);
    if (erased.length > 0) count += there.maintain(() => erased.reduce((sum, at) => sum + blank(there, at), 0));
    after = last.n;
    yield;
  }
}

/** What is left of a record proves the chain and says nothing. */
function blank({ statements }: Store, { log, seq }: { readonly log: string; readonly seq: number }): number {
  const found = statements.one<{ n: number; log_n: number }>(
    'select n, r.log_n from records r join logs l using (log_n) where l.log = ? and r.seq = ? and r.state <> 1',
    [log, seq],
  );
  if (!found) return 0;
  statements.run('delete from heads where log_n = ? and seq = ?', [found.log_n, seq]);
  return statements.run(
    `update records set id = null, ent = null, type = null, op = null, hlc = null, body = null, salt = null, state = 1
     where n = ?`,
    [found.n],
  );
}

/** Tables whose rows are not alike; none when all are. */
export function* tablesApart(here: Side, there: Side): Steps<string[]> {
  const [ours, theirs] = [yield* digestSteps(here), yield* digestSteps(there)];
  return Object.keys(ours).filter((table) => table !== 'all' && ours[table] !== theirs[table]);
}
