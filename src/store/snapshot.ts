import { openConnection } from './open.ts';
import type { Side } from './rebuild.ts';
import { Statements } from './statements.ts';
import type { Store } from './store.ts';

/** A second connection to a database that is in use, which sees it as it was at one moment and changes nothing. */
export interface Snapshot extends Side {
  readonly close: () => void;
}

/** Opens one of this moment. While it is open the WAL cannot be folded whole: whoever opens it closes it soon. */
export function openSnapshot({ settings }: Store): Snapshot {
  const db = openConnection(settings.file, Math.max(...settings.migrations.map((step) => step.number)));
  try {
    db.pragma('query_only = on');
    const statements = new Statements(db);
    db.exec('begin');
    statements.one('select count(*) from logs', []); // the moment is that of the first query
    return { db, statements, settings, close: () => db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}
