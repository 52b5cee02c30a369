// Search through the daemon: 10,000 items, or as many as the first argument says, taken in as transcripts; then mixed
// questions (rare and common words, misspelt ones, names, times, filters) with other requests going on. Beside it, in
// the same run, the bare FTS5 query on the same index and grep over the same transcripts. One JSON line; milliseconds.
// Needs `npm run build`.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { residentMiB, rounded, type World, world } from './measure.ts';
import { addSpeakers, load, questionsOf, shares, wireOf } from './search-load.ts';
import { layConversations, type Question } from './search-texts.ts';

const items = Math.max(1_000, Number(process.argv[2] ?? 10_000));
const questions = 800;
const grepped = 10;
const p95 = items <= 10_000 ? 12 : items <= 100_000 ? 30 : 80;
const bars = { p95_ms: p95, p99_of_p95: 3, others_p99_ms: 20, index_of_text: 1.2, rss_mib: 300 };

const here = await world();
try {
  const transcripts = join(here.home, 'transcripts');
  const sessions = layConversations(transcripts, items);
  const { result } = await here.prsist('import', '--path', transcripts);
  const takenIn = Number(Reflect.get(Object(result), 'total_ms'));
  const wire = wireOf(here);
  await addSpeakers(wire);
  wire.close();
  await here.again('SIGTERM');
  const rss = { at_start: residentMiB(here.daemon().pid ?? 0) };
  const { times, others, rssMiB, found } = await load(here, sessions, questions);
  const all = shares([...times.values()].flat());
  const asked = questionsOf(sessions, questions);
  const { bare, sizes } = reference(here, asked);
  const slowest = Math.max(...[...others.values()].map((each) => shares(each).p99));
  const line = {
    ...{ bench: 'search', items: sizes.items, found_of: rounded(found / questions, 2) },
    taken_in: { seconds: rounded(takenIn / 1e3, 1), items_per_s: rounded(sizes.items / (takenIn / 1e3)) },
    query_ms: { ...all, each: byName(times) },
    others_ms: byName(others),
    reference_ms: { fts5: bare, grep: grep(transcripts, asked) },
    ratio_p95: rounded(all.p95 / bare.p95, 2),
    bytes: sizes,
    rss_mib: { ...rss, under_load: rssMiB },
    bars,
    ok:
      all.p95 <= bars.p95_ms &&
      all.p99 <= bars.p99_of_p95 * Math.max(all.p95, 1) &&
      slowest <= bars.others_p99_ms &&
      sizes.index_of_text <= bars.index_of_text &&
      rssMiB <= bars.rss_mib,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
} finally {
  await here.stop();
}

function byName(times: ReadonlyMap<string, readonly number[]>) {
  return Object.fromEntries([...times].map(([name, each]) => [name, shares(each)]));
}

/** The same words straight from the index, and what the tables of search take. */
function reference({ paths }: World, asked: readonly Question[]) {
  const [file = ''] = fs.globSync(join(paths.projects, '*', 'memory.db'));
  const db = new Database(file, { readonly: true });
  try {
    db.pragma('cache_size = -32768');
    const bare = db.prepare('select rowid, rank from search_fts where search_fts match ? order by rank limit 20');
    const times = asked.map(({ words }) => {
      const begun = performance.now();
      bare.all(words.map((word) => `"${word}"`).join(' OR '));
      return performance.now() - begun;
    });
    return { bare: shares(times), sizes: sizesOf(db) };
  } finally {
    db.close();
  }
}

function sizesOf(db: Database.Database) {
  const number = (sql: string) => Number(db.prepare(sql).pluck().get());
  const pages = (names: string) => number(`select sum(pgsize) from dbstat where aggregate = 1 and (${names})`);
  const text = number('select sum(chars) from search_item');
  const index = pages("name like 'search\\_fts\\_%' escape '\\'");
  return {
    ...{ items: number('select count(*) from search_item'), text, index },
    rows: pages("name like 'search\\_item%' escape '\\' or name like 'sqlite_autoindex_search_item%'"),
    terms: number('select sum(length(terms)) from search_item'),
    index_of_text: rounded(index / text, 2),
  };
}

/** A person's other way: lines with any of the words. */
function grep(directory: string, asked: readonly Question[]) {
  const times = asked.slice(0, grepped).map(({ words }) => {
    const begun = performance.now();
    spawnSync('grep', ['-r', '-i', '-c', '-E', words.join('|'), directory], { maxBuffer: 1 << 28 });
    return performance.now() - begun;
  });
  return shares(times);
}
