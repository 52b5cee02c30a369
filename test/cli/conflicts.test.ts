import { expect, test } from 'vitest';
import { reply, serve } from '../client/wire-server.ts';
import { now, prsist } from './world.ts';

const ago = (ms: number) => new Date(now - ms).toISOString();
const side = {
  ...{ log: 'l1', seq: 4, value: 30, removed: false, withheld: false, agent: 'codex', user: 'u', session_id: null },
  ...{ device: 'laptop', origin: 'agent', trust: 2, at: ago(7_200_000) },
};
const sides = [side, { ...side, log: 'l2', value: 60, agent: null, device: 'desk\u001b[2J', origin: 'human' }];
const conflict = {
  ...{ conflict_id: '3f2a9c1e-0000-8000-8000-000000000001', entity_id: 'e', type: 'context', name: 'db.timeout' },
  ...{ field: 'value', sides, shown: 2, before: 15, status: 'open', opened_at: ago(3_600_000), resolved_at: null },
  ...{ resolved_how: null, resolved_by: null, of: 'project' },
};

test('CF9: `conflicts list` shows each side with who said it, and marks the one that is shown', async () => {
  await using server = await serve((_, response) => reply(response, { items: [conflict], open: 1, more: true }));
  const ran = await prsist(['conflicts', 'list', '--limit', '1'], { server });
  expect(ran.stdout).toMatch(
    /^3f2a9c1e +db\.timeout +value +1 30 \(codex on laptop\) {2}2\* 60 \(you on desk.*\) +1h ago/,
  );
  expect(ran.stdout).not.toContain('\u001b');
  expect(ran.stderr).toContain('there are more: --limit');
  expect(ran.stderr).toContain('prsist conflicts resolve <id>');
  expect(server.asked[0]?.input).toEqual({ settled: false, limit: 1 });
});

test('CF9: without any it says so, and of those that are settled how', async () => {
  let items: object[] = [];
  await using server = await serve((_, response) => reply(response, { items, open: 0, more: false }));
  expect(await prsist(['conflicts', 'list'], { server })).toMatchObject({
    exit: 0,
    stderr: expect.stringMatching(/nothing is in conflict/),
  });
  const end = { status: 'resolved', resolved_at: ago(60_000), resolved_by: 'ana' };
  items = [
    { ...conflict, ...end, resolved_how: 'resolved' },
    { ...conflict, ...end, conflict_id: '4'.repeat(36), resolved_how: 'rule' },
  ];
  const { stdout } = await prsist(['conflicts', 'list', '--settled'], { server });
  expect(stdout.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/resolved by ana$/),
    expect.stringMatching(/a person’s word$/),
  ]);
});

test('CF9: `conflicts show` compares what was there before with each side', async () => {
  await using server = await serve((_, response) => reply(response, { conflict }));
  const { stdout, stderr } = await prsist(['conflicts', 'show', '3f2a'], { server });
  expect(stdout.split('\n').map((line) => line.trimEnd().replaceAll(/ {2,}/g, ' | '))).toMatchObject([
    `db.timeout | value | ${conflict.conflict_id}`,
    expect.stringMatching(/before \| 1 \| 2 \*$/),
    'value | 15 | 30 | 60',
    expect.stringMatching(/^by .*codex \| you$/),
    'session',
    expect.stringMatching(/^device .*laptop \| desk/),
    expect.stringMatching(/^when .*2h ago \| 2h ago$/),
    expect.stringMatching(/^trust .*2 \(agent\) \| 2 \(human\)$/),
    '',
  ]);
  expect(stderr).toContain('prsist conflicts resolve 3f2a9c1e --pick <n>');
});

test('CF9: `conflicts resolve` decides by side, both, or another value, says one of them, and how to undo it', async () => {
  await using server = await serve(({ name }, response) =>
    reply(response, name === 'conflict.show' ? { conflict } : { conflict, value: 60 }),
  );
  const ran = await prsist(['conflicts', 'resolve', '3f2a', '--pick', '2'], { server });
  expect(ran).toMatchObject({
    exit: 0,
    stdout: 'settled  db.timeout  value\n',
    stderr: expect.stringMatching(/context history "db.timeout"/),
  });
  for (const [words, input] of [
    [['--pick', '2'], { both: false, pick: 2 }],
    [['--both'], { both: true }],
    [['--value', '45'], { both: false, value: 45 }],
    [['--value', 'not json'], { both: false, value: 'not json' }],
  ] as const) {
    await prsist(['conflicts', 'resolve', '3f2a', ...words], { server });
    expect(server.asked.at(-1)).toMatchObject({
      name: 'conflict.resolve',
      input: { conflict_id: conflict.conflict_id, ...input },
    });
  }
  const asked = server.asked.length;
  for (const words of [[], ['--pick', '1', '--both']]) {
    expect(await prsist(['conflicts', 'resolve', '3f2a', ...words], { server })).toMatchObject({ exit: 2 });
  }
  expect(server.asked.length).toBe(asked);
});
