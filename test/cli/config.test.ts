import { expect, test } from 'vitest';
import { reply, serve } from '../client/wire-server.ts';
import { prsist } from './world.ts';

const items = [
  {
    key: 'daemon.idle_exit_minutes',
    value: 30,
    source: '/home/u/.config/prsist/config.yaml:3',
    range: '0 to 1440',
    meaning: 'Leaves after so long without use.',
    variable: 'PRSIST_DAEMON__IDLE_EXIT_MINUTES',
  },
  { key: 'sync.off', value: null, source: 'default', range: 'any', meaning: 'Nothing.', variable: 'PRSIST_SYNC__OFF' },
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
may be    0 to 1440
meaning   Leaves after so long without use.
variable  PRSIST_DAEMON__IDLE_EXIT_MINUTES
`,
  });
  expect(server.asked.map(({ name, input }) => [name, input])).toEqual([
    ['config.explain', { key: 'daemon.idle_exit_minutes' }],
  ]);
});

test('without a key all settings, one per line', async () => {
  await using server = await daemon();
  const { stdout } = await prsist(['config', 'explain'], { server });
  expect(
    stdout,
  ).toBe(`daemon.idle_exit_minutes  30  /home/u/.config/prsist/config.yaml:3  Leaves after so long without use.
sync.off                  -   default                               Nothing.
`);
  expect(JSON.parse((await prsist(['config', 'explain', '--json'], { server })).stdout).items).toEqual(items);
});
