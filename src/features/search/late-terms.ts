// Terms of texts that came in bulk, made behind the writes: until then a search reads the text of such a candidate instead.
import type { Projecting, Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { Showing } from '../findable.ts';
import { showingOf } from './find.ts';
import { termsOf } from './projection.ts';
import { lateItems, setTerms } from './queries.ts';

/** As the person who owns the texts reads them. */
export interface LateTerms {
  readonly showings: readonly Showing[];
  readonly context: Context;
}

/** Whether there are texts without terms. */
export function hasLate(read: Read): boolean {
  return read.one(lateItems, { limit: 1 }) !== undefined;
}

/** Makes the terms of some texts, newest last; returns how many are done. A text that is not told any more has none. */
export function makeTerms(tx: Projecting, { showings, context }: LateTerms, limit: number): number {
  const items = tx.all(lateItems, { limit });
  for (const { item_id, kind, ent, part, path } of items) {
    const text = showingOf(showings, kind)?.text(tx, ent, part, context) ?? '';
    tx.run(setTerms, { item_id, terms: termsOf({ kind, text, names: '', path }) });
  }
  return items.length;
}
