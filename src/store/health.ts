// What can be wrong with one database, found without changing it, and what can be mended without losing anything.
import { hlcMs } from '../core/hlc.ts';
import { guarded } from './open.ts';
import type { Pace } from './steps.ts';
import type { Store } from './store.ts';
import { type CheckElsewhere, type FileCheck, fileCheckOf, quickCheck, verifyAside } from './verify.ts';

/** leftovers, index and wal can be mended in place; the others need a person. */
export type Trouble =
  | { readonly kind: 'pragma'; readonly name: string; readonly value: string; readonly wanted: string }
  | { readonly kind: 'damage'; readonly what: string }
  | { readonly kind: 'index'; readonly table: string; readonly what: string }
  | { readonly kind: 'table'; readonly table: string }
  | { readonly kind: 'wal'; readonly bytes: number }
  | { readonly kind: 'refused'; readonly count: number }
  | { readonly kind: 'leftovers'; readonly count: number }
  | { readonly kind: 'clock'; readonly aheadMs: number };

const wanted = {
  ...{ journal_mode: 'wal', synchronous: '2', foreign_keys: '1', secure_delete: '1', trusted_schema: '0' },
  ...{ cell_size_check: '1', mmap_size: '0' },
};
const walBytes = 64 * 1024 * 1024;
const aheadMs = 10 * 60_000;

/** The library that reads the databases; before 3.51.3 it may lose a WAL. */
export function sqliteVersion(store: Store): string {
  return store.statements.one<{ version: string }>('select sqlite_version() as version', [])?.version ?? '';
}

/** True from the first release in which a WAL that is begun anew cannot be lost. */
export function isSafeVersion(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 1_000_000 + minor * 1_000 + patch >= 3_051_003;
}

export interface Looking {
  /** deep: also every record, text and row, which rebuilds rows that differ. */
  readonly depth: 'quick' | 'deep';
  /** Bytes of its WAL. */
  readonly walSize: number;
  /** Milliseconds. */
  readonly now: number;
  readonly pace: Pace;
  readonly check: CheckElsewhere;
}

/** Looks a database through while it is served. Throws store/locked while it is being rebuilt and depth is deep. */
export async function troubles(store: Store, looking: Looking): Promise<Trouble[]> {
  const { depth, walSize, now } = looking;
  const file = await fileCheck(store, looking.check);
  if (file.damage !== undefined) return [{ kind: 'damage', what: file.damage }];
  const tables = missingTables(store);
  const found: Trouble[] = [
    ...pragmas(store),
    ...tables.map((table): Trouble => ({ kind: 'table', table })),
    ...file.indexes.map((index): Trouble => ({ kind: 'index', ...index })),
    ...(walSize > walBytes ? [{ kind: 'wal', bytes: walSize } as const] : []),
    ...counted(store, now),
  ];
  if (depth === 'quick' || found.some(({ kind }) => kind === 'table')) return found;
  const verified = await verifyAside(store, 'deep', looking);
  return [...found, ...(verified?.problems ?? []).map((what): Trouble => ({ kind: 'damage', what }))];
}

async function fileCheck(store: Store, check: CheckElsewhere): Promise<FileCheck> {
  const words = await check(store.settings.file, 'quick');
  return words === undefined ? quickCheck(store) : fileCheckOf(words);
}

function pragmas({ db }: Store): Trouble[] {
  return Object.entries(wanted).flatMap(([name, right]): Trouble[] => {
    const value = String(db.pragma(name, { simple: true }));
    return value === right ? [] : [{ kind: 'pragma', name, value, wanted: right }];
  });
}

function missingTables({ settings, statements }: Store): string[] {
  const there = new Set(
    statements.all<{ name: string }>("select name from sqlite_schema where type = 'table'", []).map(({ name }) => name),
  );
  return settings.projections.flatMap(({ tables }) => Object.keys(tables)).filter((table) => !there.has(table));
}

function counted({ statements, log }: Store, now: number): Trouble[] {
  const count = (sql: string) => statements.one<{ count: number }>(sql, [])?.count ?? 0;
  const refused = count('select count(*) as count from records where state = 3');
  const leftovers = count('select count(*) as count from blobs where refs <= 0 and data is not null');
  const ahead = log.hlc === '' ? 0 : hlcMs(log.hlc) - now;
  return [
    ...(refused > 0 ? [{ kind: 'refused', count: refused } as const] : []),
    ...(leftovers > 0 ? [{ kind: 'leftovers', count: leftovers } as const] : []),
    ...(ahead > aheadMs ? [{ kind: 'clock', aheadMs: ahead } as const] : []),
  ];
}

/** Removes texts that no record names any more. */
export function dropLeftovers(store: Store): number {
  return store.maintain(() => store.statements.run('delete from blobs where refs <= 0', []));
}

/** Folds the WAL into the file and gives its space back. */
export function foldWal({ db, settings }: Store): void {
  guarded(settings.file, () => db.pragma('wal_checkpoint(truncate)'));
}
