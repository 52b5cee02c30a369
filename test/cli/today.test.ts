import { expect, test } from 'vitest';
import { reply, serve } from '../client/wire-server.ts';
import { now, prsist } from './world.ts';

const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
const clock = (minutes: number) => new Date(now - minutes * 60_000).toTimeString().slice(0, 5);

const session = {
  ...{ session_id: '3f2a91bc-0000-7000-8000-000000000001', agent: 'codex', title: 'mend the till' },
  ...{ first_at: minutesAgo(9), last_at: minutesAgo(2) },
  asks: [
    { text: 'mend the till, please', at: minutesAgo(9) },
    { text: 'and\u001b[2J test it', at: minutesAgo(5) },
  ],
  asks_total: 2,
  files: Array.from({ length: 6 }, (_, n) => ({ path: `src/${n}.ts`, added: n, removed: 1 })),
  files_total: 21,
  commits: [{ sha: '1a2b3c4d5e', subject: 'Mend it', at: minutesAgo(3) }],
  commands: [{ command: 'npm test', exit_code: 1, error_line: 'Expected 2', at: minutesAgo(4) }],
  commands_failed: 1,
};
const noEditors = { total_ms: 0, languages: [], categories: [], editors: [] };
const day = { since: minutesAgo(600), sessions: [session], other_commits: [{ sha: 'ffff0000ff', subject: 'By hand' }] };

test('DY3: what was done, session by session, on one screen', async () => {
  await using server = await serve((_, response) => reply(response, { ...day, ...noEditors }));
  expect(await prsist(['today'], { server })).toEqual({
    exit: 0,
    stderr: '',
    stdout: `1 session, 2 asks, 21 files, 2 commits, 1 command failed

${clock(9)}–${clock(2)}  codex  3f2a91bc
  asked   mend the till, please
          and test it
  files   src/0.ts  +0 −1
          src/1.ts  +1 −1
          src/2.ts  +2 −1
          src/3.ts  +3 −1
          src/4.ts  +4 −1
          and 16 more
  commits 1a2b3c4d  Mend it
  failed  npm test (1)  Expected 2

other commits
  ffff0000  By hand
`,
  });
  const [asked] = server.asked;
  expect(new Date(String(asked?.input['since'])).toTimeString()).toMatch(/^00:00:00/);
  expect(JSON.parse((await prsist(['today', '--json'], { server })).stdout)).toMatchObject(day);
});

test('AC12: time in editors stands below what agents did, and alone on a day without any', async () => {
  const file = { name: 'src/a.ts', ms: 125 * 60_000, lines_added: 9, lines_removed: 2 };
  const editors = {
    total_ms: 130 * 60_000,
    files: [file],
    languages: [],
    categories: [],
    editors: [{ ...file, name: 'vim' }],
  };
  await using server = await serve((_, response) =>
    reply(response, { since: day.since, sessions: [], other_commits: [], ...editors }),
  );
  const { stdout } = await prsist(['today'], { server });
  expect(stdout).toBe('in editors  2 h 10 min (vim)\n  2 h 05 min src/a.ts  +9 −2\n');
});

test('DY3: an empty day says so; all projects are those in which something happened', async () => {
  const projects = [
    { project_id: 'p-old', name: 'old', last_activity: minutesAgo(60 * 24 * 9) },
    { project_id: 'p-new', name: 'new', last_activity: minutesAgo(1) },
  ];
  await using server = await serve(({ name, headers }, response) => {
    if (name === 'project.list') reply(response, { items: projects });
    else if (headers['x-prsist-project'] === 'p-new') reply(response, { ...day, ...noEditors });
    else reply(response, { since: day.since, sessions: [], other_commits: [] });
  });
  const empty = await prsist(['today', '--since', '2d'], { server });
  expect(empty).toMatchObject({ exit: 0, stdout: '', stderr: expect.stringMatching(/^nothing was done here since /) });
  const all = await prsist(['today', '--since', '2d', '--all-projects'], { server });
  expect(all.stdout).toMatch(/^new\n1 session/);
  expect(server.asked.filter(({ name }) => name === 'stats.today')).toHaveLength(2);
});

test('DY3: usage is a table; what has no price is named', async () => {
  const sums = {
    requests: 2,
    fresh: 900,
    cache_read: 12_300,
    cache_write: 0,
    output: 4_500_000,
    cost: 1.234,
    partial: true,
  };
  const none = { ...sums, cost: null, partial: false };
  const rows = [
    { group: 'gpt-5', name: null, ...sums },
    { group: 'homemade', name: null, ...none },
  ];
  const usage = { rows, totals: sums, prices_as_of: '2026-11-21', unpriced_models: ['homemade'] };
  await using server = await serve((_, response) => reply(response, usage));
  expect(await prsist(['usage', '--by', 'model'], { server })).toEqual({
    exit: 0,
    stdout: `model        requests        fresh   cache read  cache write       output         cost
gpt-5               2          900        12.3k            0         4.5M       ≥$1.23
homemade            2          900        12.3k            0         4.5M            -
total               2          900        12.3k            0         4.5M       ≥$1.23
`,
    stderr: `cost by the price lists of 2026-11-21, without discounts or subscriptions; output of claude-code is a lower bound
no price is known of homemade
`,
  });
  expect(await prsist(['usage', '--by', 'moon'], { server })).toMatchObject({ exit: 2 });
});
