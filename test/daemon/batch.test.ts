import { expect, test } from 'vitest';
import { projectId, wiredWorld } from './wired-world.ts';

function world() {
  const wired = wiredWorld();
  wired.project();
  const ask = (operation: string, body: unknown, idempotencyKey?: string) =>
    wired.dispatch({
      ...{ operation, body, project: projectId, idempotencyKey },
      caller: { user: wired.projects.identity.user, origin: 'human' },
    });
  const run = (operations: unknown[], key?: string) => ask('batch.run', { operations }, key);
  const tasks = async () => ((await ask('task.list', {})).reply.items as { task_id: string }[]).map((t) => t.task_id);
  return { run, tasks, ask };
}
const add = (task_id: string) => ({ name: 'task.add', input: { task_id, description: task_id } });

test('HT30: all steps or none, in one transaction, each with its own answer', async () => {
  const { run, tasks } = world();
  const { reply } = await run([add('a'), { name: 'task.update', input: { task_id: 'a', status: 'done' } }]);
  expect(reply.items).toMatchObject([{ status: 'open' }, { task_id: 'a', status: 'done' }]);
  const missing = { name: 'task.update', input: { task_id: 'none', status: 'done' } };
  await expect(run([add('b'), missing])).rejects.toMatchObject({ code: 'task/not-found', field: 'operations.1' });
  await expect(run([add('b'), { name: 'task.add', input: { zzz: 1 } }])).rejects.toMatchObject({
    ...{ code: 'input/invalid', field: 'operations.1.input.zzz' },
  });
  expect(await tasks()).toEqual(['a']);
});

test('HT31: what cannot be part of a batch is refused by name, before anything is done', async () => {
  const { run, tasks } = world();
  const refused: readonly (readonly [string, string])[] = [
    ['task.list', 'only reads'],
    ['store.verify', 'a job'],
    ['session.resume', 'takes in'],
    ['batch.run', 'one itself'],
    ['token.new', 'shown once'],
    ['session.decline', 'files of agents'],
  ];
  const inputs: Record<string, object> = { 'token.new': { name: 'a', rights: 'read' } };
  for (const [name, why] of refused) {
    await expect(run([add('a'), { name, input: inputs[name] ?? {} }])).rejects.toMatchObject({
      ...{ code: 'input/invalid', field: 'operations.1.name', message: expect.stringContaining(why) },
    });
  }
  await expect(run([add('a'), { name: 'no.such', input: {} }])).rejects.toMatchObject({ code: 'route/unknown' });
  await expect(run([add('a'), { name: 'token.revoke', input: { token_id: 'x' } }])).rejects.toMatchObject({
    message: expect.stringContaining('user database'),
  });
  await expect(run(Array.from({ length: 501 }, () => add('a')))).rejects.toMatchObject({ code: 'limit/too-large' });
  expect(await tasks()).toEqual([]);
});

test('HT32: a repeat under the same key gets the first answer of all steps', async () => {
  const { run, tasks } = world();
  const steps = [{ name: 'task.add', input: { description: 'x' } }];
  const first = await run(steps, 'k');
  const second = await run(steps, 'k');
  expect(second).toMatchObject({ replayed: true, reply: first.reply });
  expect(await tasks()).toHaveLength(1);
});

test('EN73: an ephemeral entry goes for the one that replaces it when that is on disk; where the batch fails it stays', async () => {
  const { run, ask } = world();
  const value = async () => (await ask('context.retrieve', { key: 'k' })).reply.value;
  const last = { name: 'context.store', input: { key: 'k', value: 'lasts', layer: 'long_term' } };
  const missing = { name: 'task.update', input: { task_id: 'none', status: 'done' } };
  await ask('context.store', { key: 'k', value: 'fleeting', layer: 'ephemeral' });
  await expect(run([last, missing])).rejects.toMatchObject({ code: 'task/not-found' });
  expect(await value()).toBe('fleeting');
  await run([last]);
  expect(await value()).toBe('lasts');
});
