import { expect, test } from 'vitest';
import { pictureOf } from '../../src/cli/cache-picture.ts';
import { reply, serve } from '../client/wire-server.ts';
import { prsist } from './world.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 2, 4, 9, minutes)).toISOString();
const picture = [
  { at: at(0), model: 'claude-opus-4-5', read: 0, write: 9_000, uncached: 1_000 },
  { at: at(1), model: 'claude-opus-4-5', read: 9_000, write: 1_000, uncached: 0 },
  { at: at(9), model: 'claude-opus-4-5', read: 0, write: 20_000, uncached: 0 },
];
const session = {
  ...{
    session_id: '3f2a91bc-0000-7000-8000-000000000001',
    path: null,
    agent: 'claude-code',
    title: 'mend\u001b[2J it',
  },
  ...{ models: ['claude-opus-4-5'], from: at(0), until: at(9), requests: 3 },
  ...{ read: 9_000, write_5m: 30_000, write_1h: 0, uncached: 1_000, share: 0.225, cost: 39_400, usd: 0.197 },
  ...{ saved: 0.015, waste: 1_000, causes: { expired: 1 }, misses: [], restless: null },
  breaks: [
    {
      ...{ request: 3, at: at(9), model: 'claude-opus-4-5', cause: 'expired', because: null, read: 0, before: 10_000 },
      where: null,
      ...{ lost: 10_000, gap_seconds: 480, cost: 11_500, usd: 0.0575 },
    },
  ],
  simulator: { error: 0, told_error: 0 },
  prsist: { read: 19_000, write_5m: 0, write_1h: 20_000, uncached: 1_000, share: 0.475, cost: 42_900 },
};
const pooled = {
  ...{ sessions: 1, requests: 3, tokens: 40_000, breaks: 1, waste: 1_000, share: 0.225, median_share: 0.225 },
  ...{ cost: 39_400, saved: 0.015, usd: null, breaks_per_100: 33.3, causes: { expired: 1 }, simulator_error: 0 },
  prsist: null,
};
const contradictions = [
  { model: 'claude-opus-4-5', rule: 'lifetime', says: '5 min', found: 'everything was read after 12 min' },
];
const answer = { sessions: [{ ...session, picture }], pooled, contradictions, prices_as_of: '2026-11-21' };

test('PC340: one session: its share, its cost, a bar for each request, a line for each break', async () => {
  await using server = await serve((_, response) => reply(response, answer));
  const { stdout, stderr, exit } = await prsist(['cache', 'audit', '--all'], { server });
  expect({ exit, stdout }).toEqual({
    exit: 0,
    stdout: `session         3f2a91bc-0000-7000-8000-000000000001  mend it
requests        3 of claude-opus-4-5
cached share    22.50 % of 40.0k input tokens
written         30.0k, 0 % for one hour
never read      1.0k of what was written
input cost      0.9850 of what it costs without a cache, $0.20
prsist's order  47.50 % cached, cost 1.0725

█ read  ▒ written  ░ uncached  × break
          1    10.0k ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒░░░
          2    10.0k ███████████████████████████▒▒▒
×         3    20.0k ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒

request 3  expired  11.5k tokens, $0.06  nothing of 10.0k read after 8 min, 2026-03-04 09:09 UTC
`,
  });
  expect(stderr).toBe(`claude-opus-4-5: the lifetime is said to be 5 min, but everything was read after 12 min
input at the price lists of 2026-11-21; simulator off by 0.00 points
`);
  expect(JSON.parse((await prsist(['cache', 'audit', '--all', '--json'], { server })).stdout)).toMatchObject(answer);
});

test('PC341: many sessions: a line each, and all of them together', async () => {
  const other = { ...session, session_id: null, path: '/old/a.jsonl', causes: {}, breaks: [] };
  const two = { ...answer, sessions: [session, other] };
  await using server = await serve((_, response) => reply(response, two));
  const { stdout } = await prsist(['cache', 'audit', '--path', 'a.jsonl', '/b'], { server });
  expect(server.asked[0]?.input).toEqual({ paths: ['/w/shop/a.jsonl', '/b'], children: false });
  expect(stdout).toContain('3f2a91bc-0000-7000-8000-000000000001         3   22.50 %');
  expect(stdout).toMatch(/^a\.jsonl {2}/m);
  expect(stdout).toContain('breaks          1, 33.3 per 100 requests: expired 1');
  expect(stdout).toContain("prsist's order  not said: the simulator is more than 2 points off");
});

test('PC342: which sessions are meant is said once', async () => {
  for (const argv of [
    ['3f2a', '--all'],
    ['3f2a', '--path', 'a'],
    ['--path', 'a', '--since', '3d'],
    ['--since', 'soon'],
  ]) {
    expect(await prsist(['cache', 'audit', ...argv]), argv.join(' ')).toMatchObject({ exit: 2, stdout: '' });
  }
});

test('PC343: without a request that is said, and prompts that change every time are named', async () => {
  await using none = await serve((_, response) => reply(response, { ...answer, sessions: [] }));
  expect(await prsist(['cache', 'audit', '--all'], { server: none })).toMatchObject({ exit: 0, stdout: '' });
  const changed = { ...session.breaks[0], cause: 'prefix changed', where: 'tools or system' };
  await using other = await serve((_, response) =>
    reply(response, { ...answer, sessions: [{ ...session, breaks: [changed] }] }),
  );
  expect((await prsist(['cache', 'audit', '--all'], { server: other })).stdout).toContain(
    'request 3  prefix changed: tools or system  11.5k tokens',
  );
  const restless = { ...session, restless: { request: 2, requests: 17, read: 2_000 } };
  await using server = await serve((_, response) => reply(response, { ...answer, sessions: [restless] }));
  expect((await prsist(['cache', 'audit', '--all'], { server })).stdout).toContain(
    'from request 2 on 17 prompts in a row changed after its first 2.0k',
  );
});

test('PC344: the picture fits narrow and wide terminals, with and without colour', () => {
  const many = Array.from({ length: 500 }, (_, n) => ({ at: at(n), read: 1_000 * n, write: 500, uncached: 3 }));
  const plain = { paint: (_: string, text: string) => text };
  for (const columns of [40, 80, 400, Number.POSITIVE_INFINITY]) {
    const lines = pictureOf(many, { ...plain, columns }, [{ request: 7 }, { request: 400 }]);
    expect(lines.length).toBeLessThanOrEqual(45);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.min(columns, 82));
    expect(lines.filter((line) => line.startsWith('×')).map((line) => line.trim().split(/\s+/)[1])).toEqual([
      '7',
      '400',
    ]);
    // nobody is left out
    expect(
      lines
        .slice(1)
        .map((line) => /(\d+)(?= +[\d.]+k)/.exec(line)?.[1])
        .at(-1),
    ).toBe('500');
  }
  const coloured = pictureOf(picture, { paint: (style, text) => `<${style}>${text}`, columns: 40 }, []);
  expect(coloured[1]).toMatch(/ <yellow>▒+<red>░$/);
  expect(coloured[2]).toMatch(/ <green>█+<yellow>▒$/);
  expect(pictureOf([], { ...plain, columns: 80 }, [])).toHaveLength(1);
});

test('PC747: where nothing is found it is said of whom and since when', async () => {
  await using server = await serve((_, response) => reply(response, { sessions: [] }));
  const said = async (...argv: string[]) => (await prsist(['cache', 'audit', ...argv], { server })).stderr;
  expect(await said('--since', '30d', '--agent', 'codex')).toContain(
    'no request of a model recorded here of codex since 30d: prsist cache audit --all looks at all',
  );
  expect(await said('--all')).toContain('recorded here: prsist import takes past sessions in');
});
