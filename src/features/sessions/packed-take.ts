import type { Appending, RecordType, Write } from '../../store/record-type.ts';
import type { Arrived, Taken, TakingIn } from '../packed.ts';

interface Told<F> {
  readonly type: RecordType<F>;
  /** Its entity here; that of the package under its id here when absent. */
  readonly ent?: Appending<F>['ent'];
  /** What it says here: other things by their ids here. */
  readonly fields: (into: Write) => F;
}

/** A fact of a package, under its id here: the same one is taken in once. */
export function takeFact<F>(tx: Write, arrived: Arrived, { idOf }: TakingIn, { type, ent, fields }: Told<F>): Taken {
  const id = idOf(arrived.id);
  if (tx.known(id)) return { outcome: 'known' };
  const { actor, origin } = arrived;
  return {
    outcome: 'new',
    write: (into) => into.append(type, { id, ent: ent ?? idOf(arrived.ent), actor, origin, fields: fields(into) }),
  };
}
