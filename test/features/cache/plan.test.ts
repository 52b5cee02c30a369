import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import { PrsistError } from '../../../src/core/errors.ts';
import type { PlanContext, PlanOptions } from '../../../src/features/cache/plan/cache-plan.ts';
import { planWith, render } from '../../../src/features/cache/plan/plan.ts';
import { agentContext, providers, segment, turn } from './plan-contexts.ts';

const plan = (provider: string, options: PlanOptions = {}, context: PlanContext = agentContext) =>
  planWith(providers, context, provider, options);
const request = (provider: string, options: PlanOptions = {}, context: PlanContext = agentContext) =>
  render(plan(provider, options, context), context);
const marks = ({ breakpoints }: ReturnType<typeof plan>) =>
  breakpoints.map(({ name, slot, tokens, ttl, implicit }) =>
    [name, slot, tokens, ttl, ...(implicit ? ['implicit'] : [])].join(' '),
  );
const refused = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof PrsistError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing was refused';
};

describe('Anthropic', () => {
  test('PC220: four breakpoints of an hour: what all share, the snapshot, where the last request ended, the newest', () => {
    const planned = plan('anthropic', { model: 'claude-opus-4.5' });
    expect(planned.segments.map(({ slot, zone }) => `${slot} ${zone}`)).toEqual([
      ...['tools stable', 'rules stable', 'snapshot stable', 'turn:1 history', 'turn:2 history', 'turn:3 history'],
      'git tail',
    ]);
    expect(marks(planned)).toEqual([
      'shared rules 12000 1h',
      'snapshot snapshot 14000 1h',
      'anchor turn:1 14200 1h',
      'newest turn:3 15750 1h',
    ]);
    expect(planned.tokens).toEqual({ total: 15_850, stable: 14_000, history: 1_750, tail: 100, window: 200_000 });
  });

  test('PC221: the body is what the API takes, with cache_control on those blocks and the tail behind them', () => {
    const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } };
    expect(request('anthropic', { model: 'claude-opus-4.5' })).toEqual({
      method: 'POST',
      path: '/v1/messages',
      headers: { 'anthropic-version': '2023-06-01' },
      before: [],
      body: {
        ...{ model: 'claude-opus-4.5', max_tokens: 8192 },
        tools: [{ name: 'read', description: 'reads a file', input_schema: { type: 'object' } }],
        system: [
          { type: 'text', text: 'be brief', ...mark },
          { type: 'text', text: 'what is remembered', ...mark },
        ],
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'mend the till', ...mark }] },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'read', input: { path: 'till.ts' } }] },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 'c1', content: 'export const till = 1;', ...mark },
              { type: 'text', text: 'two files are dirty' },
            ],
          },
        ],
      },
    });
  });

  test('PC222: a breakpoint below the minimum moves down to the next border that reaches it, or is dropped', () => {
    const small = [
      segment('rules', { tokens: 300 }),
      turn(1, 'user', { tokens: 200 }),
      turn(2, 'assistant'),
      turn(3, 'user', { tokens: 450 }),
    ];
    expect(marks(plan('anthropic', { model: 'claude-sonnet-4.5' }, { segments: small }))).toEqual([
      'shared turn:3 1050 1h',
    ]);
    const none = plan('anthropic', { model: 'claude-opus-4.5' }, { segments: small });
    expect(none.breakpoints).toEqual([]);
    expect(none.warnings.map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => 'below-minimum'));
    expect(none.hits).toEqual({ read: 0, written: 0, uncached: 1_050, share: 0 });
    expect(none.expected_cost).toMatchObject({ first: 1_050, following: 1_050, without_cache: 1_050 });
  });

  test('PC223: one big turn does not overrun the look-back: the anchor is near, the end of the last request is marked as well', () => {
    const results = Array.from({ length: 40 }, (_, n) => turn(n + 3, 'tool', { block: 'result', call: `c${n}` }));
    const segments = [segment('rules', { tokens: 9_000 }), turn(1, 'user'), turn(2, 'assistant'), ...results];
    const planned = plan('anthropic', {}, { segments });
    const at = new Map(planned.breakpoints.map(({ name, at }) => [name, at]));
    expect([...at]).toEqual([
      ['shared', 0],
      ['previous', 1],
      ['anchor', 27],
      ['newest', 42],
    ]);
    // what the last request wrote is read, all of the big turn is written
    expect(planned.hits.read).toBeCloseTo(9_100 * 0.9995 * (1 - 0.0044), 0);
    // within reach of the anchor it needs no breakpoint of its own
    const near = plan('anthropic', {}, { segments: segments.slice(0, 25) });
    expect(near.breakpoints.map(({ name, at }) => [name, at])).toEqual([
      ['shared', 0],
      ['anchor', 9],
      ['newest', 24],
    ]);
    expect(near.hits.read).toBeGreaterThan(9_000);
  });

  test('PC224: entries of five minutes never stand before those of an hour', () => {
    const ttls = (options: PlanOptions) => plan('anthropic', options).breakpoints.map(({ ttl }) => ttl);
    expect(ttls({ messages_ttl: '5m' })).toEqual(['1h', '1h', '5m', '5m']);
    expect(ttls({ ttl: '5m' })).toEqual(['5m', '5m', '5m', '5m']);
    expect(ttls({ ttl: '5m', messages_ttl: '1h' })).toEqual(['5m', '5m', '5m', '5m']);
    expect(plan('anthropic', { ttl: '5m', messages_ttl: '1h' }).warnings.map(({ code }) => code)).toEqual([
      'lifetimes',
    ]);
    expect(refused(() => plan('anthropic', { ttl: '2h' }))).toBe('input/invalid: 2h is no lifetime here');
    const { body } = request('anthropic', { ttl: '5m' });
    expect(JSON.stringify(body)).toContain('"cache_control":{"type":"ephemeral"}');
  });

  test('PC225: thinking goes back only to who signed it, and carries no breakpoint', () => {
    const thought = (rest: object) => turn(2, 'assistant', { block: 'thinking', text: 'hm', ...rest });
    const segments = (rest: object) => [segment('rules', { tokens: 9_000 }), turn(1, 'user'), thought(rest)];
    const signed = { segments: segments({ signature: 'sig' }) };
    expect(marks(plan('anthropic', {}, signed))).toEqual(['shared rules 9000 1h', 'newest turn:1 9100 1h']);
    expect(JSON.stringify(request('anthropic', {}, signed).body)).toContain(
      '{"type":"thinking","thinking":"hm","signature":"sig"}',
    );
    for (const [provider, rest] of [
      ['anthropic', {}],
      ['gemini', { signature: 'sig' }],
    ] as const) {
      const planned = plan(provider, {}, { segments: segments(rest) });
      expect(planned.segments).toHaveLength(2);
      expect(planned.warnings.map(({ code }) => code)).toContain('thinking-left-out');
    }
  });

  test('PC226: what is expected to be read, written and paid, by hand', () => {
    const { hits, expected_cost } = plan('anthropic', { model: 'claude-opus-4.5' });
    // the last request left entries up to rules, snapshot and turn:1; one pause in 227 is longer than an hour
    const read = (12_000 * 0.9995 ** 2 + 2_200 * 0.9995 ** 2) * (1 - 0.0044);
    expect(hits.read).toBeCloseTo(read, 6);
    expect(hits.written).toBeCloseTo(15_750 - read, 6);
    expect(hits.uncached).toBe(100);
    expect(expected_cost?.first).toBe(2 * 15_750 + 100);
    expect(expected_cost?.following).toBeCloseTo(0.1 * read + 2 * (15_750 - read) + 100, 6);
    expect(expected_cost?.usd?.without_cache).toBeCloseTo((15_850 * 5) / 1e6, 9);
  });

  test('PC227: pauses of this conversation count beside those of others', () => {
    const read = (pauses_s: readonly number[]) =>
      plan('anthropic', { ttl: '5m' }, { ...agentContext, pauses_s }).hits.read;
    expect(read(Array.from({ length: 40 }, () => 10))).toBeGreaterThan(read([]));
    expect(read(Array.from({ length: 40 }, () => 900))).toBeLessThan(read([]) / 2);
  });
});

describe('OpenAI', () => {
  test('PC230: from gpt-5.6 on breakpoints stand on messages, never on tools or answers; the newest is the provider’s own', () => {
    const steady = { ...agentContext, segments: agentContext.segments.slice(1) };
    expect(marks(plan('openai', { model: 'gpt-5.6' }, steady))).toEqual([
      'shared rules 12000 30m',
      'snapshot snapshot 14000 30m',
      'anchor turn:1 14200 30m',
      'newest turn:3 15750 30m implicit',
    ]);
    const tools = { segments: [segment('tools', { place: 'tools', text: '[]', tokens: 5_000 }), turn(1, 'assistant')] };
    expect(plan('openai', { model: 'gpt-5.6' }, tools).breakpoints).toEqual([]);
  });

  test('PC231: behind what is new every time the provider’s breakpoint would be read by nobody: ours is the last', () => {
    const marked = { prompt_cache_breakpoint: { mode: 'explicit' } } as const;
    const key = plan('openai', { model: 'gpt-5.6' }).key?.value ?? '';
    const body = {
      model: 'gpt-5.6',
      input: [
        {
          role: 'developer',
          content: [
            { type: 'input_text', text: 'be brief', ...marked },
            { type: 'input_text', text: 'what is remembered', ...marked },
          ],
        },
        { role: 'user', content: [{ type: 'input_text', text: 'mend the till', ...marked }] },
        { type: 'function_call', call_id: 'c1', name: 'read', arguments: '{"path":"till.ts"}' },
        {
          ...{ type: 'function_call_output', call_id: 'c1' },
          output: [{ type: 'input_text', text: 'export const till = 1;', ...marked }],
        },
        { role: 'user', content: [{ type: 'input_text', text: 'two files are dirty' }] },
      ],
      tools: [
        { type: 'function', name: 'read', description: 'reads a file', parameters: { type: 'object' }, strict: false },
      ],
      prompt_cache_key: key,
      prompt_cache_options: { mode: 'explicit' },
      store: false,
    } satisfies ResponseCreateParamsNonStreaming;
    expect(request('openai', { model: 'gpt-5.6' })).toEqual({
      method: 'POST',
      path: '/v1/responses',
      headers: {},
      before: [],
      body,
    });
    expect(key).toMatch(/^prsist-1-[0-9a-f]{16}$/);
  });

  test('PC232: up to gpt-5.5 order and key are all; a day is asked for where it is offered, and never from gpt-5.6 on', () => {
    const body = {
      ...{ model: 'gpt-5', instructions: 'be brief\n\nwhat is remembered' },
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'mend the till' }] },
        { type: 'function_call', call_id: 'c1', name: 'read', arguments: '{"path":"till.ts"}' },
        {
          ...{ type: 'function_call_output', call_id: 'c1' },
          output: [{ type: 'input_text', text: 'export const till = 1;' }],
        },
        { role: 'user', content: [{ type: 'input_text', text: 'two files are dirty' }] },
      ],
      tools: [
        { type: 'function', name: 'read', description: 'reads a file', parameters: { type: 'object' }, strict: false },
      ],
      prompt_cache_key: plan('openai', { model: 'gpt-5' }).key?.value ?? '',
      prompt_cache_retention: '24h',
      store: false,
    } satisfies ResponseCreateParamsNonStreaming;
    expect(request('openai', { model: 'gpt-5' }).body).toEqual(body);
    expect(plan('openai', { model: 'gpt-4o' })).toMatchObject({ ttl: 'in_memory', settings: {}, breakpoints: [] });
    expect(JSON.stringify(request('openai', { model: 'gpt-5.6' }).body)).not.toContain('retention');
  });

  test('PC233: a key is split above fifteen requests a minute; a conversation keeps its part', () => {
    const key = (session: string, rate: number) =>
      plan('openai', { requests_per_minute: rate }, { ...agentContext, session }).key?.value ?? '';
    const many = Array.from({ length: 60 }, (_, n) => key(`s-${n}`, 40));
    expect(new Set(many.map((each) => each.split('-').at(-1)))).toEqual(new Set(['0', '1', '2']));
    expect(key('s-7', 40)).toBe(many[7]);
    expect(new Set(Array.from({ length: 9 }, (_, n) => key(`s-${n}`, 15))).size).toBe(1);
    expect(key('s', 1)).not.toContain('p-1');
  });
});

describe('the others', () => {
  test('PC240: Gemini gets an entry of its own only where reads are worth more than its storage', () => {
    const explicit = (expected_reads: number) => plan('gemini', { model: 'gemini-2.5-pro', expected_reads }).explicit;
    // 3.6 a token-hour; a read saves 0.9
    expect([explicit(0), explicit(4), explicit(5)]).toEqual([null, null, { upto: 2, ttl_s: 3600 }]);
    const { before, body } = request('gemini', { model: 'gemini-2.5-pro', expected_reads: 5 });
    expect(before.map(({ path }) => path)).toEqual(['/v1beta/cachedContents']);
    expect(before[0]?.body).toMatchObject({
      model: 'models/gemini-2.5-pro',
      ttl: '3600s',
      systemInstruction: { parts: [{ text: 'be brief' }, { text: 'what is remembered' }] },
    });
    expect(Object.keys(body)).toEqual(['cachedContent', 'contents']);
    const { body: plain } = request('gemini', { model: 'gemini-2.5-pro' });
    expect(plain['contents']).toEqual([
      { role: 'user', parts: [{ text: 'mend the till' }] },
      { role: 'model', parts: [{ functionCall: { name: 'read', args: { path: 'till.ts' } } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'read', response: { output: 'export const till = 1;' } } }] },
      { role: 'user', parts: [{ text: 'two files are dirty' }] },
    ]);
    expect(plan('gemini', {}, { segments: [segment('rules')] }).warnings.map(({ code }) => code)).toContain(
      'below-minimum',
    );
  });

  const messages = [
    { role: 'system', content: 'be brief\n\nwhat is remembered' },
    { role: 'user', content: 'mend the till' },
    {
      ...{ role: 'assistant', content: '' },
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'read', arguments: '{"path":"till.ts"}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'export const till = 1;' },
    { role: 'user', content: 'two files are dirty' },
  ];
  const tools = [
    { type: 'function', function: { name: 'read', description: 'reads a file', parameters: { type: 'object' } } },
  ];

  test('PC241: xAI by a header and Mistral by a key keep a conversation on one server', () => {
    const xai = request('xai', { model: 'grok-4' });
    expect(xai).toEqual({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: xai.headers,
      before: [],
      body: { model: 'grok-4', messages, tools },
    });
    expect(Object.entries(xai.headers)).toEqual([['x-grok-conv-id', expect.stringMatching(/^prsist-1-[0-9a-f]{24}$/)]]);
    const mistral = request('mistral').body;
    expect(mistral).toEqual({ messages, tools, prompt_cache_key: xai.headers['x-grok-conv-id'] });
    expect(plan('xai', {}, { ...agentContext, session: undefined }).headers).toEqual({});
  });

  test('PC242: DeepSeek is told what ends no unit, Groq nothing', () => {
    expect(plan('deepseek').warnings.map(({ code }) => code)).toEqual(['lifetime-unknown', 'shared-head', 'tail-unit']);
    expect(request('deepseek', { model: 'deepseek-chat' })).toMatchObject({
      path: '/chat/completions',
      body: { model: 'deepseek-chat', messages, tools },
    });
    expect(plan('groq')).toMatchObject({ ttl: '2h', expected_cost: null, key: null });
  });

  test('PC243: Ollama keeps the model longer than the pauses are, llama.cpp a slot for each conversation', () => {
    const keep = (pauses_s: readonly number[]) =>
      plan('ollama', {}, { ...agentContext, pauses_s }).settings['keep_alive'];
    expect(keep([])).toBe('30m');
    expect(keep(Array.from({ length: 30 }, () => 3_000))).toBe('60m');
    const ollama = request('ollama', { model: 'qwen3:8b', window_tokens: 32_768 });
    expect(ollama).toMatchObject({ path: '/api/chat', body: { keep_alive: '30m', options: { num_ctx: 32_768 } } });
    expect(JSON.stringify(ollama.body)).toContain('"arguments":{"path":"till.ts"}');
    const slots = Array.from(
      { length: 40 },
      (_, n) => plan('llama.cpp', { slots: 4 }, { ...agentContext, session: `s${n}` }).settings['id_slot'],
    );
    expect(new Set(slots)).toEqual(new Set([0, 1, 2, 3]));
    const { body, before } = request('llama.cpp', { state_file: 'a.bin' });
    expect(body).toEqual({ messages, tools, cache_prompt: true, id_slot: 0 });
    expect(before).toEqual([
      { method: 'POST', path: '/slots/0?action=restore', headers: {}, body: { filename: 'a.bin' } },
    ]);
  });
});

test('PC246: what is new every time is a message of its own: the one before it ends as it will in the next request', () => {
  const [git] = agentContext.segments;
  const spoken = [segment('rules'), turn(1, 'user', { text: 'hello' })];
  const now = { segments: git ? [...spoken, git] : [] };
  const sent = (context: PlanContext) => request('xai', {}, context).body['messages'];
  const before = sent({ segments: spoken });
  expect(before).toEqual([
    { role: 'system', content: 'rules' },
    { role: 'user', content: 'hello' },
  ]);
  expect(sent(now)).toEqual([...(before as unknown[]), { role: 'user', content: 'two files are dirty' }]);
});

describe('what cannot be', () => {
  test('PC244: a context over the window, a segment that cannot be, tools that are none, another context', () => {
    expect(
      refused(() => plan('openai', { model: 'gpt-4o' }, { segments: [segment('huge', { tokens: 128_001 })] })),
    ).toBe('context/over-window: 128001 tokens are more than the window of gpt-4o, 128000');
    expect(refused(() => plan('ollama', { window_tokens: 100 }))).toBe(
      'context/over-window: 15850 tokens are more than the window of ollama, 100',
    );
    expect(refused(() => plan('anthropic', {}, { segments: [segment('a', { change: 1.5 })] }))).toBe(
      'input/invalid: change of a cannot be',
    );
    expect(refused(() => plan('anthropic', {}, { segments: [segment('a', { tokens: Number.NaN })] }))).toBe(
      'input/invalid: tokens of a cannot be',
    );
    expect(
      refused(() => request('anthropic', {}, { segments: [segment('a', { place: 'tools', text: 'read' })] })),
    ).toBe('input/invalid: the text of a is no JSON list of tools');
    const many = Array.from({ length: 4_097 }, (_, n) => segment(`s${n}`, { tokens: 1 }));
    expect(refused(() => plan('anthropic', {}, { segments: many }))).toBe(
      'limit/too-large: 4097 segments are more than 4096',
    );
    expect(refused(() => render(plan('anthropic'), { segments: [] }))).toContain('the plan was made of other segments');
  });

  test('PC245: a rule that is not known switches off what depends on it', () => {
    const { anthropic } = providers.rules;
    if (!anthropic?.max_breakpoints || !anthropic.write) throw new Error('no rules');
    const unknown = {
      ...anthropic,
      max_breakpoints: { ...anthropic.max_breakpoints, v: null },
      write: { ...anthropic.write, v: null },
    };
    const planned = planWith({ ...providers, rules: { anthropic: unknown } }, agentContext, 'anthropic');
    expect(planned.breakpoints).toEqual([]);
    expect(planned.expected_cost).toBeNull();
    expect(planned.hits.uncached).toBe(15_850);
    expect(plan('xai').warnings.map(({ code }) => code)).toContain('lifetime-unknown');
  });
});

test('PC746: a lifetime is refused where no request says one, and an unknown model is told what is known', () => {
  for (const provider of ['openai', 'gemini', 'xai', 'mistral', 'deepseek', 'groq', 'ollama', 'llama.cpp']) {
    const refusal = `input/invalid: ${provider} lets no request say how long entries live`;
    expect(refused(() => plan(provider, { ttl: '5m' }))).toBe(refusal);
    expect(refused(() => plan(provider, { messages_ttl: '5m' }))).toBe(refusal);
  }
  expect(() => plan('openai', { model: 'gpt-9' })).toThrow(
    expect.objectContaining({ hint: expect.stringMatching(/gpt-5\.5, .*gpt-5\.6/) }),
  );
});
