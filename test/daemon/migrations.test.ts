// Every step of the schema that lies in the source is one the daemon takes.
import fs from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { readMigrations } from '../../src/daemon/migrations.ts';
import { allFeatures } from '../harness/audit.ts';

test('MI9: no step of the schema is left out of the product', () => {
  const source = join(import.meta.dirname, '../../src');
  const there = fs.globSync('**/migrations/*.sql', { cwd: source }).map((path) => basename(path));
  const taken = readMigrations(allFeatures()).map(
    ({ number, name }) => `${String(number).padStart(4, '0')}-${name}.sql`,
  );
  expect(taken.sort()).toEqual(there.sort());
});
