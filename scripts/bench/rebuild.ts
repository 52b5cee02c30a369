// Rows computed again from the log of an imported project: without the search tables, and the search tables alone.
// Beside it a bare insert of the same records into one table. One JSON line. Bar: 30,000 records a second without search.
import fs from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { findables as entryFindables, hidings as entryHidings } from '../../src/features/entries/findable.ts';
import { entries } from '../../src/features/entries/projection.ts';
import { searchProjection } from '../../src/features/search/projection.ts';
import { findables, hidings } from '../../src/features/sessions/findable.ts';
import { messageRows } from '../../src/features/sessions/message-projection.ts';
import { sessionRows } from '../../src/features/sessions/session-projection.ts';
import { taskRows } from '../../src/features/sessions/task-projection.ts';
import { workRows } from '../../src/features/sessions/work-projection.ts';
import { createRandom } from '../../src/platform/random.ts';
import { migration } from '../../src/store/migrate.ts';
import { rebuild } from '../../src/store/rebuild.ts';
import { Store } from '../../src/store/store.ts';
import { layTranscripts, rounded, world } from './measure.ts';

const rows = [entries, sessionRows, messageRows, workRows, taskRows];
const search = searchProjection([...entryFindables, ...findables], [...entryHidings, ...hidings]);
const id = (last: number) => `019a3985-b900-7000-8000-00000000000${last}`;
const rounds = 3;

const here = await world();
try {
  const transcripts = layTranscripts(join(here.home, 'transcripts'));
  await here.prsist('import', '--path', transcripts.directory);
  const copy = join(here.home, 'copy.db');
  const [database] = fs.globSync(join(here.paths.projects, '*', 'memory.db'));
  const source = new Database(String(database), { readonly: true });
  await source.backup(copy);
  source.close();
  const store = open(copy);
  const bodies = store.statements.all<{ body: string }>('select body from records where body is not null', []);
  const perSecond = (work: () => unknown) =>
    Math.max(...Array.from({ length: rounds }, () => rate(bodies.length, work)));
  const names = new Set(rows.flatMap((row) => Object.keys(row.tables)));
  const bare = perSecond(() => insert(bodies.map((row) => row.body)));
  const without = perSecond(() => rebuild(store, names));
  const indexed = perSecond(() => rebuild(store, new Set([search.name])));
  store.close();
  const line = {
    ...{ bench: 'rebuild', source: transcripts.source, records: bodies.length, records_per_s: rounded(without) },
    ...{ search_records_per_s: rounded(indexed), reference: { insert_per_s: rounded(bare) } },
    ...{ ratio: rounded(bare / without, 1), bar: { records_per_s: 30_000 }, ok: without >= 30_000 },
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
} finally {
  await here.stop();
}

function open(file: string): Store {
  const steps = fs.globSync(join(import.meta.dirname, '../../bin/built/migrations/*.sql')).sort();
  return new Store({
    ...{ file, kind: 'project', deviceName: 'bench' },
    identity: { ws: id(1), dev: id(2), user: id(3), project: id(4) },
    migrations: steps.map((step) => migration(step.split('/').at(-1) ?? '', fs.readFileSync(step, 'utf8'))),
    projections: [...rows, search],
    ...{ clock: Date.now, random: createRandom(), failpoint: () => undefined, onCommit: () => undefined },
  });
}

function rate(count: number, work: () => unknown): number {
  const begun = performance.now();
  work();
  return (count / (performance.now() - begun)) * 1e3;
}

function insert(bodies: readonly string[]): void {
  const file = join(here.home, `plain-${performance.now()}.db`);
  const db = new Database(file);
  db.pragma('journal_mode = wal');
  db.pragma('synchronous = full');
  db.exec('create table plain (n integer primary key, body text not null) strict');
  const add = db.prepare('insert into plain (body) values (?)');
  db.transaction(() => {
    for (const body of bodies) add.run(body);
  }).immediate();
  db.close();
}
