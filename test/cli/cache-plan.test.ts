import { expect, test } from 'vitest';
import { planWith, render } from '../../src/features/cache/plan/plan.ts';
import { reply, serve } from '../client/wire-server.ts';
import { agentContext, providers, segment, turn } from '../features/cache/plan-contexts.ts';
import { prsist } from './world.ts';

const session_id = '019a3985-b900-7000-8000-000000000001';
const answer = (provider: string, options: object, context = agentContext) => {
  const plan = planWith(providers, context, provider, options);
  return { source: 'session', session_id, model_from: 'session', ...plan, request: render(plan, context) };
};

test('PC290: segments with their breakpoints, what is read and written, and what it costs', async () => {
  await using server = await serve((_, response) => reply(response, answer('anthropic', { model: 'claude-opus-4.5' })));
  const argv = ['cache', 'plan', '--provider', 'anthropic', '--model', 'claude-opus-4.5', '--session', session_id];
  const { stdout, exit } = await prsist(argv, { server });
  expect(exit).toBe(0);
  expect(
    stdout,
  ).toBe(`anthropic, claude-opus-4.5 (which the session used last): 15,850 tokens of 200,000, session 019a3985
                    tokens       read    written   uncached
tools                9,000      8,951         49          0  stable
rules                3,000      2,984         16          0  stable   ◀ shared 1h
snapshot             2,000      1,989         11          0  stable   ◀ snapshot 1h
turn:1                 200        199          1          0  history  ◀ anchor 1h
turn:2 … turn:3      1,550          0      1,550          0  history  ◀ newest 1h
git                    100          0          0        100  tail
4 breakpoints; each ends what is kept up to it
a request that follows another reads 89.1 % from the cache
cost in tokens of uncached input: first 31,600 ($0.1580), following 4,766 ($0.0238), without a cache 15,850 ($0.0793)
not worth a keep-alive: in such pauses they save next to nothing, or less than they cost
`);
  expect(server.asked.map(({ input }) => input)).toEqual([
    { provider: 'anthropic', model: 'claude-opus-4.5', session_id },
  ]);
  expect(JSON.parse((await prsist([...argv, '--json'], { server })).stdout)).toMatchObject({ rules: 'anthropic' });
});

test('PC744: a keep-alive that pays is advised with what it costs and saves', async () => {
  const asked = answer('anthropic', { model: 'claude-opus-4.5', ttl: '5m' });
  await using server = await serve((_, response) => reply(response, asked));
  const { stdout } = await prsist(['cache', 'plan', '--provider', 'anthropic', '--ttl', '5m'], { server });
  expect(stdout).toContain(
    '\nworth a keep-alive every 270 s of silence, up to 2 times in a pause: each costs 1,575, a request saves 348 in the mean; prsist sends none\n',
  );
});

test('PC291: with --body stdout is the body alone, and what else the call has is said beside it', async () => {
  const context = { ...agentContext };
  const asked = answer('gemini', { model: 'gemini-2.5-pro', expected_reads: 9 }, context);
  await using server = await serve((_, response) => reply(response, asked));
  const { stdout, stderr } = await prsist(['cache', 'plan', '--provider', 'gemini', '--body'], { server });
  expect(JSON.parse(stdout)).toEqual(asked.request.body);
  expect(stderr).toContain('before it: POST /v1beta/cachedContents {');
  expect(stderr).toContain('POST  /v1beta/models/gemini-2.5-pro:generateContent');
  expect(server.asked[0]?.input).toMatchObject({ body: true });
});

test('PC292: a provider without breakpoints, one that is too short for them, and one whose price nobody knows', async () => {
  const short = { segments: [segment('rules', { tokens: 9 }), turn(1, 'user', { text: 'a\u001b[2Jb', tokens: 3 })] };
  const seen: string[] = [];
  for (const provider of ['xai', 'anthropic', 'groq']) {
    await using server = await serve((_, response) => reply(response, answer(provider, {}, short)));
    const { stdout, stderr } = await prsist(['cache', 'plan', '--provider', provider], { server });
    seen.push(`${stdout}${stderr}`);
  }
  const [xai, anthropic, groq] = seen;
  expect(xai).toContain('the provider keeps beginnings by itself');
  expect(xai).toContain('warning: how long entries live is not documented');
  expect(anthropic).toContain('no breakpoints: nothing is long enough to be kept');
  expect(anthropic).toContain('12 tokens up to turn:1 are below the minimum of 4096');
  expect(groq).toContain('what it costs is not known');
});

test('PC293: a provider has to be named', async () => {
  const { exit, stderr } = await prsist(['cache', 'plan']);
  expect({ exit, stderr }).toEqual({
    exit: 2,
    stderr: "error: required option '--provider <name>' not specified\ntry: prsist cache plan --help\n",
  });
});
