import type { Read, Write } from '../../store/record-type.ts';
import { countAccess, superseded } from './access-queries.ts';
import { valueText } from './reply.ts';

/** Counts that an entry was of use without being read by its name. */
export function countUse(tx: Write, ent: string, at: number): void {
  tx.run(countAccess, { ent, count: 1, at });
}

const most = 10_000;

/** Entries that another one supersedes and that stand all the same, newest first. */
export function supersededEntries(read: Read) {
  return read.all(superseded, { limit: most }).map(({ key, value, by }) => ({
    ...{ kind: 'entry' as const, name: key, as: `superseded by ${by}`, text: valueText(value) },
  }));
}
