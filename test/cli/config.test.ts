import { expect, test } from 'vitest';
import { reply, serve } from '../client/wire-server.ts';
import { prsist } from './world.ts';

const later = { initial: null, note: 'accepted, takes effect with synchronisation', in_project: true };
const items = [
  {
    key: 'daemon.idle_exit_minutes',
    value: 30,
    source: '/home/u/.config/prsist/config.yaml:3',
    range: '0 to 1440',
    meaning: 'Leaves after so long without use.',
    variable: 'PRSIST_DAEMON__IDLE_EXIT_MINUTES',
    ...{ initial: 30, note: '', in_project: false },
  },
  {
    key: 'sync.off',
    value: null,
    source: 'default',
    range: 'any',
    meaning: 'Nothing.',
    variable: 'PRSIST_SYNC__OFF',
    ...later,
  },
];

const daemon = () =>
  serve(({ input }, response) =>
    reply(response, { items: items.filter(({ key }) => input.key === undefined || input.key === key) }),
  );

test('config explain says everything about one setting', async () => {
  await using server = await daemon();
  expect(await prsist(['config', 'explain', 'daemon.idle_exit_minutes'], { server })).toEqual({
    exit: 0,
    stderr: '',
    stdout: `key       daemon.idle_exit_minutes
value     30
from      /home/u/.config/prsist/config.yaml:3
default   30
may be    0 to 1440
meaning   Leaves after so long without use.
variable  PRSIST_DAEMON__IDLE_EXIT_MINUTES
project   may not set it
`,
  });
  expect(server.asked.map(({ name, input }) => [name, input])).toEqual([
    ['config.explain', { key: 'daemon.idle_exit_minutes', project: expect.any(String) }],
  ]);
});

test('without a key all settings, one per line', async () => {
  await using server = await daemon();
  const { stdout } = await prsist(['config', 'explain'], { server });
  expect(
    stdout,
  ).toBe(`daemon.idle_exit_minutes  30  /home/u/.config/prsist/config.yaml:3  Leaves after so long without use.
sync.off                  -   default                               Nothing. (accepted, takes effect with synchronisation)
`);
  expect(JSON.parse((await prsist(['config', 'explain', '--json'], { server })).stdout).items).toEqual(items);
});

const answer = {
  ...items[0],
  ...{ path: '/home/u/.config/prsist/config.yaml', before: 30, value: 45, changed: true, dry_run: false },
  diff: '--- a\n+++ a\n+  idle_exit_minutes: 45\n',
};

test('CF20: config set shows what it changed, and says where it is overruled and what is to be done', async () => {
  await using server = await serve((_, response) => reply(response, answer));
  const ran = await prsist(['config', 'set', 'daemon.idle_exit_minutes', '45'], { server });
  expect(ran.stdout).toBe('--- a\n+++ a\n+  idle_exit_minutes: 45\n');
  expect(ran.stderr).toContain('is written to /home/u/.config/prsist/config.yaml');
  await prsist(['config', 'set', 'brief.enabled', '--unset', '--here', '--dry-run'], { server });
  await prsist(['--project', 'shop', 'config', 'set', 'brief.enabled', 'false'], { server });
  const set = { unset: false, dry_run: false };
  expect(server.asked.map(({ input }) => input)).toEqual([
    { key: 'daemon.idle_exit_minutes', value: '45', ...set },
    { key: 'brief.enabled', unset: true, dry_run: true, project: expect.stringMatching(/^\//) },
    { key: 'brief.enabled', value: 'false', ...set, project: 'shop' },
  ]);
});

test.each([
  [['config', 'set', 'brief.enabled'], 'which value?'],
  [['config', 'set', 'brief.enabled', 'true', '--unset'], 'does not go with --unset'],
  [['config', 'set', 'brief.enabled', 'true', '--user', '--here'], 'exclude each other'],
])('CF20: %j asks nothing', async (argv, message) => {
  await using server = await serve((_, response) => reply(response, answer));
  const { exit, stderr } = await prsist(argv, { server });
  expect([exit, server.asked]).toEqual([2, []]);
  expect(stderr).toContain(message);
});
