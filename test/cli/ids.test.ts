import { expect, test } from 'vitest';
import { type Answering, refuse, reply, serve } from '../client/wire-server.ts';
import { now, prsist } from './world.ts';

const at = new Date(now).toISOString();
const [first, second] = ['3f2a91bc-0000-7000-8000-000000000001', '3f2a91bc-0001-7000-8000-000000000002'];

const sessions: Answering = ({ name, input }, response) => {
  const asked = String(input.session_id);
  const found = [first, second].filter((id) => asked.length >= 4 && id.startsWith(asked));
  if (name === 'session.list') reply(response, { items: [{ session_id: first }, { session_id: second }] });
  else if (found.length === 0) refuse(response, 404, { code: 'session/not-found', message: 'no session', hint: 'x' });
  else refuse(response, 400, { code: 'session/ambiguous', message: 'several', hint: 'x' });
};

test.each([
  ['3f', 'error: "3f" is too short: give at least 4 characters of the id\ntry: prsist sessions\n'],
  ['3f2a', 'error: 2 ids begin with 3f2a\ntry: 3f2a91bc-0000 3f2a91bc-0001\n'],
  ['nosuch', 'error: no session\ntry: x\n'],
])('of a session given as %s is said what is wrong', async (given, stderr) => {
  await using server = await serve(sessions);
  for (const argv of [
    ['session', 'show', given],
    ['session', 'end', given],
    ['resume', given],
  ]) {
    expect(await prsist(argv, { server })).toMatchObject({ stdout: '', stderr });
  }
});

const task = (task_id: string, session_id: string | null = null) => ({
  ...{ task_id, session_id, status: 'open', priority: 'medium', assignee: null, updated_at: at },
  description: `do ${task_id}`,
});

function tasks(items: readonly ReturnType<typeof task>[]) {
  return serve(({ name, input }, response) => {
    const wanted = items.filter((item) => input.session_id === undefined || item.session_id === input.session_id);
    if (name === 'task.list') reply(response, { items: wanted, next_cursor: null });
    else if (name === 'session.show') reply(response, { session: { session_id: second } });
    else reply(response, { ...task(String(input.task_id)) });
  });
}

test('an unknown task is refused with the ids there are', async () => {
  await using server = await tasks([task('t-aaaaaaaa'), task('t-bbbbbbbb')]);
  expect(await prsist(['task', 'update', 'plan', '--status', 'done'], { server })).toEqual({
    exit: 1,
    stdout: '',
    stderr: 'error: no task plan\ntry: one of t-aaaaaa t-bbbbbb\n',
  });
});

test('a task is found in its session, and the session is named where there are several', async () => {
  await using server = await tasks([task('T1', first), task('T1', second), task('T2', first)]);
  expect(await prsist(['task', 'update', 'T1', '--status', 'done'], { server })).toMatchObject({
    exit: 2,
    stderr: 'error: T1 is a task of 2 sessions\ntry: --session 3f2a91bc-0000 or --session 3f2a91bc-0001\n',
  });
  server.asked.length = 0;
  await prsist(['task', 'update', 'T1', '--session', '3f2a91bc-0001', '--status', 'done'], { server });
  expect(server.asked.at(-1)).toMatchObject({
    name: 'task.update',
    input: { task_id: 'T1', session_id: second, status: 'done' },
  });
  await prsist(['task', 'update', 'T2', '--status', 'done'], { server });
  expect(server.asked.at(-1)?.input).toEqual({ task_id: 'T2', session_id: first, status: 'done' });
});

test('a list of tasks says whose they are', async () => {
  await using server = await tasks([task('t-aaaaaaaa', first), task('t-bbbbbbbb')]);
  expect((await prsist(['task', 'list'], { server })).stdout).toBe(
    't-aaaaaa  3f2a91bc  open  medium  -  now  do t-aaaaaaaa\nt-bbbbbb  -         open  medium  -  now  do t-bbbbbbbb\n',
  );
});
