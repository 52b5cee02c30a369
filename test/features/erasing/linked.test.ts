// What is erased from a project goes from the databases that were joined into it, too.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verify } from '../../../src/store/verify.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { conversation, type ImportWorld, importWorld, jsonl, said, toolLines } from '../capture/import-world.ts';
import { call, expectWhole, forget, large, onDisk } from './erasing-world.ts';

const other = '019a3985-b900-7000-8000-0000000000bb';
const third = '019a3985-b900-7000-8000-0000000000cc';
const inOther = { project: other };

async function job(world: ImportWorld, operation: string, body: Parameters<typeof call>[2], project = projectId) {
  const { job_id } = await call(world, operation, body, { project });
  const { state, result, error } = await world.jobs.show(String(job_id), 20_000);
  expect(state, error?.message).toBe('done');
  return { ...result };
}

const link = (world: ImportWorld, project: string, linked: string, undo = false) =>
  job(world, 'project.link', { project, other: linked, undo });

/** A second project with a conversation, entries of two kinds and a copy of its own. */
async function secondProject(world: ImportWorld) {
  const root = world.project(other, 'old');
  fs.mkdirSync(join(root, '.prsist'));
  fs.writeFileSync(join(root, '.prsist/project.json'), JSON.stringify({ project_id: other }));
  const lines = [said(root, 0, 'please mend zanzibarly'), ...toolLines(root, 1, large('outputzanzibar'))];
  const path = world.file(`${conversation}.jsonl`, jsonl(...lines));
  await world.read(path);
  const store = (key: string, value: string, more = {}) =>
    call(world, 'context.store', { key, value, ...more }, inOther);
  await store('db', large('zanzibarentry'), { layer: 'permanent' });
  await store('stays', 'mongoose');
  await store('note', 'zanzibar note', { layer: 'session', session_id: conversation });
  await call(world, 'context.retrieve', { key: 'db' }, inOther);
  await world.mirrors.settle();
  await job(world, 'store.backup', {}, other);
  return { root, path };
}

const value = async (world: ImportWorld, key: string, project: string) =>
  (await call(world, 'context.retrieve', { key }, { project }).catch(() => undefined))?.['value'];

test('DY42: what is erased goes from a database that was joined into this one, and does not come back with the way back', async () => {
  const world = importWorld();
  const { path } = await secondProject(world);
  await link(world, projectId, other);
  expect(await forget(world, { session_id: conversation })).toMatchObject({ erased: { sessions: 1, entries: 1 } });
  expect(await forget(world, { entry: 'db' })).toMatchObject({ erased: { entries: 1 } });
  expect(world.projects.openProjects).toEqual([projectId]);
  const kept = fs.readFileSync(path);
  fs.rmSync(join(world.top, 'transcripts'), { recursive: true });
  expect(onDisk(world)).not.toMatch(/zanzibar/i);
  expect(onDisk(world)).toContain('mongoose');
  await link(world, projectId, other, true);
  expect([await value(world, 'db', other), await value(world, 'stays', other)]).toEqual([undefined, 'mongoose']);
  expect((await call(world, 'session.list', {}, inOther))['items']).toEqual([]);
  expectWhole(world, other);
  expectWhole(world);
  const again = world.file(`${conversation}.jsonl`, kept);
  expect(await world.read(again)).toMatchObject({ outcome: 'forgotten', added: 0 });
  await link(world, projectId, other);
  expect(await value(world, 'db', projectId)).toBeUndefined();
  fs.rmSync(join(world.top, 'transcripts'), { recursive: true });
  expect(onDisk(world)).not.toMatch(/zanzibar/i);
});

test('DY42: also from one that had been joined into a joined one, and what is stored there later stays', async () => {
  const world = importWorld();
  await secondProject(world);
  world.project(third, 'oldest');
  await call(world, 'context.store', { key: 'deep', value: 'zanzibar deep' }, { project: third });
  await link(world, other, third);
  await link(world, projectId, other);
  for (const entry of ['deep', 'db']) await forget(world, { entry });
  await forget(world, { session_id: conversation });
  fs.rmSync(join(world.top, 'transcripts'), { recursive: true });
  expect(onDisk(world)).not.toMatch(/zanzibar/i);
  await link(world, projectId, third, true);
  await call(world, 'context.store', { key: 'deep', value: 'said anew' }, { project: third });
  await forget(world, { entry: 'stays' });
  expect(await value(world, 'deep', third)).toBe('said anew');
  expect(onDisk(world)).not.toMatch(/mongoose/);
});

test('DY42: stopped before it was done it is done later, also when the two were parted meanwhile', async () => {
  const world = importWorld();
  await secondProject(world);
  await link(world, projectId, other);
  const file = world.projects.file(other);
  fs.renameSync(file, `${file}.away`);
  fs.mkdirSync(file);
  await expect(forget(world, { entry: 'db' })).rejects.toMatchObject({ code: 'disk/failed' });
  fs.rmdirSync(file);
  fs.renameSync(`${file}.away`, file);
  await link(world, projectId, other, true);
  expect(await value(world, 'db', other)).toBe(large('zanzibarentry'));
  await world.finishErasing();
  expect(world.told.filter((line) => line.startsWith('erase'))).toEqual([]);
  expect(await value(world, 'db', other)).toBeUndefined();
  expect(onDisk(world)).not.toMatch(/zanzibarentry/);
  expect(verify(world.projects.store(other), 'deep').problems).toEqual([]);
});
