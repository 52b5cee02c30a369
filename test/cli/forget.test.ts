import { expect, test } from 'vitest';
import { refuse, reply, serve } from '../client/wire-server.ts';
import { now, prsist } from './world.ts';

const erased = {
  ...{
    sessions: 1,
    messages: 12,
    tool_calls: 1,
    edits: 0,
    tasks: 0,
    handoffs: 0,
    entries: 0,
    documents: 0,
    commits: 0,
    records: 40,
    kept_parts: 1,
  },
};
const session = {
  ...{ kind: 'session', id: '3f2a91bc-0000-7000-8000-000000000001', name: 'mend the till', agent: 'claude-code' },
  at: new Date(now - 7_200_000).toISOString(),
};

function daemon() {
  return serve(({ input }, response) => {
    if (input.entry === 'nowhere') refuse(response, 404, { code: 'entry/not-found', message: 'none', hint: 'h' });
    else if (input.dry_run) reply(response, { receipt_id: null, erased, what: [session], replicas: [] });
    else reply(response, { receipt_id: 'r-1', erased, what: [], replicas: [] });
  });
}

test('DY50: what would go is shown, and asked for; without a terminal and without --yes it is refused', async () => {
  await using server = await daemon();
  const shown = `session  3f2a91bc  claude-code  2h ago  mend the till
in all: 1 session, 12 messages, 1 tool call, 1 part of a transcript
`;
  expect(await prsist(['forget', '--last', '--dry-run'], { server })).toEqual({ exit: 0, stdout: shown, stderr: '' });
  expect(await prsist(['forget', '--last'], { server, stdin: 'y\n' })).toEqual({
    exit: 2,
    stdout: shown,
    stderr:
      'error: there is no terminal to ask at, and this cannot be undone\ntry: look at it with --dry-run, then say --yes\n',
  });
  const unanswered = await prsist(['forget', '--last'], { server });
  expect(unanswered).toMatchObject({ exit: 1, stderr: 'Erase this for good? [y/N]\nnothing was erased\n' });
  expect(server.asked.filter(({ input }) => input['dry_run'] === false)).toEqual([]);
  expect(await prsist(['forget'], { server })).toMatchObject({ exit: 2, stderr: expect.stringContaining('--last') });
});

test('DY51: what was shown is what is erased, by its id; the receipt is printed', async () => {
  await using server = await daemon();
  const ran = await prsist(['forget', '--last', '--yes', '--reason', 'why not'], { server });
  expect(ran).toMatchObject({ exit: 0, stdout: expect.stringContaining('receipt r-1') });
  expect(server.asked.map(({ input }) => input)).toEqual([
    { last: 'any', reason: 'asked for', dry_run: true },
    { session_id: session.id, reason: 'why not', dry_run: false },
  ]);
});

test('DY52: an entry is looked for in the project and among those of the person; both is not clear', async () => {
  await using server = await daemon();
  expect(await prsist(['forget', '--entry', 'nowhere', '--yes'], { server })).toMatchObject({ exit: 1 });
  const both = await prsist(['forget', '--entry', 'both', '--yes'], { server });
  expect(both).toMatchObject({ exit: 2, stderr: expect.stringContaining('--scope project or --scope user') });
  const told = await prsist(['forget', '--entry', 'both', '--scope', 'user', '--yes', '--json'], { server });
  expect(JSON.parse(told.stdout)).toMatchObject({ receipt_id: 'r-1' });
});
