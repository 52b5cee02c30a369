import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { databases, findings } from '../harness/audit.ts';
import { createHome, ended, type Home } from '../harness/home.ts';
import { carry } from '../harness/load.ts';
import { lostLocks } from '../harness/locks.ts';
import { standing } from '../harness/on-disk.ts';
import { createRepository } from '../harness/repository.ts';
import { seeded } from '../harness/seed.ts';
import { counted, together } from '../harness/together.ts';
import { watched } from '../harness/watched.ts';
import { Wire } from '../harness/wire.ts';

let home: Home;
let cwd: string;
beforeEach(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
  await home.prsist(['daemon', 'stop']);
});
afterEach(() => home.remove());

function projectFile(): string {
  const [id = ''] = fs.readdirSync(home.paths.projects);
  return join(home.paths.projects, id, 'memory.db');
}

test('T5: 16 writers, 4 readers, backup, verify, erase and rebuild at once: nothing lost, nothing locked, every lock held throughout', async () => {
  const child = await home.serve();
  const result = await together({ home, cwd, writers: 16, each: 60, readers: 4 });
  expect(result).toMatchObject({ refused: [], lostLocks: [] });
  expect(result.rounds).toBeGreaterThan(0);
  expect(result.reads).toBeGreaterThan(50);
  expect(result.kinds).toEqual(expect.arrayContaining(['session.message', 'context.store', 'context.delete']));
  expect(result.kinds).toEqual(expect.arrayContaining(['search.query', 'store.verify', 'store.rebuild', 'job.show']));
  expect(result.kinds).toEqual(expect.arrayContaining(['store.backup', 'store.erase']));
  child.kill('SIGTERM');
  await ended(child);
  expect(lostLocks(home)).toEqual([home.paths.lock, ...databases(home)]); // the probe does see a lock that is not held
  expect(result.erased.length).toBeGreaterThan(0);
  expect(result.acknowledged).toHaveLength(16 * 60 - result.erased.length);
  expect(counted(projectFile(), result.acknowledged)).toEqual({ lost: [], doubled: [] });
  expect(counted(projectFile(), result.erased).lost).toEqual(result.erased);
  expect(standing(home, result.erased)).toEqual([]);
  expect(findings(home)).toEqual([]);
});

test('T5: a transcript that is a link to the open database is refused, and its locks stay', async () => {
  const child = await home.serve();
  await home.json(['remember', 'before'], { cwd });
  const link = join(home.home, 'talk.jsonl');
  fs.symlinkSync(projectFile(), link);
  for (const path of [link, projectFile(), `${projectFile()}-wal`]) {
    const { stdout, stderr } = await home.prsist(['import', '--path', path], { cwd });
    expect(`${stdout}${stderr}`).toContain('is a database that is in use');
  }
  await home.json(['remember', 'after'], { cwd });
  expect(lostLocks(home)).toEqual([]);
  child.kill('SIGTERM');
  await ended(child);
  expect(findings(home)).toEqual([]);
});

test('T6: 200 clients for 10 s: no error, nothing lost, memory bounded', { timeout: 90_000 }, async () => {
  const child = await home.serve();
  const endpoint = readEndpoint(home.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  const { below } = seeded('T6');
  const random = () => below(1_000_000) / 1_000_000;
  const load = { endpoint, project: cwd, clients: 200, perSecond: 3, seconds: 10, writes: 0.6, random };
  const memory = watched(child.pid ?? 0);
  const { acknowledged, errors, busyWithoutTime, readMs } = await carry(load);
  const { rssBytes } = memory.stop();
  expect({ errors, busyWithoutTime }).toEqual({ errors: [], busyWithoutTime: 0 });
  expect(acknowledged.length + readMs.length).toBe(200 * 3 * 10);
  expect(Math.max(...rssBytes)).toBeLessThan(400 * 1024 * 1024);
  child.kill('SIGTERM');
  await ended(child);
  expect(counted(projectFile(), acknowledged)).toEqual({ lost: [], doubled: [] });
  expect(findings(home)).toEqual([]);
});

test('T6: more at once than the queue holds is told when to come again, and then all of it is taken', async () => {
  const child = await home.serve();
  const endpoint = readEndpoint(home.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  const wire = new Wire(endpoint, { project: cwd });
  await wire.ask('session.start', { session_id: 'burst' });
  const words = [...Array(4_000).keys()].map((n) => `burst${n}z`);
  let waiting = words;
  let busy = 0;
  while (waiting.length > 0) {
    const told = await Promise.all(
      waiting.map((word) =>
        wire.ask('session.message', { session_id: 'burst', role: 'user', content: `said ${word}` }, `key-${word}`),
      ),
    );
    for (const { status, body } of told.filter((one) => one.status !== 200)) {
      expect([status, JSON.parse(body).error]).toEqual([
        503,
        expect.objectContaining({ code: 'daemon/busy', retry_ms: expect.any(Number) }),
      ]);
    }
    const refused = waiting.filter((_, n) => told[n]?.status !== 200);
    busy += refused.length;
    expect(refused.length).toBeLessThan(waiting.length);
    waiting = refused;
  }
  wire.close();
  expect(busy).toBeGreaterThan(0);
  child.kill('SIGTERM');
  await ended(child);
  expect(counted(projectFile(), words)).toEqual({ lost: [], doubled: [] });
});
