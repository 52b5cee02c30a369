// How long an entry that is held in memory only takes inside the daemon, from the verb called to the text of its reply,
// among 10,000 of them: what is left when socket, HTTP and checks are taken away. Beside it, in turns, the least that could
// be done: a look into a map and the text of what is found. One JSON line. Bar: 0.02 ms.
import { AccessLog } from '../../src/features/entries/access-log.ts';
import { EphemeralEntries } from '../../src/features/entries/ephemeral.ts';
import type { EntryNeeds } from '../../src/features/entries/needs.ts';
import type { EntryRow } from '../../src/features/entries/queries.ts';
import { retrieve } from '../../src/features/entries/retrieve.ts';
import type { Context } from '../../src/features/feature.ts';
import { textOf } from './entries.ts';
import { quantile, rounded } from './measure.ts';

const [entries, batches, perBatch] = [10_000, 400, 100];
const bar = { p50_ms: 0.02 };
const [session, now] = ['bench', Date.UTC(2026, 0, 1)];

const never = (): never => {
  throw new Error('a hit in memory asks nothing else');
};
const ephemeral = new EphemeralEntries({ entries, bytes: 64 * 1024 * 1024 });
const accesses = new AccessLog(() => performance.now());
const needs: EntryNeeds = {
  ...{ ephemeral, accesses, settings: never, sessions: never },
  stores: { bytes: never, pendingSyncs: never, documents: never },
};
const read: Context['read']['project'] = { one: never, all: never, fields: never, text: never, blob: never };
const context: Context = {
  ...{ caller: { user: 'ana', origin: 'human' }, project: { id: 'bench', name: 'bench' }, now, git: null },
  ...{ read: { project: read, user: read }, worktree: undefined, branch: undefined },
};
const rows = Array.from({ length: entries }, (_, n) => rowOf(n));
const plain = new Map(rows.map((row) => [row.key, row]));
for (const row of rows) ephemeral.put('bench', row, 3_600_000, now);

const verb = retrieve(needs);
const ask = (key: string) => JSON.stringify(verb(context, { key, scope: 'session', session_id: session }));
const least = (key: string) => JSON.stringify(plain.get(key));

const [asked, reference]: [number[], number[]] = [[], []];
for (let n = -50; n < batches; n += 1) {
  const [one, other] = [timed(ask), timed(least)];
  if (n < 0) continue; // the first few are not compiled yet
  asked.push(one);
  reference.push(other);
  accesses.flush(() => 'done');
}
const p50_ms = rounded(quantile(asked, 0.5), 5);
const least_p50_ms = rounded(quantile(reference, 0.5), 5);
const line = {
  ...{ bench: 'ephemeral', entries, rounds: batches * perBatch, p50_ms, p99_ms: rounded(quantile(asked, 0.99), 5) },
  ...{ reference: 'Map.get and JSON.stringify, in turns', least_p50_ms, ratio: rounded(p50_ms / least_p50_ms, 2) },
};
process.stdout.write(`${JSON.stringify({ ...line, bar, ok: p50_ms <= bar.p50_ms })}\n`);

/** Milliseconds of one, of as many as a clock can tell apart. */
function timed(work: (key: string) => string): number {
  const keys = Array.from({ length: perBatch }, () => `key-${Math.floor(Math.random() * entries)}`);
  const begun = performance.now();
  let bytes = 0;
  for (const key of keys) bytes += work(key).length;
  if (bytes === 0) throw new Error('nothing was found');
  return (performance.now() - begun) / perBatch;
}

function rowOf(n: number): EntryRow {
  return {
    ...{ ent: `ent-${n}`, key: `key-${n}`, layer: 'session', scope: 'session', priority: 'medium', category: 'note' },
    ...{ source: 'bench', tenant_id: null, user_id: null, session_id: session, agent_id: null, in_session: null },
    ...{ value: JSON.stringify(textOf(n)), metadata: '{}', tags: '[]', created_at: now, updated_at: now },
    ...{ expires_at: null, access_count: 0, sync_version: 1, state: 'live', origin: 'human', trust: 3 },
    ...{ actor: '{"user":"ana"}', useful: 0, wrong: 0, flags: 0, doubts: '[]', decided: 0 },
  };
}
