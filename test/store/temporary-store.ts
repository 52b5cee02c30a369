// A real store in a directory of its own, with a clock and randomness that a test rules.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Migration, migration } from '../../src/store/migrate.ts';
import type { Projection } from '../../src/store/record-type.ts';
import { Store, type StoreSettings } from '../../src/store/store.ts';
import type { StoreEvent } from '../../src/store/transaction.ts';

const source = join(import.meta.dirname, '../../src');

/** A migration of the product by its path under src/. */
export function shippedMigration(path: string): Migration {
  return migration(path.split('/').at(-1) ?? '', fs.readFileSync(join(source, path), 'utf8'));
}

const erasures = shippedMigration('store/migrations/0040-erasures.sql');
/** What every engine needs, in one step. */
export const logMigration = joined(shippedMigration('store/migrations/0001-log.sql'), erasures);
export const conflictsMigration = shippedMigration('store/migrations/0033-conflicts.sql');

function joined(first: Migration, second: Migration): Migration {
  return { ...first, sql: `${first.sql}\n${second.sql}` };
}

/** Where entities are settled, unless a step of the test's own makes the table. */
function conflictsFor(migrations: readonly Migration[], projections: readonly Projection[]): readonly Migration[] {
  const isMade = migrations.some(({ sql }) => sql.includes(conflictsMigration.sql));
  return isMade || !projections.some(({ settles }) => settles) ? [] : [conflictsMigration];
}

/** A directory that goes away with the test. */
export function temporaryDirectory(): string {
  const path = fs.mkdtempSync(join(tmpdir(), 'prsist-test-'));
  onTestFinished(() => fs.rmSync(path, { recursive: true, force: true }));
  return path;
}

export interface Clock {
  now: number;
}

export interface Setting {
  readonly file: string;
  readonly clock: Clock;
  readonly settings: StoreSettings;
  /** Every commit's events, in order. */
  readonly commits: (readonly StoreEvent[])[];
}

export interface Wanted extends Partial<Omit<StoreSettings, 'migrations' | 'projections' | 'clock'>> {
  /** Besides the log's own. */
  readonly migrations?: readonly Migration[];
  readonly projections?: readonly Projection[];
  /** A test that runs many stores removes their directories itself. */
  readonly directory?: string;
}

/** Everything a store needs; nothing is opened yet. */
export function storeSetting({ migrations = [], projections = [], directory, ...more }: Wanted = {}): Setting {
  const file = join(directory ?? temporaryDirectory(), 'memory.db');
  const clock: Clock = { now: Date.UTC(2026, 0, 2, 3, 4, 5) };
  const commits: (readonly StoreEvent[])[] = [];
  const settings: StoreSettings = {
    file,
    kind: 'project',
    identity: {
      ws: '019a3985-b900-7000-8000-000000000001',
      dev: '019a3985-b900-7000-8000-000000000002',
      user: '019a3985-b900-7000-8000-000000000006',
      project: '019a3985-b900-7000-8000-000000000005',
    },
    deviceName: 'laptop',
    migrations: [logMigration, ...migrations, ...conflictsFor(migrations, projections)],
    projections,
    clock: () => clock.now,
    random: countingBytes(),
    failpoint: () => undefined,
    onCommit: (events) => void commits.push(events),
    ...more,
  };
  return { file, clock, settings, commits };
}

/** An open store; closed with the test at the latest. */
export function temporaryStore(wanted: Wanted = {}): Setting & { readonly store: Store } {
  const setting = storeSetting(wanted);
  return { ...setting, store: openStore(setting.settings) };
}

/** Opens a store and closes it with the test, if the test has not done so. */
export function openStore(settings: StoreSettings): Store {
  const store = new Store(settings);
  onTestFinished(() => {
    if (store.db.open) store.close();
  });
  return store;
}

/** Bytes that never repeat and are the same in every run. */
export function countingBytes(): (bytes: number) => Uint8Array {
  let drawn = 0;
  return (bytes) => {
    const out = Buffer.alloc(bytes);
    drawn += 1;
    out.writeUIntBE(drawn, bytes - 6, 6);
    return out;
  };
}
