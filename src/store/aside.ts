// Long maintenance while the store serves: one transaction on a second connection, in slices. Readers of the store see
// what was before until it is committed; writes wait in the queue meanwhile.
import { PrsistError } from '../core/errors.ts';
import { guarded, openConnection } from './open.ts';
import type { Side } from './rebuild.ts';
import type { Write } from './record-type.ts';
import { settlement } from './settle.ts';
import { Statements } from './statements.ts';
import { inSlices, type Pace, type Steps } from './steps.ts';
import type { Store } from './store.ts';
import { transaction } from './transaction.ts';

/** What the work may use: another connection to the same file, inside a transaction. Appending is refused. */
export interface Aside extends Side {
  readonly tx: Write;
}

/** What the work says at its end: whether its changes are to stay. */
export interface Outcome<T> {
  readonly value: T;
  readonly end: 'commit' | 'rollback';
}

/** Runs work on the side; undefined when it was cancelled, and nothing has changed. Throws store/locked when one runs. */
export async function aside<T>(
  store: Store,
  work: (side: Aside) => Steps<Outcome<T>>,
  pace: Pace,
): Promise<T | undefined> {
  const release = store.hold();
  try {
    const side = openSide(store);
    try {
      side.db.exec('begin immediate');
      const outcome = await inSlices(work(side), pace);
      if (outcome?.end === 'commit') guarded(store.settings.file, () => side.db.exec('commit'));
      return outcome?.value;
    } finally {
      if (side.db.inTransaction) side.db.exec('rollback');
      side.db.close();
    }
  } finally {
    release();
  }
}

function openSide(store: Store): Aside {
  const { settings } = store;
  const db = openConnection(settings.file, Math.max(...settings.migrations.map((step) => step.number)));
  const statements = new Statements(db);
  const refused = () => {
    throw new PrsistError('internal', 'maintenance on the side appends nothing');
  };
  const { clock, random } = settings;
  const engine = { statements, projector: store.projector };
  const settled = settlement({ ...engine, resolution: settings.resolution });
  const parts = { ...engine, settlement: settled, own: { ...store.log }, clock, random, failpoint: refused };
  return { db, statements, settings, tx: transaction(parts, refused, refused).tx };
}
