// How fast transcripts come in, through the built daemon: as a whole, and without redaction and search index. Beside it,
// in the same run, a bare JSON.parse of the same lines and a bare insert of them into SQLite, equally durable. Also how
// long another client had to wait meanwhile. Prints one JSON line. Bar: 20 MB/s without redaction and index.
// index_s counts what the projection does per record; what FTS5 writes at commit stays in the rest.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { layTranscripts, linesOf, pinging, quantile, rounded, type Transcripts, world } from './measure.ts';

const here = await world();
try {
  const transcripts = layTranscripts(join(here.home, 'transcripts'));
  const lines = linesOf(transcripts);
  const mb = transcripts.bytes / 1e6;
  const reference = { parse: seconds(() => lines.forEach(parsed)), insert: seconds(() => insert(lines)) };
  const { result } = await here.prsist('import', '--path', transcripts.directory);
  const waits = await waited(transcripts);
  const of = (name: string) => Number(Reflect.get(Object(result), name));
  const [whole, redact, index] = [of('total_ms') / 1e3, of('redact_ms') / 1e3, of('index_ms') / 1e3];
  const rest = whole - redact - index;
  const bare = reference.parse + reference.insert;
  const line = {
    ...{ bench: 'import', source: transcripts.source, mb: rounded(mb, 1), lines: lines.length, files: of('files') },
    ...{ total_s: rounded(whole, 2), redact_s: rounded(redact, 2), index_s: rounded(index, 2) },
    ...{ mb_per_s: rounded(mb / whole, 1), mb_per_s_without_both: rounded(mb / rest, 1) },
    reference: {
      ...{ parse_s: rounded(reference.parse, 3), insert_s: rounded(reference.insert, 3) },
      mb_per_s: rounded(mb / bare, 1),
    },
    ratio: { whole: rounded(whole / bare, 1), without_both: rounded(rest / bare, 1) },
    ...{ records: of('records_added'), records_per_s: rounded(of('records_added') / whole) },
    wait_ms: {
      ...{ p50: rounded(quantile(waits, 0.5), 1), p95: rounded(quantile(waits, 0.95), 1) },
      ...{ p99: rounded(quantile(waits, 0.99), 1), max: rounded(Math.max(...waits), 1) },
    },
    bar: { mb_per_s_without_both: 20 },
    ok: mb / rest >= 20,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
} finally {
  await here.stop();
}

/** How long another client waits for an answer while a second daemon takes in the same: asking slows the taking in. */
async function waited(transcripts: Transcripts): Promise<readonly number[]> {
  const other = await world();
  try {
    const pings = pinging(other);
    await other.prsist('import', '--path', transcripts.directory);
    return await pings.stop();
  } finally {
    await other.stop();
  }
}

function seconds(work: () => void): number {
  const begun = performance.now();
  work();
  return (performance.now() - begun) / 1e3;
}

function parsed(line: string): void {
  try {
    JSON.parse(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}

/** The lines into a table with nothing else, 500 in a transaction. */
function insert(lines: readonly string[]): void {
  const db = new Database(join(here.home, 'plain.db'));
  db.pragma('journal_mode = wal');
  db.pragma('synchronous = full');
  db.exec('create table plain (n integer primary key, body text not null) strict');
  const add = db.prepare('insert into plain (body) values (?)');
  const group = db.transaction((some: readonly string[]) => {
    for (const line of some) add.run(line);
  });
  for (let from = 0; from < lines.length; from += 500) group.immediate(lines.slice(from, from + 500));
  db.close();
}
