import { expect, test } from 'vitest';
import { createClient } from '../../src/client/call.ts';
import { followJob } from '../../src/client/job.ts';
import { reply, serve, type WireServer } from './wire-server.ts';

const clientOf = (server: WireServer) => createClient({ env: server.env, daemon: '/nowhere', project: '/p' });

test('a job is followed to its end, with its progress', async () => {
  const states = [
    { state: 'running', progress: { files: 1 } },
    { state: 'running', progress: { files: 2 } },
    { state: 'done', progress: {}, result: { files: 3 } },
  ];
  await using server = await serve((_, response) => reply(response, states.shift() ?? {}));
  const told: unknown[] = [];
  const job = await followJob(clientOf(server), 'j1', { onProgress: (progress) => told.push(progress) });
  expect(job).toMatchObject({ state: 'done', result: { files: 3 } });
  expect(told).toEqual([{ files: 1 }, { files: 2 }]);
  expect(server.asked.map(({ input }) => input)).toEqual(Array(3).fill({ job_id: 'j1', wait_ms: 2000 }));
});

test('an interruption cancels the job', async () => {
  let finish: (() => void) | undefined;
  let interrupt = (): void => undefined;
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  await using server = await serve(({ name }, response) => {
    if (name === 'job.show') {
      finish = () => reply(response, { state: 'cancelled', progress: {} });
      interrupt();
    } else {
      reply(response, { job_id: 'j1', state: 'cancelled' });
      finish?.();
    }
  });
  expect(await followJob(clientOf(server), 'j1', { interrupted })).toBe('interrupted');
  expect(server.asked.map(({ name }) => name)).toEqual(['job.show', 'job.cancel']);
});
