// Messages of 1, 100 and 1,000 clients at once, 3 a second each, and 500 a second in one session sent without waiting for
// answers: acknowledged writes a second and how long each took. Beside it W, a durable transaction of one row in bare
// SQLite. One JSON line. Bars: 2,900 writes a second of 1,000 clients, p95 at most 250 ms, no error, nothing lost.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Endpoint, readEndpoint } from '../../src/client/endpoint.ts';
import { carry, inTurns } from '../../test/harness/load.ts';
import { Wire } from '../../test/harness/wire.ts';
import { quantile, residentMiB, rest, rounded, world } from './measure.ts';

const seconds = Math.max(2, Number(process.argv[2] ?? 10));
const bars = { writes_per_s: 2_900, p95_ms: 250, pipelined_per_s: 500 };
const here = await world();
try {
  const found = readEndpoint(here.paths.endpoint);
  if (!found) throw new Error('no daemon');
  const endpoint = found;
  const w = rowMs();
  const lines = [];
  for (const clients of [1, 100, 1_000]) {
    const load = { endpoint, project: here.project, clients, perSecond: 3, seconds, random: Math.random };
    const done = await carry(load);
    const p95 = quantile(done.writeMs, 0.95);
    lines.push({
      ...{ clients, asked: clients * 3 * seconds, acknowledged: done.acknowledged.length },
      writes_per_s: rounded(done.acknowledged.length / done.seconds),
      p50_ms: rounded(quantile(done.writeMs, 0.5), 2),
      ...{ p95_ms: rounded(p95, 2), p99_ms: rounded(quantile(done.writeMs, 0.99), 2), ratio_p95: rounded(p95 / w, 1) },
      ...{ busy: done.busy, errors: done.errors.length, lost: await lost(endpoint, done.acknowledged) },
      ...(done.errors.length > 0 ? { first_error: done.errors[0] } : {}),
    });
  }
  const pipelined = await inOneSession(endpoint);
  const most = lines.at(-1);
  const ok =
    lines.every((line) => line.errors === 0 && line.lost === 0) &&
    (most?.writes_per_s ?? 0) >= bars.writes_per_s &&
    (most?.p95_ms ?? Number.POSITIVE_INFINITY) <= bars.p95_ms &&
    pipelined.errors === 0 &&
    pipelined.per_s >= 0.95 * bars.pipelined_per_s;
  const reference = { row_ms: rounded(w, 3), what: 'W: one row, one durable transaction' };
  const rss = residentMiB(Number(here.daemon().pid));
  const told = { bench: 'connections', seconds, reference, results: lines, pipelined, rss_mib: rss, bars, ok };
  process.stdout.write(`${JSON.stringify(told)}\n`);
} finally {
  await here.stop();
}

/** Milliseconds of a durable transaction of one row. */
function rowMs(): number {
  const db = new Database(join(here.home, 'plain.db'));
  db.pragma('journal_mode = wal');
  db.pragma('synchronous = full');
  db.exec('create table plain (n integer primary key, body text not null) strict');
  const add = db.prepare('insert into plain (body) values (?)');
  const body = 'x'.repeat(200);
  const times = Array.from({ length: 500 }, () => {
    const begun = performance.now();
    add.run(body);
    return performance.now() - begun;
  });
  db.close();
  return quantile(times, 0.5);
}

/** How many of the acknowledged messages are not there. */
async function lost(endpoint: Endpoint, words: readonly string[]): Promise<number> {
  const wire = new Wire(endpoint, here);
  const wanted = Map.groupBy(words, (word) => word.slice(0, word.indexOf('x')));
  let missing = 0;
  await inTurns(wanted.size, 4, async (n) => {
    const [session = '', said = []] = [...wanted][n] ?? [];
    const texts: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const told = await wire.ask('session.messages', {
        session_id: session,
        limit: 500,
        ...(cursor ? { cursor } : {}),
      });
      const page = JSON.parse(told.body);
      texts.push(...page.items.map((item: { content: string }) => item.content));
      cursor = page.next_cursor ?? null;
      if (cursor === null) break;
    }
    missing += said.filter((word) => !texts.some((text) => text.startsWith(`said ${word} `))).length;
  });
  wire.close();
  return missing;
}

/**
 * Messages to one session over one connection, 500 a second, each sent when it is due, answered or not: how many a second
 * are acknowledged, and how long each took.
 */
async function inOneSession(endpoint: Endpoint) {
  const wire = new Wire(endpoint, here);
  await wire.ask('session.start', { session_id: 'pipelined' });
  const begun = performance.now();
  const times: number[] = [];
  const errors: string[] = [];
  const asked = Array.from({ length: bars.pipelined_per_s * seconds }, async (_, n) => {
    const due = begun + (n * 1_000) / bars.pipelined_per_s;
    await rest(Math.max(0, due - performance.now()));
    const told = await wire.ask('session.message', { session_id: 'pipelined', role: 'user', content: `number ${n}` });
    if (told.status === 200) times.push(performance.now() - due);
    else errors.push(told.body);
  });
  await Promise.all(asked);
  const took = (performance.now() - begun) / 1e3;
  wire.close();
  return {
    ...{ messages: asked.length, per_s: rounded(times.length / took), errors: errors.length },
    ...{ p50_ms: rounded(quantile(times, 0.5), 2), p95_ms: rounded(quantile(times, 0.95), 2) },
  };
}
