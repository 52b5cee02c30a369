// A year of heavy use: 250,000 records (or as many as the first argument says) of three devices, sent piece by piece over a
// directory with clocks that move along, then a device that is new. Measured is the remote beside the JSON and texts it
// carries, the databases, and when the new device is usable and whole. Beside it, a bare insert of the same lines into
// SQLite, in the same run. One JSON line. The texts are invented from a seed (`year-texts.ts`).
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Id, sha256Hex } from '../../src/core/ids.ts';
import { searchProjection } from '../../src/features/search/projection.ts';
import { findables, hidings } from '../../src/features/sessions/findable.ts';
import { type SyncParts, sync } from '../../src/features/sync/engine.ts';
import { compileHotCode } from '../../src/platform/memory.ts';
import { logMarks, packFiles } from '../../src/platform/pack-files.ts';
import { createRandom } from '../../src/platform/random.ts';
import { breathe } from '../../src/platform/time.ts';
import { digest } from '../../src/store/digest.ts';
import { Store } from '../../src/store/store.ts';
import { directoryRemote } from '../../test/harness/directory-remote.ts';
import { packKeys } from '../../test/harness/pack-keys.ts';
import { migrations, projectionsOf } from '../../test/sim/database.ts';
import { rounded } from './measure.ts';
import { Life } from './year-life.ts';
import { yearTexts } from './year-texts.ts';

const uuid = (n: number) => `019a3985-b900-7000-8000-${String(n).padStart(12, '0')}` as Id; // of the form of an id
const [ws, user, project] = [uuid(1), uuid(2), uuid(3)];
const devices = [uuid(11), uuid(12), uuid(13)] as const;
const fresh = uuid(14);
const [hourMs, dayMs] = [3_600_000, 86_400_000];
const begun = Date.UTC(2026, 0, 1, 8);
/** Of a device in a day. */
const exchanges = 1;
const bars = { usable_s: 15, share: 0.2 };

const [first = '', directory = '', moment = ''] = process.argv.slice(2);
if (first === 'new') process.stdout.write(JSON.stringify(await begin(directory, Number(moment))));
else await measure(Math.max(2_000, Number(first || 250_000)));

async function measure(count: number): Promise<void> {
  const place = fs.mkdtempSync(join(os.tmpdir(), 'prsist-bench-'));
  try {
    const started = performance.now();
    const lived = await live(place, count);
    const yearS = (performance.now() - started) / 1e3;
    const found = spawnSync(process.execPath, [import.meta.filename, 'new', place, String(lived.now)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (found.status !== 0) throw new Error('the new device failed');
    const joined = JSON.parse(found.stdout) as Awaited<ReturnType<typeof begin>>; // the line printed above
    const share = lived.remote / (joined.json + joined.texts);
    const usable = joined.usable / 1e3;
    const line = {
      ...{ bench: 'year', records: joined.records, devices: devices.length, exchanges: lived.exchanges },
      ...{
        json_mb: mb(joined.json),
        texts_mb: mb(joined.texts),
        remote_mb: mb(lived.remote),
        of_it_mb: lived.kinds,
        share: rounded(share, 3),
      },
      ...{ objects: lived.objects, database_mb: mb(lived.database), shelf_mb: mb(lived.shelf) },
      ...{ usable_s: rounded(usable, 2), shown: joined.shown, whole_s: rounded(joined.whole / 1e3, 1) },
      ...{ rss_mib: joined.rss, year_s: rounded(yearS), same: lived.digest === joined.digest },
      reference: { insert_s: rounded(joined.reference / 1e3, 2) },
      ratio: rounded(joined.whole / joined.reference, 1),
      ...{ bars, ok: usable <= bars.usable_s && share <= bars.share && lived.digest === joined.digest },
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  } finally {
    fs.rmSync(place, { recursive: true });
  }
}

function mb(bytes: number): number {
  return rounded(bytes / 1e6, 1);
}

type Here = ReturnType<typeof open>;

/** The year: each day every device works, one after the other, and exchanges what it has several times. */
async function live(place: string, count: number) {
  const clock = { now: begun };
  const texts = yearTexts(1);
  const all = devices.map((dev) => ({ ...open(place, dev, () => clock.now), life: new Life(dev, user, texts) }));
  const perPart = Math.max(1, Math.round(count / (365 * devices.length * exchanges)));
  let [written, runs] = [0, 0];
  for (let part = 0; written < count; part += 1) {
    clock.now = begun + Math.floor(part / exchanges) * dayMs + (part % exchanges) * 2 * hourMs;
    for (const { store, life, parts } of all) {
      store.maintain((tx) => {
        for (let i = 0; i < perPart; i += 1) written += life.go(tx, clock.now + i * 1_000);
      });
      await sync(parts);
      runs += 1;
    }
  }
  // what everybody has, and what a day takes away
  for (let i = 0; i < 2; i += 1) {
    clock.now += dayMs;
    for (const { parts } of all) await sync(parts);
  }
  const [one] = all;
  const [remote, shelf] = ['remote', join(devices[0], 'packs')].map((name) => sizeOf(join(place, name)));
  const answer = {
    ...{ exchanges: runs, digest: one ? digestOf(one) : '', now: clock.now },
    ...{ remote: remote?.bytes ?? 0, objects: remote?.files ?? 0, shelf: shelf?.bytes ?? 0 },
    kinds: kindsIn(join(place, 'remote')),
    database: fs.statSync(join(place, devices[0], 'memory.db')).size,
  };
  for (const here of all) here.close();
  return answer;
}

/** What a device comes to that has nothing yet, in a process of its own. */
async function begin(place: string, now: number) {
  const started = performance.now();
  const here = open(place, fresh, () => now);
  compileHotCode(); // as the daemon does
  let [usable, shown] = [0, ''];
  const progress: NonNullable<SyncParts['progress']> = ({ doing }) => {
    // the first packs are asked for: what it began with is there
    if (doing !== 'getting' || usable > 0 || count(here, 'records') < 10) return;
    shown = `${count(here, 'memory_context_registry')} entries, ${count(here, 'messages')} messages, ${count(here, 'tasks')} tasks`;
    usable = performance.now() - started;
  };
  await sync({ ...here.parts, progress });
  const whole = performance.now() - started;
  const rss = rounded(process.resourceUsage().maxRSS / 1024);
  const sum = (sql: string) => here.store.statements.one<{ bytes: number }>(sql, [])?.bytes ?? 0;
  const json = sum('select sum(octet_length(body)) as bytes from records');
  const texts = sum('select sum(bytes) as bytes from blobs where data is not null');
  const lines = here.store.statements.all<{ body: string }>('select body from records', []);
  const reference = insert(join(place, 'plain.db'), lines);
  const answer = { usable, shown, whole, rss, json, texts, reference, records: lines.length, digest: digestOf(here) };
  here.close();
  return answer;
}

function count({ store }: Here, table: string): number {
  return store.statements.one<{ count: number }>(`select count(*) as count from ${table}`, [])?.count ?? 0;
}

function digestOf({ store }: Here): string {
  return sha256Hex(JSON.stringify(digest(store)));
}

function sizeOf(directory: string): { readonly bytes: number; readonly files: number } {
  const all = filesIn(directory);
  return { bytes: all.reduce((sum, { bytes }) => sum + bytes, 0), files: all.length };
}

/** Megabytes of records, texts and snapshots on a remote, by how their names end. */
function kindsIn(directory: string): Readonly<Record<string, number>> {
  const all = filesIn(directory);
  const ending = (end: string) => mb(all.reduce((sum, { name, bytes }) => sum + (name.endsWith(end) ? bytes : 0), 0));
  return { records: ending('.pk'), texts: ending('.bk'), snapshots: ending('.sn') };
}

function filesIn(directory: string): readonly { readonly name: string; readonly bytes: number }[] {
  const all = fs.readdirSync(directory, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return all.map(({ parentPath, name }) => ({ name, bytes: fs.statSync(join(parentPath, name)).size }));
}

function open(place: string, dev: Id, clock: () => number) {
  const own = join(place, dev);
  fs.mkdirSync(own, { recursive: true, mode: 0o700 });
  const settings = {
    ...{ deviceName: 'bench', migrations, clock, random: createRandom(), monotonic: () => performance.now() },
    ...{ failpoint: () => undefined, onCommit: () => undefined },
  };
  const rows = [...projectionsOf('project'), searchProjection(findables, hidings)];
  const identity = { ws, dev, user };
  const store = new Store({
    ...settings,
    ...{ file: join(own, 'memory.db'), kind: 'project', projections: rows, identity: { ...identity, project } },
  });
  const mine = new Store({
    ...settings,
    ...{ file: join(own, 'user.db'), kind: 'user', projections: [], identity: { ...identity, project: null } },
  });
  // no power fails here
  for (const each of [store, mine]) each.db.pragma('synchronous = off');
  const parts: SyncParts = {
    ...{ remote: directoryRemote(join(place, 'remote')), remoteId: 'bench', user: mine, writer: 'bench' },
    keys: packKeys(dev, { ws, devices: [...devices, fresh] }),
    projects: [{ project, use: (work) => work(store) }],
    ...{ shelf: packFiles(join(own, 'packs')), marks: logMarks(join(own, 'marks.json')), random: createRandom() },
    ...{ clock, monotonic: () => performance.now(), breathe, failpoint: () => undefined },
    signal: new AbortController().signal,
  };
  const close = () => {
    store.close();
    mine.close();
  };
  return { store, parts, close };
}

function insert(file: string, lines: readonly { readonly body: string }[]): number {
  const started = performance.now();
  const db = new Database(file);
  db.pragma('journal_mode = wal');
  db.exec('create table plain (n integer primary key, body text not null) strict');
  const add = db.prepare('insert into plain (body) values (?)');
  db.transaction(() => {
    for (const { body } of lines) add.run(body);
  }).immediate();
  db.close();
  return performance.now() - started;
}
