import { join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import type { Feature, Migrations } from '../features/feature.ts';
import { readText } from '../platform/files.ts';
import { type Migration, migration } from '../store/migrate.ts';

/** Every step of the schema, of the store and of all features. In a build they lie together beside the daemon. */
export function readMigrations(features: readonly Feature[]): Migration[] {
  const store: Migrations = {
    directory: storeMigrations(),
    files: ['0001-log.sql', '0011-mirror.sql', '0012-sync-events.sql', '0033-conflicts.sql', '0040-erasures.sql'],
  };
  const all = [store, ...features.flatMap((feature) => feature.migrations ?? [])];
  return all.flatMap(({ directory, files }) => files.map((name) => migration(name, read(directory, name))));
}

/** From the source the store's steps lie in its folder; in a build all lie in one. */
function storeMigrations(): string {
  const inBuild = join(import.meta.dirname, 'migrations');
  return readText(join(inBuild, '0001-log.sql')) === undefined
    ? join(import.meta.dirname, '..', 'store', 'migrations')
    : inBuild;
}

function read(directory: string, name: string): string {
  const text = readText(join(directory, name));
  if (text === undefined) throw new PrsistError('internal', `${name} is missing from ${directory}`);
  return text;
}
