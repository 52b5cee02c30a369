import Database from 'better-sqlite3';

/** How much SQLite looks at: quick, the pages and the full-text indexes; whole, also that every index fits its table. */
export type CheckDepth = 'quick' | 'whole';

/**
 * What SQLite's check says of a database file, read beside whoever has it open; ['ok'] when all is well. An index, or a
 * file, may be so damaged that the check itself fails: then that is what it says.
 */
export function checkWordsOf(file: string, depth: CheckDepth): string[] {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true });
    db.pragma('busy_timeout = 5000');
    const rows = db.pragma(depth === 'quick' ? 'quick_check(50)' : 'integrity_check(50)');
    // one text column, by SQLite's documents
    const words = (rows as Readonly<Record<string, string>>[]).map((row) => String(Object.values(row)[0]));
    return words.length === 0 ? ['unreadable'] : words;
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    db?.close();
  }
}
