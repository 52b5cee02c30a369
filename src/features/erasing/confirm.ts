// Every device says in the log that it has carried an erase out, so that all can see where it still has to happen.
import { recordType, type Write } from '../../store/record-type.ts';
import { unconfirmedErases } from './receipt-queries.ts';

/** A device has taken what these erases name out of everything it holds. */
export const recordErased = recordType<{ readonly erases: readonly string[]; readonly at: number }>(
  'record.erased',
  'grow',
);

/** Writes it down for what was carried out here and not said yet. Called when nothing of it is left on this device. */
export function confirmErased(tx: Write, { dev, user }: { readonly dev: string; readonly user: string }): void {
  const erases = tx.all(unconfirmedErases, { dev }).map(({ id }) => id);
  if (erases.length === 0) return;
  tx.append(recordErased, { fields: { erases, at: tx.now }, actor: { user }, origin: 'human' });
}
