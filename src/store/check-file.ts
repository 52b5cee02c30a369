import Database from 'better-sqlite3';

/**
 * What SQLite's short check says of a database file, read beside whoever has it open; ['ok'] when all is well. An index, or
 * a file, may be so damaged that the check itself fails: then that is what it says.
 */
export function quickWordsOf(file: string): string[] {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true });
    db.pragma('busy_timeout = 5000');
    const rows = db.pragma('quick_check(50)') as { readonly quick_check: string }[]; // one text column, by SQLite's documents
    return rows.length === 0 ? ['unreadable'] : rows.map((row) => row.quick_check);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    db?.close();
  }
}
