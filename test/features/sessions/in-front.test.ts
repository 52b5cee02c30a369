// What a session has in front of its model, as plans of the prefix cache are told.
import { expect, test } from 'vitest';
import type { Captured } from '../../../src/core/captured.ts';
import { conversationOf } from '../../../src/features/sessions/conversation.ts';
import { begun } from './conversation.ts';
import { sessionsWorld } from './world.ts';

let second = 0;
const item = (key: string) => {
  second += 1;
  return { session: 's', at: begun + second * 1_000, key: ['s', key] };
};
const message = (
  key: string,
  role: 'user' | 'assistant',
  as: 'prompt' | 'text' | 'summary' | 'thinking',
): Captured => ({
  ...{ kind: 'message', ...item(key), role, as, text: `${as} ${key}` },
});
const usage = (key: string, fresh: number): Captured => ({
  ...{ kind: 'usage', ...item(key), requestId: key, model: 'claude-opus-4-6', fresh, cacheRead: 10, cacheWrite: 20 },
  ...{ cacheWrite1h: 0, output: 5, reasoning: 0 },
});
const call = (callId: string, rest: object): Captured => ({
  kind: 'tool-call',
  ...item(callId),
  callId,
  tool: 'Bash',
  ...rest,
});
const result = (callId: string, output: string): Captured => ({
  ...{ kind: 'tool-result', ...item(`${callId} result`), callId, output, isError: false },
});

async function world(items: readonly Captured[]) {
  const made = sessionsWorld({ search: 'without' });
  await made.take(items);
  const [session] = (await made.call('session.list', {})).items;
  const of = (limits: { leastTrust?: number; limit?: number } = {}) => {
    const found = conversationOf(made.store.read, session?.session_id ?? '', { leastTrust: 0, limit: 100, ...limits });
    return { ...found, said: [...found.said].map(({ call: _, ...each }) => Object.values(each).join(' | ')) };
  };
  return { ...made, of, session_id: session?.session_id ?? '' };
}

test('PC270: messages and calls in the order in which they were said; a call with its result, thinking not', async () => {
  const { of, session_id, store } = await world([
    message('1', 'user', 'prompt'),
    message('2', 'assistant', 'thinking'),
    message('3', 'assistant', 'text'),
    call('a', { command: 'make' }),
    usage('r1', 1_000),
    result('a', 'made'),
    call('b', { input: { path: 'x.ts' } }),
    usage('r2', 5),
    call('search', { hosted: true }),
    message('4', 'assistant', 'text'),
  ]);
  expect(of()).toEqual({
    ...{ session_id, pauses_s: [3], first_tokens: 1_030, model: 'claude-opus-4-6' },
    said: [
      'user | prompt 1',
      'assistant | text 3',
      'assistant | call | Bash | {"command":"make"}',
      'tool | result | made',
      'assistant | call | Bash | {"path":"x.ts"}',
      'tool | result | (nothing was recorded)',
      'assistant | text 4',
    ],
  });
  const ids = [...conversationOf(store.read, session_id.slice(0, 8), { leastTrust: 0, limit: 100 }).said].map(
    (each) => each.call,
  );
  expect(ids[2]).toMatch(/^call_[0-9a-f]{24}$/);
  expect(ids[2]).toBe(ids[3]);
  expect(ids[2]).not.toBe(ids[4]);
  expect(of({ limit: 2 }).said).toHaveLength(2);
});

test('PC271: what was rewound is not in front of the model, nor what was before a compaction', async () => {
  const rewound: Captured = { kind: 'rewind', session: 's', at: begun + 99_000, key: ['s', '2'] };
  const before = [
    message('1', 'user', 'prompt'),
    message('2', 'user', 'prompt'),
    call('c', { command: 'rm' }),
    result('c', 'gone'),
  ];
  const { of } = await world([...before, message('3', 'user', 'prompt'), rewound]);
  expect(of().said).toEqual(['user | prompt 1', 'user | prompt 3']);
  const compacted = await world([...before, message('5', 'user', 'summary'), message('6', 'assistant', 'text')]);
  expect(compacted.of().said).toEqual(['user | summary 5', 'assistant | text 6']);
});

test('PC272: a conversation begins with what was said to the model; an agent is told nothing of quarantine', async () => {
  const { of } = await world([message('1', 'assistant', 'text'), message('2', 'user', 'prompt')]);
  expect(of().said).toEqual(['user | prompt 2']);
  expect(of({ leastTrust: 9 }).said).toEqual([]);
});
