import { expect, test } from 'vitest';
import { fileBytes } from '../../src/platform/walk.ts';
import { importWorld, jsonl, said } from '../features/capture/import-world.ts';
import { projectId } from './wired-world.ts';

test('DY26: disk space is told per project, largest first; the files of a project are all of it', async () => {
  const world = importWorld();
  const small = '019a3985-b900-7000-8000-0000000000bb';
  world.project(small, 'small');
  await world.read(world.file('s.jsonl', jsonl(said(world.root, 0, 'word '.repeat(2_000)))));
  const asked = { operation: 'stats.disk', body: {}, project: undefined, idempotencyKey: undefined };
  const { reply } = await world.dispatch({ ...asked, caller: { user: 'ana', origin: 'human' } });
  const [first, second] = reply['projects'] as Record<string, number | string>[];
  expect([first?.['project_id'], second?.['name']]).toEqual([projectId, 'small']);
  const file = `${world.paths.projects}/${projectId}/memory.db`;
  expect(first?.['db']).toBe(fileBytes(file) + fileBytes(`${file}-wal`));
  expect(first?.['bytes']).toBe(Number(first?.['db']) + fileBytes(`${file}-shm`));
  expect([Number(first?.['blobs']) > 0, Number(first?.['transcripts']) > 0]).toEqual([true, true]);
  expect(second).toMatchObject({ blobs: 0, transcripts: 0 });
});
