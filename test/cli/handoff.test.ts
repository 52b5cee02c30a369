import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reply, serve } from '../client/wire-server.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { now, prsist } from './world.ts';

const at = (minutesAgo: number) => new Date(now - minutesAgo * 60_000).toISOString();
const session = '3f2a91bc-0000-7000-8000-000000000001';
const handoffId = '7777aaaa-0000-7000-8000-000000000002';

const answers = (replies: Record<string, Record<string, unknown>>): Parameters<typeof serve>[0] => {
  return ({ name }, response) => reply(response, replies[name] ?? {});
};

const waiting = {
  handoff_id: handoffId,
  session_id: session,
  from_agent: 'claude-code',
  to_agent: 'codex',
  status: 'pending',
  reason: 'rate limit',
  created_at: at(120),
  accepted_at: null,
  accepted_by: null,
  shown_at: null,
};

test('handoff hands over with reason, facts and instructions', async () => {
  const given = { ...waiting, expires_at: new Date(now + 7 * 86_400_000).toISOString() };
  await using server = await serve(answers({ 'session.handoff': given }));
  const argv = [
    'handoff',
    'codex',
    '--reason',
    'rate limit',
    '--info',
    'a=1',
    '--info',
    'b=2',
    '--instructions',
    'test first',
  ];
  const ran = await prsist(argv, { server });
  expect(ran).toMatchObject({ exit: 0, stdout: `${handoffId}  session 3f2a91bc  claude-code → codex\n` });
  expect(ran.stderr).toBe('codex is told on its next start here; it waits 7d\n');
  expect(server.asked[0]?.input).toEqual({
    to_agent: 'codex',
    handoff_reason: 'rate limit',
    critical_info: { a: '1', b: '2' },
    continuation_instructions: 'test first',
  });
});

test.each([
  ['prsist handoff', ['handoff']],
  ['prsist session', ['session']],
])('%s decline takes a shortened id and a reason of its own', async (_, words) => {
  await using server = await serve(answers({ 'session.handoffs': { items: [waiting] }, 'session.decline': waiting }));
  await prsist([...words, 'decline', '7777', '--reason', 'wrong branch'], { server });
  expect(server.asked[1]?.input).toEqual({ handoff_id: handoffId, reason: 'wrong branch' });
});

const accepted = {
  ...waiting,
  critical_info: { ticket: 42 },
  continuation_instructions: 'test first',
  context_snapshot: { conversation_summary: '15 messages.', pending_tasks: [] },
  delta: {
    messages: [{}, {}],
    tasks: [
      { task_id: 't-aaaaaaaa', status: 'open', description: 'write the migration' },
      { task_id: 't-bbbbbbbb', status: 'done', description: 'read the schema' },
    ],
    next_cursor: null,
  },
  git_check: {
    head_here: false,
    branch_matches: true,
    sender_head: 'abcdef0123456789',
    sender_branch: 'main',
    dirty_paths: ['a.ts', 'b.ts'],
  },
};

test('accept without words takes the newest waiting one, as whom it is for, and shows all of it', async () => {
  await using server = await serve(answers({ 'session.handoffs': { items: [waiting] }, 'session.accept': accepted }));
  const ran = await prsist(['handoff', 'accept'], { server });
  expect(server.asked[1]?.input).toEqual({ handoff_id: handoffId, agent: 'codex' });
  expect(ran).toEqual({
    exit: 0,
    stderr: '',
    stdout: `handoff       7777aaaa  from claude-code  session 3f2a91bc
reason        rate limit
ticket        42
instructions  test first
so far        15 messages.
since then    2 messages
open tasks    t-aaaaaa  open  write the migration
git           the sender's commit abcdef01 is not checked out here; branch main; 2 files changed here
`,
  });
});

test('a handoff without words is short', async () => {
  const bare = {
    ...accepted,
    critical_info: {},
    continuation_instructions: '',
    delta: { messages: [], tasks: [], next_cursor: null },
    git_check: { head_here: null, branch_matches: null, sender_head: null, sender_branch: null, dirty_paths: [] },
  };
  await using server = await serve(answers({ 'session.handoffs': { items: [waiting] }, 'session.accept': bare }));
  const { stdout } = await prsist(['handoff', 'accept'], { server });
  expect(stdout.split('\n').map((line) => line.split('  ')[0])).toEqual(['handoff', 'reason', 'so far', 'git', '']);
});

const given = { ...waiting, expires_at: new Date(now + 7 * 86_400_000).toISOString() };

test.each([
  ['claude', 'no agent "claude": did you mean claude-code?', 'prsist handoff claude-code'],
  ['Claude-Code', 'no agent "Claude-Code": did you mean claude-code?', 'prsist handoff claude-code'],
  ['codx', 'no agent "codx": did you mean codex?', 'prsist handoff codex'],
  ['acept', 'no agent "acept": did you mean accept?', 'prsist handoff accept'],
])('handoff %s is refused before anything is asked', async (agent, message, hint) => {
  await using server = await serve(answers({ 'session.handoff': given }));
  expect(await prsist(['handoff', agent], { server })).toEqual({
    exit: 2,
    stdout: '',
    stderr: `error: ${message}\ntry: ${hint}\n`,
  });
  expect(server.asked).toEqual([]);
});

test('an agent without hooks is not promised anything', async () => {
  await using server = await serve(answers({ 'session.handoff': { ...given, to_agent: 'my-agent' } }));
  const ran = await prsist(['session', 'handoff', 'my-agent'], { server });
  expect(ran).toMatchObject({ exit: 0, stdout: `${handoffId}  session 3f2a91bc  claude-code → my-agent\n` });
  expect(ran.stderr).toBe(
    'prsist has no hook for my-agent yet: it takes the handoff with prsist handoff accept; it waits 7d\n',
  );
});

test('help offers the agents there are hooks for', async () => {
  const { stdout } = await prsist(['help', 'handoff']);
  for (const agent of ['claude-code', 'codex', 'gemini-cli', 'cursor', 'opencode', 'copilot-cli']) {
    expect(stdout).toContain(agent);
  }
});

const patch = { base: 'fedcba9876', files: 1, bytes: 1_500, left_out: [{ path: 'x.bin', why: 'binary' }] };
const carried = {
  ...{ ...accepted, patch: { ...patch, text: 'diff --git a/a b/a\n' } },
};

test('WP9: a patch is asked for, told, written into a new file or printed alone', async () => {
  const given = { ...waiting, patch, expires_at: new Date(now + 7 * 86_400_000).toISOString() };
  await using server = await serve(
    answers({
      'session.handoff': given,
      'session.handoffs': { items: [waiting] },
      'session.accept': carried,
    }),
  );
  const told = 'the patch: 1 file, 1.5 kB\nnot in the patch: x.bin (binary)\n';
  const sent = await prsist(['handoff', 'codex', '--with-patch'], { server });
  expect([sent.stderr.startsWith(told), server.asked[0]?.input.with_patch]).toEqual([true, true]);
  const printed = await prsist(['handoff', 'accept', '--patch', '-'], { server });
  expect(printed).toEqual({
    exit: 0,
    stdout: 'diff --git a/a b/a\n',
    stderr: `${told}to be applied on fedcba98\n`,
  });
  const path = join(temporaryDirectory(), 'the.patch');
  expect(await prsist(['session', 'accept', '--patch', path], { server })).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining('rate limit'),
    stderr: expect.stringContaining(`git apply ${path}`),
  });
  expect(readFileSync(path, 'utf8')).toBe('diff --git a/a b/a\n');
  const before = server.asked.length;
  expect(await prsist(['handoff', 'accept', '--patch', path], { server })).toMatchObject({ exit: 1, stdout: '' });
  expect(server.asked.length).toBe(before); // not taken, as there was no room for what it brings
});

test('WP10: a handoff without a patch says so when one is wanted', async () => {
  await using server = await serve(
    answers({ 'session.handoffs': { items: [waiting] }, 'session.accept': { ...carried, patch: null } }),
  );
  expect(await prsist(['handoff', 'accept', '--patch', '-'], { server })).toEqual({
    exit: 1,
    stdout: '',
    stderr: 'error: this handoff has no patch\n',
  });
});
