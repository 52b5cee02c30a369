// Every byte that lies somewhere: files as they are, and what databases hold packed.
import fs from 'node:fs';
import { join } from 'node:path';
import { unpacked } from '../../src/store/blobs.ts';
import { databases, withStore } from './audit.ts';
import type { Home } from './home.ts';

export interface Seen {
  readonly where: string;
  readonly bytes: Buffer;
}

/** Everything below the home but what stands below `except`. Sockets and locks hold nothing. Call it before the audit too. */
export function* everyFile(home: Home, except: readonly string[]): Generator<Seen> {
  for (const entry of fs.readdirSync(home.root, { recursive: true, withFileTypes: true })) {
    const where = join(entry.parentPath, entry.name);
    if (except.some((path) => where === path || where.startsWith(`${path}/`))) continue;
    yield { where: `name of ${where}`, bytes: Buffer.from(where) };
    const bytes = entry.isFile() ? bytesOf(where) : undefined;
    if (bytes) yield { where, bytes };
  }
}

/** Every value of every table, packed ones unpacked. No daemon may run. */
export function* everyValue(home: Home): Generator<Seen> {
  for (const file of databases(home)) {
    for (const seen of withStore(file, ({ db }) => [...valuesOf(db)]))
      yield { ...seen, where: `${file}: ${seen.where}` };
  }
}

type Database = Parameters<Parameters<typeof withStore>[1]>[0]['db'];

function* valuesOf(db: Database): Generator<Seen> {
  const tables = db.prepare("select name from sqlite_schema where type = 'table'").pluck().all().map(String);
  for (const table of tables) {
    for (const row of db.prepare(`select * from "${table}"`).iterate()) {
      // a row is an object by column name
      const columns = row as Readonly<Record<string, unknown>>;
      for (const [column, value] of Object.entries(columns)) {
        const where = `${table}.${column}`;
        if (typeof value === 'string') yield { where, bytes: Buffer.from(value) };
        if (!Buffer.isBuffer(value)) continue;
        const packed = column === 'data' && typeof columns.codec === 'number';
        yield { where, bytes: packed ? unpacked(Number(columns.codec), value) : value };
      }
    }
  }
}

/** undefined: a temporary file that has got its name meanwhile. */
function bytesOf(where: string): Buffer | undefined {
  try {
    return fs.readFileSync(where);
  } catch (error) {
    if (where.endsWith('.tmp') && !fs.existsSync(where)) return undefined;
    throw error;
  }
}
