// A device that dies in the middle of a run, at every crossing from memory to disk or wire, and goes on.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SyncReport } from '../../src/features/sync/engine.ts';
import { syncFailpoints } from '../../src/platform/failpoint.ts';
import { openConnection } from '../../src/store/open.ts';

let place: string;
beforeEach(() => {
  place = fs.mkdtempSync(join(tmpdir(), 'prsist-killed-'));
});
afterEach(() => fs.rmSync(place, { recursive: true }));

const script = join(import.meta.dirname, '../harness/sync-child.ts');

/** Runs a device; undefined: it was killed. */
function child(number: number, what: 'write' | 'sync', { lines = 0, failpoint = '' } = {}): SyncReport | undefined {
  const args = [script, join(place, `d${number}`), String(number), join(place, 'remote'), what, String(lines)];
  const env = { PATH: process.env['PATH'], PRSIST_HOME: place, PRSIST_FAILPOINT: failpoint };
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  if (signal === 'SIGKILL') return undefined;
  if (status !== 0) throw new Error(`device ${number} ${what}: ${stderr}`);
  // the line it printed
  return what === 'sync' ? (JSON.parse(stdout) as SyncReport) : undefined;
}

function rows(number: number, sql: string): unknown[] {
  const db = openConnection(join(place, `d${number}`, 'project.db'), 10_000);
  try {
    return db.prepare(sql).raw().all();
  } finally {
    db.close();
  }
}

const content = 'select ent, text from notes union all select ent, text from lines order by 1, 2';
const logs = 'select log, seq, hex(head) from logs order by log';
const packs = () => fs.globSync('**/*.{pk,bk}', { cwd: join(place, 'remote') }).sort();

for (const failpoint of syncFailpoints) {
  test(`T27: killed at ${failpoint}, a run goes on where it was: nothing is lost, nothing twice, nothing sent or got again`, () => {
    const time = failpoint === 'announce.put' ? 1 : 2; // one announcement tells of all databases
    child(1, 'write', { lines: 1_100 });
    const isPull = ['get.staged', 'verify.done', 'apply.half'].includes(failpoint);
    if (isPull) child(1, 'sync');
    expect(child(isPull ? 2 : 1, 'sync', { failpoint: `${failpoint}:kill:${time}` }), 'it dies').toBe(undefined);
    const before = packs();
    const staged = fs.globSync('**/*.pack', { cwd: place }).length;
    const first = child(isPull ? 2 : 1, 'sync');
    expect(first?.notes).toEqual([]);
    if (isPull) {
      expect(fs.globSync('**/*.pack', { cwd: join(place, 'd2') }).length + packs().length).toBeGreaterThanOrEqual(
        staged,
      );
    } else {
      expect(packs(), 'what was there is there, under the same names').toEqual(expect.arrayContaining(before));
      child(2, 'sync');
    }
    const ranges = packs()
      .filter((name) => name.endsWith('.pk'))
      .map((name) => name.split('.')[0]);
    expect(new Set(ranges).size, 'no range was packed twice').toBe(ranges.length);
    expect(rows(2, content)).toEqual(rows(1, content));
    expect(rows(2, content)).toHaveLength(1_101);
    const others = rows(1, logs);
    expect(rows(2, logs)).toEqual(expect.arrayContaining(others));
    const again = child(1, 'sync');
    expect(again).toMatchObject({ sent: { packs: 0 }, notes: [] });
  });
}
