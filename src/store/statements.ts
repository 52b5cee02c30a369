import type Database from 'better-sqlite3';
import type { Connection } from './open.ts';
import { positioned, valuesOf } from './positions.ts';
import type { Params } from './record-type.ts';

type Bound = readonly unknown[] | Params;

interface Prepared {
  readonly statement: Database.Statement<unknown[], unknown>;
  readonly names: readonly string[];
}

/** Prepared statements of one connection, each prepared once. Names in them are bound by their places. */
export class Statements {
  readonly db: Connection;
  readonly #prepared = new Map<string, Prepared>();

  constructor(db: Connection) {
    this.db = db;
  }

  one<R>(sql: string, params: Bound): R | undefined {
    const { statement, names } = this.#statement(sql);
    // the caller names the row's shape beside the SQL that gives it
    return statement.get(placed(names, params)) as R | undefined;
  }

  all<R>(sql: string, params: Bound): R[] {
    const { statement, names } = this.#statement(sql);
    // as above
    return statement.all(placed(names, params)) as R[];
  }

  /** Runs a change; returns how many rows it changed. */
  run(sql: string, params: Bound): number {
    const { statement, names } = this.#statement(sql);
    return statement.run(placed(names, params)).changes;
  }

  /** Runs an insert; returns the row number. */
  insert(sql: string, params: Bound): number {
    const { statement, names } = this.#statement(sql);
    return Number(statement.run(placed(names, params)).lastInsertRowid);
  }

  #statement(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const { sql: placedSql, names } = positioned(sql);
    const fresh = { statement: this.db.prepare<unknown[], unknown>(placedSql), names };
    this.#prepared.set(sql, fresh);
    return fresh;
  }
}

function placed(names: readonly string[], params: Bound): readonly unknown[] {
  // a list has no names: its caller wrote places
  return Array.isArray(params) ? params : valuesOf(names, params as Params);
}
