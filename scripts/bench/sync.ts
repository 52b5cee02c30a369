// A first sync: 100,000 messages (or as many as the first argument says) of invented text in the shape of real ones, packed
// and sent by one process, taken in by another (verified, stored, projected, indexed), then one record each way. The remote
// is a directory. What a search only scores faster by (see late-terms.ts) follows, and is timed by itself. Beside it a bare insert of the same lines into SQLite, in the same run. One JSON line.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Id } from '../../src/core/ids.ts';
import { makeTerms } from '../../src/features/search/late-terms.ts';
import { searchProjection } from '../../src/features/search/projection.ts';
import { findables, hidings, showings } from '../../src/features/sessions/findable.ts';
import { messageRows } from '../../src/features/sessions/message-projection.ts';
import { messageAdd, sessionStart } from '../../src/features/sessions/records.ts';
import { sessionRows } from '../../src/features/sessions/session-projection.ts';
import { push, type SyncParts, sync } from '../../src/features/sync/engine.ts';
import { compileHotCode } from '../../src/platform/memory.ts';
import { logMarks, packFiles } from '../../src/platform/pack-files.ts';
import { createRandom } from '../../src/platform/random.ts';
import { breathe } from '../../src/platform/time.ts';
import { migration } from '../../src/store/migrate.ts';
import { Store } from '../../src/store/store.ts';
import { directoryRemote } from '../../test/harness/directory-remote.ts';
import { packKeys } from '../../test/harness/pack-keys.ts';
import { rounded } from './measure.ts';
import { numbers, text } from './search-texts.ts';

const uuid = (n: number) => `019a3985-b900-7000-8000-${String(n).padStart(12, '0')}` as Id; // of the form of an id
const [ws, user, project, sender, receiver] = [uuid(1), uuid(2), uuid(3), uuid(4), uuid(5)];
const source = join(import.meta.dirname, '../../src');
const perSession = 200;
const atOnce = 2_000;
const words = numbers(1);
const bars = { pull_s: 8, cut_s: 5, wire_share: 0.25, rss_mib: 250, one_ms: 100 };

const [first = '', directory = '', counted = ''] = process.argv.slice(2);
if (first === 'send' || first === 'receive') await child(first, directory, Number(counted));
else measure(Math.max(1_000, Number(first || 100_000)));

function measure(count: number): void {
  const place = fs.mkdtempSync(join(os.tmpdir(), 'prsist-bench-'));
  try {
    const sent = run('send', place, count);
    const received = run('receive', place, count);
    const wireShare = (sent.wire ?? 0) / (sent.json ?? 1);
    const line = {
      ...{ bench: 'sync', records: count, json_per_record: rounded((sent.json ?? 0) / count) },
      ...{ cut_and_put_s: rounded((sent.ms ?? 0) / 1e3, 2), pull_s: rounded((received.ms ?? 0) / 1e3, 2) },
      ...{ cut_and_put_cpu_s: rounded((sent.cpu ?? 0) / 1e3, 2), pull_cpu_s: rounded((received.cpu ?? 0) / 1e3, 2) },
      terms_follow_s: rounded((received.terms ?? 0) / 1e3, 2),
      ...{ longest_ms: rounded(received.longest ?? 0), wire_share: rounded(wireShare, 3), rss_mib: received.rss },
      ...{ one_pushed_ms: rounded(received.pushed ?? 0, 1), one_pulled_ms: rounded(received.pulled ?? 0, 1) },
      reference: { insert_s: rounded((received.reference ?? 0) / 1e3, 2) },
      ratio: rounded((received.ms ?? 0) / (received.reference ?? 1), 1),
      bars,
      ok:
        (received.ms ?? 0) <= bars.pull_s * 1e3 &&
        (sent.ms ?? 0) <= bars.cut_s * 1e3 &&
        wireShare <= bars.wire_share &&
        (received.rss ?? 0) <= bars.rss_mib &&
        Math.max(received.pushed ?? 0, received.pulled ?? 0) <= bars.one_ms,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  } finally {
    fs.rmSync(place, { recursive: true });
  }
}

function run(what: 'send' | 'receive', place: string, count: number): Readonly<Record<string, number>> {
  const args = [import.meta.filename, what, place, String(count)];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${what} failed`);
  // the line printed by child
  return JSON.parse(stdout) as Record<string, number>;
}

async function child(what: 'send' | 'receive', place: string, count: number): Promise<void> {
  const answer = what === 'send' ? await send(place, count) : await receive(place);
  process.stdout.write(JSON.stringify(answer));
}

async function send(place: string, count: number): Promise<Record<string, number>> {
  const here = open(place, sender);
  fill(here.store, count);
  const json = here.store.statements.one<{ bytes: number }>('select sum(octet_length(body)) as bytes from records', []);
  const { ms, cpu } = await timed(() => push(here.parts));
  here.close();
  const files = fs
    .readdirSync(join(place, 'remote'), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile());
  const wire = files.reduce((sum, each) => sum + fs.statSync(join(each.parentPath, each.name)).size, 0);
  return { ms, cpu, wire, json: json?.bytes ?? 0 };
}

async function receive(place: string): Promise<Record<string, number>> {
  const [here, there] = [open(place, receiver), open(place, sender)];
  compileHotCode(); // as the daemon does
  const beat = heartbeat();
  const { ms, cpu } = await timed(() => sync(here.parts));
  const longest = beat();
  const terms = await timed(() => makeAllTerms(here.store));
  const rss = rounded(process.resourceUsage().maxRSS / 1024);
  const lines = here.store.statements.all<{ body: string }>('select body from records', []);
  const reference = insert(join(place, 'plain.db'), lines);
  await sync(here.parts);
  await sync(there.parts);
  say(there.store, 1, uuid(999_999));
  const pushed = await timed(() => sync(there.parts));
  const pulled = await timed(() => sync(here.parts));
  here.close();
  there.close();
  return { ms, cpu, longest, terms: terms.ms, rss, reference, pushed: pushed.ms, pulled: pulled.ms };
}

async function makeAllTerms(store: Store): Promise<void> {
  const { read } = store;
  const caller = { user, origin: 'human' } as const;
  const place = { project: { id: project, name: 'bench' }, worktree: undefined, branch: undefined, git: null };
  const context = { caller, read: { project: read, user: read }, now: Date.now(), ...place };
  while ((await store.write((tx) => makeTerms(tx, { showings, context }, 100))) > 0) await breathe();
}

/** The longest that others had to wait. */
function heartbeat(): () => number {
  let [last, longest] = [performance.now(), 0];
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  return () => {
    clearInterval(timer);
    return longest;
  };
}

async function timed(work: () => Promise<unknown>): Promise<{ readonly ms: number; readonly cpu: number }> {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user: userMicros, system } = process.cpuUsage(before);
  return { ms: performance.now() - begun, cpu: (userMicros + system) / 1e3 };
}

function open(place: string, dev: Id) {
  const own = join(place, dev);
  fs.mkdirSync(own, { recursive: true, mode: 0o700 });
  const steps = fs.globSync('**/migrations/*.sql', { cwd: source });
  const migrations = steps.map((path) =>
    migration(path.split('/').at(-1) ?? '', fs.readFileSync(join(source, path), 'utf8')),
  );
  const settings = {
    ...{ deviceName: 'bench', migrations, clock: Date.now, random: createRandom(), monotonic: () => performance.now() },
    ...{ failpoint: () => undefined, onCommit: () => undefined },
  };
  const rows = [sessionRows, messageRows, searchProjection(findables, hidings)];
  const identity = { ws, dev, user };
  const store = new Store({
    ...settings,
    ...{ file: join(own, 'memory.db'), kind: 'project', projections: rows, identity: { ...identity, project } },
  });
  const mine = new Store({
    ...settings,
    ...{ file: join(own, 'user.db'), kind: 'user', projections: [], identity: { ...identity, project: null } },
  });
  const parts: SyncParts = {
    ...{ remote: directoryRemote(join(place, 'remote')), remoteId: 'bench', user: mine, writer: 'bench' },
    keys: packKeys(dev, { ws, devices: [sender, receiver] }),
    projects: [{ project, use: (work) => work(store) }],
    ...{ shelf: packFiles(join(own, 'packs')), marks: logMarks(join(own, 'marks.json')), random: createRandom() },
    ...{
      clock: Date.now,
      monotonic: () => (process.env['ONE'] ? 0 : performance.now()),
      breathe,
      isQuiet: () => true,
      failpoint: () => undefined,
    },
    signal: new AbortController().signal,
  };
  const close = () => {
    store.close();
    mine.close();
  };
  return { store, parts, close };
}

function fill(store: Store, count: number): void {
  for (let done = 0; done < count; done += atOnce) {
    for (let left = Math.min(atOnce, count - done); left > 0; left -= perSession) {
      say(store, Math.min(left, perSession), uuid(1_000_000 + done + left));
    }
  }
}

/** Messages of one session, of about 970 bytes as JSON each. */
function say(store: Store, count: number, session: Id): void {
  store.maintain((tx) => {
    const by = { actor: { user, agent: 'codex', session }, origin: 'agent' } as const;
    tx.append(sessionStart, { ...by, ent: session, fields: { session_id: session, started_at: Date.now() } });
    for (let i = 0; i < count; i += 1) {
      const content = text(words, 20 + Math.floor(words() * 100));
      const role = i % 2 === 0 ? 'user' : 'assistant';
      tx.append(messageAdd, {
        fields: { session_id: session, role, kind: role === 'user' ? 'prompt' : 'text', content, at: Date.now() + i },
        ...{ actor: by.actor, origin: role === 'user' ? 'human' : 'agent' },
      });
    }
  });
}

function insert(file: string, lines: readonly { readonly body: string }[]): number {
  const begun = performance.now();
  const db = new Database(file);
  db.pragma('journal_mode = wal');
  db.pragma('synchronous = full');
  db.exec('create table plain (n integer primary key, body text not null) strict');
  const add = db.prepare('insert into plain (body) values (?)');
  db.transaction(() => {
    for (const { body } of lines) add.run(body);
  }).immediate();
  db.close();
  return performance.now() - begun;
}
