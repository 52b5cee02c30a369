// Times search.query against the bare FTS5 query on the same index: 100,000 invented messages, or as many as the first
// argument says. Prints one JSON line; times in milliseconds.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Id } from '../../src/core/ids.ts';
import type { Context } from '../../src/features/feature.ts';
import type { SearchPart, Showing } from '../../src/features/findable.ts';
import { contract } from '../../src/features/search/contract.ts';
import { matchText } from '../../src/features/search/match.ts';
import { searchProjection } from '../../src/features/search/projection.ts';
import { readQuestion } from '../../src/features/search/question.ts';
import { searchQuery } from '../../src/features/search/search-query.ts';
import { migration } from '../../src/store/migrate.ts';
import { recordType } from '../../src/store/record-type.ts';
import { Store } from '../../src/store/store.ts';

const count = Number(process.argv[2] ?? 100_000);
const source = path.join(import.meta.dirname, '../../src');
const say = recordType<{ text: string; session: string }>('bench.say', 'grow');
const uuid = (n: number) => `019a3985-b900-7000-8000-${String(n).padStart(12, '0')}` as Id; // of the form of an id

/** Numbers from a seed (mulberry32), so that every run has the same texts. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An invented word; small numbers are common (Zipf), so they make the frequent words. */
function word(n: number): string {
  const syllables = ['ka', 'lo', 'mi', 'ter', 'sun', 'ba', 'rek', 'du', 'pol', 'gri', 'fa', 'ves', 'nom', 'ti', 'zul'];
  let rest = n;
  let text = '';
  do {
    text += syllables[rest % syllables.length];
    rest = Math.floor(rest / syllables.length);
  } while (rest > 0);
  return text;
}

function text(random: () => number, words: number): string {
  return Array.from({ length: words }, () => word(Math.floor(20_000 ** random()))).join(' ');
}

function open(directory: string): Store {
  const files = ['store/migrations/0001-log.sql', 'features/search/migrations/0007-search.sql'];
  const parts = ({ n, fields }: { n: number; fields: Readonly<Record<string, unknown>> }): SearchPart[] => {
    const { text, session } = fields as { text: string; session: string }; // written below
    const at = Date.parse('2026-01-01T00:00:00Z') + n * 60_000;
    return [
      {
        ...{ kind: 'message', ent: String(n), part: 0, session_id: session, layer: null, scope: null, priority: null },
        ...{
          trust: 2,
          author: null,
          path: null,
          tenant_id: null,
          user_id: null,
          agent_id: 'codex',
          at,
          text,
          names: '',
        },
      },
    ];
  };
  let ids = 0;
  return new Store({
    ...{ file: path.join(directory, 'bench.db'), kind: 'project', deviceName: 'bench' },
    identity: { ws: uuid(1), dev: uuid(2), user: uuid(3), project: uuid(4) },
    migrations: files.map((file) => migration(path.basename(file), fs.readFileSync(path.join(source, file), 'utf8'))),
    projections: [searchProjection([{ record: say.name, parts }], [])],
    clock: () => Date.parse('2026-04-01T00:00:00Z'),
    random: (bytes) => {
      ids += 1;
      const value = new Uint8Array(bytes);
      new DataView(value.buffer).setUint32(0, ids);
      return value;
    },
    failpoint: () => {},
    onCommit: () => {},
  });
}

function fill(store: Store): number {
  const random = numbers(1);
  const begun = performance.now();
  for (let done = 0; done < count; done += 5_000) {
    store.maintain((tx) => {
      for (let i = done; i < Math.min(count, done + 5_000); i += 1) {
        const fields = { text: text(random, 20 + Math.floor(random() * 40)), session: `s${i % 500}` };
        tx.append(say, { fields, actor: { user: 'u' }, origin: 'human' });
      }
    });
  }
  return performance.now() - begun;
}

function times(runs: readonly (() => unknown)[]): { p50: number; p95: number } {
  for (const run of runs.slice(0, 20)) run();
  const all = runs.map((run) => {
    const begun = performance.now();
    run();
    return performance.now() - begun;
  });
  all.sort((a, b) => a - b);
  const at = (share: number) => Math.round((all[Math.floor(all.length * share)] ?? 0) * 100) / 100;
  return { p50: at(0.5), p95: at(0.95) };
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'prsist-bench-'));
const store = open(directory);
try {
  const filledMs = fill(store);
  const context: Context = {
    caller: { user: 'u', origin: 'human' },
    project: { id: 'p', name: 'p' },
    read: { project: store.read, user: store.read },
    ...{ now: Date.parse('2026-04-01T00:00:00Z'), worktree: undefined, branch: undefined, git: null },
  };
  const recordOf = (ent: string) => store.read.fields(Number(ent));
  const showing: Showing = {
    kind: 'message',
    text: (_read, ent) => String(recordOf(ent)['text']),
    heading: () => ({ key: null, title: null }),
  };
  const random = numbers(2);
  const questions = Array.from({ length: 200 }, () => text(random, 5));
  const bare = store.db.prepare('select rowid, rank from search_fts where search_fts match ? order by rank limit 20');
  const ask = (more: object) => (query: string) => () => {
    searchQuery(context, contract['search.query'].input.parse({ query, ...more }), { showings: [showing] });
  };
  const line = {
    ...{ bench: 'search', parts: count, write_us_per_part: Math.round((filledMs * 1000) / count) },
    bytes: fs.statSync(path.join(directory, 'bench.db')).size,
    bare_ms: times(
      questions.map((query) => {
        const match = matchText(readQuestion(query), { tokens: [], path: undefined });
        return () => bare.all(match);
      }),
    ),
    query_ms: times(questions.map(ask({}))),
    filtered_ms: times(questions.map(ask({ session_id: 's7' }))),
    month_ms: times(questions.map(ask({ since: '30d' }))),
  };
  console.log(JSON.stringify({ ...line, ratio_p95: Math.round((line.query_ms.p95 / line.bare_ms.p95) * 100) / 100 }));
} finally {
  store.close();
  fs.rmSync(directory, { recursive: true });
}
