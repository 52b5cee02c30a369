// A database as the product makes it, copied for each device: making the tables costs more than a whole schedule.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conflictRows } from '../../src/features/conflicts/projection.ts';
import { documents } from '../../src/features/documents/projection.ts';
import { entries } from '../../src/features/entries/projection.ts';
import { messageRows } from '../../src/features/sessions/message-projection.ts';
import { sessionRows } from '../../src/features/sessions/session-projection.ts';
import { taskRows } from '../../src/features/sessions/task-projection.ts';
import { workRows } from '../../src/features/sessions/work-projection.ts';
import { type Migration, migrate, migration, type StoreKind } from '../../src/store/migrate.ts';
import { openConnection } from '../../src/store/open.ts';
import type { Projection } from '../../src/store/record-type.ts';

const source = join(import.meta.dirname, '../../src');

/** Every step of the schema, wherever it stands. */
export const migrations: readonly Migration[] = fs
  .globSync('**/migrations/*.sql', { cwd: source })
  .map((path) => migration(path.split(/[\\/]/).at(-1) ?? '', fs.readFileSync(join(source, path), 'utf8')));

/** Whose rows are compared: everything that two devices may change at once. The search index is computed from these. */
const all: readonly Projection[] = [entries, sessionRows, messageRows, workRows, taskRows, documents, conflictRows];

/** Those of a kind of database. */
export function projectionsOf(kind: StoreKind): readonly Projection[] {
  return all.filter((each) => (each.in ?? kind) === kind);
}

const made = new Map<StoreKind, Buffer>();

/** A database with all tables and no log. */
export function emptyDatabase(kind: StoreKind): Buffer {
  const known = made.get(kind) ?? make(kind);
  made.set(kind, known);
  return known;
}

function make(kind: StoreKind): Buffer {
  const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-sim-'));
  try {
    const file = join(directory, 'memory.db');
    const schema = Math.max(...migrations.map((step) => step.number));
    const db = openConnection(file, schema);
    migrate(db, kind, migrations);
    db.pragma('wal_checkpoint(truncate)');
    db.close();
    return fs.readFileSync(file);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}
