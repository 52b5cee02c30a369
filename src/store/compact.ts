import type { Side } from './rebuild.ts';
import { inSlices, type Pace, type Steps } from './steps.ts';
import type { Store } from './store.ts';

const pagesPerStep = 500;

/** Gives unused pages back to the disk: search index merged, free pages cut off, WAL folded in. In slices. */
export async function compact(store: Store, pace: Pace): Promise<void> {
  const done = await inSlices(steps(store), pace);
  if (done === undefined) return;
  store.db.pragma('wal_checkpoint(truncate)');
}

function* steps(store: Store): Steps<true> {
  for (const table of searchTables(store)) {
    // a merge in steps, as FTS5 offers it: negative begins one, positive goes on, until nothing changes any more
    for (let sign = -1; ; sign = 1) {
      const before = totalChanges(store);
      store.maintain(() =>
        store.db.prepare(`insert into ${table} (${table}, rank) values ('merge', ?)`).run(sign * 200),
      );
      yield;
      if (totalChanges(store) - before < 2) break;
    }
  }
  return yield* freeing(store);
}

/** Cuts off pages that nothing uses any more, in slices; nothing else is done. */
export async function giveBackPages(store: Store, pace: Pace): Promise<void> {
  await inSlices(freeing(store), pace);
}

function* freeing(store: Store): Steps<true> {
  for (let free = freePages(store); free > 0; ) {
    store.db.pragma(`incremental_vacuum(${pagesPerStep})`);
    yield;
    const left = freePages(store);
    if (left >= free) break;
    free = left;
  }
  return true;
}

function searchTables({ statements }: Side): string[] {
  const sql = "select name from sqlite_schema where type = 'table' and sql like 'create virtual table%using fts5(%'";
  return statements.all<{ name: string }>(sql, []).map(({ name }) => name);
}

function totalChanges({ db }: Side): number {
  return Number(db.prepare('select total_changes()').pluck().get());
}

function freePages({ db }: Side): number {
  return Number(db.pragma('freelist_count', { simple: true }));
}
