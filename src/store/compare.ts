// Two databases that should hold the same: which records one of them lacks, and whether their rows are alike.
import { allChains, linkAt } from './branches.ts';
import { digestSteps } from './digest.ts';
import type { Side } from './rebuild.ts';
import type { Steps } from './steps.ts';

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

/** Tables whose rows are not alike; none when all are. */
export function* tablesApart(here: Side, there: Side): Steps<string[]> {
  const [ours, theirs] = [yield* digestSteps(here), yield* digestSteps(there)];
  return Object.keys(ours).filter((table) => table !== 'all' && ours[table] !== theirs[table]);
}
