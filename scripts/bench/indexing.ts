// How fast short items are indexed in bulk: rows and index of search computed for 50,000 invented messages, or as many as
// the first argument says, in transactions of 5,000. Beside it, in the same run, the same texts into a bare FTS5 table of
// the same tokenizer. One JSON line. Bar: 20,000 a second.
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Id } from '../../src/core/ids.ts';
import type { SearchPart } from '../../src/features/findable.ts';
import { searchProjection } from '../../src/features/search/projection.ts';
import { migration } from '../../src/store/migrate.ts';
import { rebuild } from '../../src/store/rebuild.ts';
import { recordType } from '../../src/store/record-type.ts';
import { Store } from '../../src/store/store.ts';
import { rounded } from './measure.ts';
import { numbers, text } from './search-texts.ts';

const count = Math.max(1_000, Number(process.argv[2] ?? 50_000));
const rounds = 3;
const atOnce = 5_000;
const say = recordType<{ text: string; session: string }>('bench.say', 'grow');
const uuid = (n: number) => `019a3985-b900-7000-8000-${String(n).padStart(12, '0')}` as Id; // of the form of an id

const directory = fs.mkdtempSync(join(os.tmpdir(), 'prsist-bench-'));
const random = numbers(1);
const texts = Array.from({ length: count }, () => text(random, 10 + Math.floor(random() * 30)));
const store = open();
try {
  fill();
  const perSecond = (work: () => unknown) => rounded(Math.max(...Array.from({ length: rounds }, () => rate(work))));
  const bare = perSecond(insert);
  const logged = perSecond(() => rebuild(store, new Set(['none'])));
  const indexed = perSecond(() => rebuild(store, new Set(['search'])));
  const line = {
    ...{ bench: 'indexing', items: count, chars: rounded(texts.join('').length / count), items_per_s: indexed },
    reference: { fts5_per_s: bare, records_read_per_s: logged },
    ...{ ratio: rounded(bare / indexed, 2), bar: { items_per_s: 20_000 }, ok: indexed >= 20_000 },
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
} finally {
  store.close();
  fs.rmSync(directory, { recursive: true });
}

function open(): Store {
  const steps = fs.globSync(join(import.meta.dirname, '../../bin/built/migrations/*.sql')).sort();
  const at = Date.parse('2026-01-01T00:00:00Z');
  const parts = ({ n, fields }: { n: number; fields: Readonly<Record<string, unknown>> }): SearchPart[] => [
    {
      ...{ kind: 'message', ent: String(n), part: 0, layer: null, scope: null, priority: null, trust: 2, path: null },
      ...{ author: null, tenant_id: null, user_id: null, agent_id: 'codex', at: at + n * 60_000, names: '' },
      ...{ session_id: String(fields['session']), text: String(fields['text']) },
    },
  ];
  let ids = 0;
  return new Store({
    ...{ file: join(directory, 'bench.db'), kind: 'project', deviceName: 'bench' },
    identity: { ws: uuid(1), dev: uuid(2), user: uuid(3), project: uuid(4) },
    migrations: steps.map((step) => migration(step.split('/').at(-1) ?? '', fs.readFileSync(step, 'utf8'))),
    projections: [
      { name: 'none', version: 1, tables: {}, handlers: [] },
      searchProjection([{ record: say.name, parts }], []),
    ],
    clock: () => at,
    random: (bytes) => {
      ids += 1;
      const value = new Uint8Array(bytes);
      new DataView(value.buffer).setUint32(0, ids);
      return value;
    },
    ...{ failpoint: () => undefined, onCommit: () => undefined },
  });
}

function fill(): void {
  for (let done = 0; done < count; done += atOnce) {
    store.maintain((tx) => {
      for (const [n, each] of texts.slice(done, done + atOnce).entries()) {
        const fields = { text: each, session: `s${Math.floor((done + n) / 200)}` };
        tx.append(say, { fields, actor: { user: 'u' }, origin: 'human' });
      }
    });
  }
}

function rate(work: () => unknown): number {
  const begun = performance.now();
  work();
  return (count / (performance.now() - begun)) * 1e3;
}

function insert(): void {
  const db = new Database(join(directory, `plain-${performance.now()}.db`));
  db.pragma('journal_mode = wal');
  db.pragma('synchronous = full');
  db.exec(
    "create virtual table plain using fts5(text, tokenize = 'porter unicode61 remove_diacritics 2', content = '')",
  );
  const add = db.prepare('insert into plain (rowid, text) values (?, ?)');
  db.transaction(() => {
    for (const [n, each] of texts.entries()) add.run(n + 1, each);
  }).immediate();
  db.close();
}
