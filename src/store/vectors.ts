// Vectors inside a database: sqlite-vec, a small native library that SQLite loads into each connection.
import { createRequire } from 'node:module';
import type { Connection } from './open.ts';

/** undefined: not looked for yet. */
let found: { readonly path: string } | { readonly why: string } | undefined;

/**
 * Makes vector tables usable on a connection. Where there is no library for this system everything else works: the tables
 * stay closed, and whyNoVectors says why.
 */
export function loadVectors(db: Connection): void {
  found ??= library();
  if (!('path' in found)) return;
  try {
    db.loadExtension(found.path);
  } catch (error) {
    found = { why: messageOf(error) };
  }
}

/** Why there are no vector tables here; undefined when there are, or nobody has looked. */
export function whyNoVectors(): string | undefined {
  return found && 'why' in found ? found.why : undefined;
}

/** The package brings one library for each system, as packages of its own that may be absent. */
function library(): { readonly path: string } | { readonly why: string } {
  try {
    // not an import: a package that is not there must not keep the daemon from starting
    const load: (name: string) => { readonly getLoadablePath: () => string } = createRequire(import.meta.url);
    return { path: load('sqlite-vec').getLoadablePath() };
  } catch (error) {
    return { why: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
