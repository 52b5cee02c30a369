import type Database from 'better-sqlite3';
import type { Connection } from './open.ts';
import type { Params } from './record-type.ts';

type Bound = readonly unknown[] | Params;

/** Prepared statements of one connection, each prepared once. */
export class Statements {
  readonly db: Connection;
  readonly #prepared = new Map<string, Database.Statement<unknown[], unknown>>();

  constructor(db: Connection) {
    this.db = db;
  }

  one<R>(sql: string, params: Bound): R | undefined {
    // the caller names the row's shape beside the SQL that gives it
    return this.#statement(sql).get(params) as R | undefined;
  }

  all<R>(sql: string, params: Bound): R[] {
    // as above
    return this.#statement(sql).all(params) as R[];
  }

  /** Runs a change; returns how many rows it changed. */
  run(sql: string, params: Bound): number {
    return this.#statement(sql).run(params).changes;
  }

  /** Runs an insert; returns the row number. */
  insert(sql: string, params: Bound): number {
    return Number(this.#statement(sql).run(params).lastInsertRowid);
  }

  #statement(sql: string): Database.Statement<unknown[], unknown> {
    const known = this.#prepared.get(sql);
    if (known) return known;
    const fresh = this.db.prepare<unknown[], unknown>(sql);
    this.#prepared.set(sql, fresh);
    return fresh;
  }
}
