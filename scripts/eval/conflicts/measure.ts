// How often a merge leaves something for a person, measured over the product's own rows (07 §18).
import { merge } from '../../../src/core/merge.ts';
import type { RecordBody } from '../../../src/core/record.ts';
import type { Store } from '../../../src/store/store.ts';
import { wrongValues } from '../../../test/sim/checks.ts';
import { wrongTogether } from '../../../test/sim/judge.ts';
import type { Oracle } from '../../../test/sim/oracle.ts';
import { shownBy } from '../../../test/sim/shown.ts';
import type { Worked } from '../../../test/sim/workload.ts';

/** Counts of entities, but for changes. */
export interface Measured {
  readonly changes: number;
  /** Two devices changed it, neither knowing of the other. */
  readonly concurrent: number;
  /** Of those: with a field that a person has to decide (rule 6). */
  readonly open: number;
  /** Of those: with a field in which a person's word beat agents' (rule 5). */
  readonly settled: number;
  /** Of those: what a person would have to decide if rules 4 and 5 were off. */
  readonly manual: number;
  /** With a text that was put together of several, and of those what none of its authors can have meant. */
  readonly together: number;
  readonly wrong: number;
  /** Fields that show or list something else than the oracle says: edits lost without a word. */
  readonly overwritten: number;
}

export const nothing: Measured = {
  ...{ changes: 0, concurrent: 0, open: 0, settled: 0, manual: 0, together: 0, wrong: 0, overwritten: 0 },
};

/** Measures what stands on the first device, which has everything. */
export function measure({ devices, oracle, written }: Worked): Measured {
  const [device] = devices;
  if (!device) return nothing;
  const concurrent = oracle.entities.filter((ent) => oracle.isConcurrent(ent));
  const count = (is: (ent: string) => boolean) => concurrent.filter(is).length;
  const sides = (ent: string) => [...(shownBy(device.store, ent)?.sides.values() ?? [])].flat();
  const texts = concurrent.map((ent) => together(device.store, oracle, ent)).filter((wrong) => wrong !== undefined);
  return {
    changes: written,
    concurrent: concurrent.length,
    open: count((ent) => sides(ent).some(({ open }) => open)),
    settled: count((ent) => sides(ent).some(({ by }) => by === 'rule:human')),
    manual: count((ent) => isOpenByHand(device.store, ent)),
    together: texts.length,
    wrong: texts.filter((wrong) => wrong.length > 0).length,
    overwritten: wrongValues(device, oracle, 'exact').length,
  };
}

export function added(a: Measured, b: Measured): Measured {
  const sum = Object.keys(a).map((name) => [name, a[name as keyof Measured] + b[name as keyof Measured]]);
  return Object.fromEntries(sum) as unknown as Measured; // the same names
}

/** What is wrong with the text of an entity that was put together; undefined where none was. */
function together(store: Store, oracle: Oracle, ent: string): readonly string[] | undefined {
  const due = oracle.fieldsOf(ent).has('value') ? oracle.due(ent, 'value') : undefined;
  const shown = shownBy(store, ent)?.fields['value'];
  if (due?.is !== 'text' || shown === undefined || due.values.has(shown)) return undefined;
  return wrongTogether(shown, [...due.values]);
}

interface Row {
  readonly log: string;
  readonly seq: number;
  readonly dev: string;
  readonly body: string;
}

function isOpenByHand(store: Store, ent: string): boolean {
  const rows = store.statements.all<Row>(
    'select l.log, r.seq, l.dev, r.body from records r join logs l using (log_n) where r.ent = ?',
    [ent],
  );
  const records = rows.map(({ body, ...at }) => ({ ...at, body: JSON.parse(body) as RecordBody }));
  const text = store.read.text;
  return merge(records, { resolution: 'manual', text }).conflicts.some(({ settled }) => settled === undefined);
}
