// Daemons that die over snapshots: while one is put, and while a new device begins with one.
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { parseName } from '../../src/features/sync/names.ts';
import type { snapshotFailpoints } from '../../src/platform/failpoint.ts';
import { claudeCode } from '../harness/agents.ts';
import { digestOf, findings } from '../harness/audit.ts';
import { ended, type Home } from '../harness/home.ts';
import { filesBelow } from '../harness/on-disk.ts';
import { createRepository } from '../harness/repository.ts';
import { cloneOf, exchange, letIn, machine } from '../harness/synced.ts';

/** A daemon that will die there, in the place of the one that serves. */
async function doomed(home: Home, name: (typeof snapshotFailpoints)[number], nth: number): Promise<ChildProcess> {
  await home.prsist(['daemon', 'stop']);
  return home.serve({ PRSIST_FAILPOINT: `${name}:kill:${nth}` });
}

async function died(child: ChildProcess): Promise<void> {
  await ended(child);
  expect(child.signalCode).toBe('SIGKILL');
}

/** The closed database of the only project of a home. */
function project({ paths }: Home): string {
  const [id = '', ...others] = fs.readdirSync(paths.projects);
  expect(others).toEqual([]);
  return join(paths.projects, id, 'memory.db');
}

test('CP23: daemons killed when a snapshot is put, and when some of one is taken, go on, and nothing is left over', async () => {
  const [laptop, desk, calm] = [await machine(), await machine(), await machine()];
  fs.mkdirSync(join(laptop.home, '.claude'));
  const shop = createRepository(laptop);
  const bare = join(laptop.root, 'shop.git');
  shop.git('clone', '-q', '--bare', shop.path, bare);
  shop.git('remote', 'add', 'origin', bare);
  await laptop.json(['init', '--no-import'], { cwd: shop.path });
  const agent = claudeCode(laptop, { cwd: shop.path });
  // each is two records: what was said, and what it cost
  for (let i = 0; i < limits.snapshotFrom / 2; i += 1) agent.said(`Step ${i} is done`);
  await laptop.json(['import', '--path', agent.transcript], { cwd: shop.path });
  for (const [key, value] of [
    ['deploy', 'We deploy on Fridays'],
    ['ports', 'Ports begin at 7700'],
  ] as const)
    await laptop.json(['context', 'store', key, value], { cwd: shop.path });
  const folder = join(laptop.root, 'sync');
  const there = () => filesBelow(folder).map(({ path }) => relative(folder, path));
  const snapshots = () => there().filter((name) => parseName(name)?.is === 'snapshot');
  await laptop.json(['remote', 'add', 'home', folder]);

  const maker = await doomed(laptop, 'snapshot.put', 1);
  await laptop.prsist(['sync']); // cut off
  await died(maker);
  const put = snapshots();
  expect(put).toHaveLength(1);
  await exchange(laptop);
  expect(snapshots()).toEqual(put);

  for (const home of [desk, calm]) await letIn(laptop, home);
  const beginner = await doomed(desk, 'snapshot.slice', 3);
  const at = (home: Home) => cloneOf(home, bare).path;
  await desk.prsist(['init', '--no-import'], { cwd: at(desk) });
  await desk.prsist(['sync']); // cut off
  await died(beginner);
  await calm.json(['init', '--no-import'], { cwd: at(calm) });
  await exchange(desk, calm, laptop, desk, calm, laptop);
  expect(snapshots()).toEqual(put);
  expect(there().filter((name) => !parseName(name) && !/\/ws\.json$/.test(name))).toEqual([]);
  for (const home of [laptop, desk, calm]) await home.prsist(['daemon', 'stop']);
  const whole = digestOf(project(calm));
  for (const home of [laptop, desk]) expect(digestOf(project(home))).toEqual(whole);
  for (const home of [laptop, desk, calm]) expect(findings(home)).toEqual([]);
});
