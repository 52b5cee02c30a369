import { PrsistError } from '../core/errors.ts';
import { applicationId } from '../core/protocol.ts';
import { type Connection, guarded } from './open.ts';

export type StoreKind = 'project' | 'user';

/** One step of the schema. Its file begins with a line `-- project`, `-- user` or `-- both` and why. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** Reads number and name from a file name of the form 0002-entries.sql; checks that its first line says whom it concerns. */
export function migration(fileName: string, sql: string): Migration {
  const parts = /^(\d{4})-([a-z-]+)\.sql$/.exec(fileName);
  if (!parts?.[1] || !parts[2]) throw new PrsistError('internal', `${fileName} is no name of a migration`);
  if (!/^-- (project|user|both)\b/.test(sql)) {
    throw new PrsistError('internal', `${fileName} does not say in its first line which databases it concerns`);
  }
  return { number: Number(parts[1]), name: parts[2], sql };
}

/** Whether a step concerns this kind of database. */
export function concerns(step: Migration, kind: StoreKind): boolean {
  const first = step.sql.slice(0, step.sql.indexOf('\n'));
  return first.startsWith('-- both') || first.startsWith(`-- ${kind}`);
}

/**
 * Brings a database up to date, each step in a transaction of its own; what is already done is passed over. A new one is
 * made in a single one: nothing in it is worth keeping before all is there, and a commit for each step takes five times as
 * long.
 */
export function migrate(db: Connection, kind: StoreKind, steps: readonly Migration[]): void {
  const done = Number(db.pragma('user_version', { simple: true }));
  const open = steps.filter((step) => step.number > done).sort((a, b) => a.number - b.number);
  if (open.length === 0) return;
  for (const together of done === 0 ? [open] : open.map((step) => [step])) {
    guarded(db.name, () => take(db, kind, together));
  }
}

function take(db: Connection, kind: StoreKind, steps: readonly Migration[]): void {
  db.exec('begin immediate');
  try {
    for (const step of steps) if (concerns(step, kind)) db.exec(step.sql);
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${steps.at(-1)?.number}`);
    db.exec('commit');
  } catch (error) {
    if (db.inTransaction) db.exec('rollback');
    throw error;
  }
}
