// Erases whose rest could not be done at once: each by itself, also of a project that is nobody's any more.
import fs from 'node:fs';
import { expect, test, vi } from 'vitest';
import { noteErasing } from '../../../src/daemon/erasing.ts';
import { sweepEach } from '../../../src/daemon/sweep.ts';
import { eraseNotes } from '../../../src/features/erasing/queries.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { type ImportWorld, importWorld } from '../capture/import-world.ts';
import { call, onDisk } from './erasing-world.ts';

const other = '019a3985-b900-7000-8000-0000000000bb';
const inOther = { project: other };

const notes = (world: ImportWorld) => world.projects.user.read.all(eraseNotes, {}).map(({ key }) => key);

async function job(world: ImportWorld, operation: string, body: Parameters<typeof call>[2]) {
  const { job_id } = await call(world, operation, body, inOther);
  expect(await world.jobs.show(String(job_id), 20_000)).toMatchObject({ state: 'done' });
}

/** A second project with an entry that was erased, but not from its copies. */
async function halfErased(): Promise<ImportWorld> {
  const world = importWorld();
  world.project(other, 'old');
  await call(world, 'context.store', { key: 'db', value: 'zanzibar' }, inOther);
  await job(world, 'store.backup', {});
  vi.spyOn(world.keeping, 'renewCopies').mockRejectedValueOnce(new Error('no room'));
  const asked = call(world, 'store.erase', { entry: 'db', reason: 'test' }, inOther);
  await expect(asked).rejects.toThrow('no room');
  expect(onDisk(world)).toContain('zanzibar');
  return world;
}

test.each([true, false])('DY43: of a project that was removed it is finished (its database kept: %s)', async (keep) => {
  const world = await halfErased();
  world.clock.now += 1_000;
  await job(world, 'project.remove', { project: 'old', keep_store: keep });
  await world.finishErasing();
  expect(world.told.filter((line) => line.startsWith('erase'))).toEqual([]);
  expect(notes(world)).toEqual([]);
  expect(onDisk(world)).not.toContain('zanzibar');
  expect(world.projects.openProjects).toEqual([]);
  if (keep) {
    await job(world, 'project.remove', { project: 'old', undo: true });
    expect(world.projects.resolve('old').id).toBe(other);
  }
  expect(fs.existsSync(world.projects.file(other))).toBe(keep);
});

test('DY43: what cannot be finished in one project keeps no other from it, and is told', async () => {
  const world = importWorld();
  world.project(other, 'old');
  for (const id of [projectId, other]) noteErasing(world.projects, id, 'project');
  const file = world.projects.file(projectId);
  world.projects.store(projectId);
  world.projects.close(projectId);
  fs.rmSync(file);
  fs.mkdirSync(file);
  await world.finishErasing();
  expect(world.told).toEqual([expect.stringMatching(`^erase ${projectId} `), `render ${other}`]);
  expect(notes(world)).toEqual([`erasing:${projectId}`]);
  fs.rmdirSync(file);
  await world.finishErasing();
  expect(notes(world)).toEqual([]);
});

test('DY43: each of the hourly sweeps is done, whatever becomes of the others', async () => {
  const told: string[] = [];
  const fails = () => Promise.reject(new Error('no'));
  const works = async () => void told.push('works');
  await sweepEach({ spool: fails, erase: works, stores: fails }, (what, error) => told.push(`${what} ${error}`));
  expect(told).toEqual(['spool Error: no', 'works', 'stores Error: no']);
});
