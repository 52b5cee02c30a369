import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonValue } from '../../src/core/captured.ts';
import type { LiveEvent } from '../../src/features/capture/live/live-event.ts';
import { meaningOf } from '../../src/features/capture/live/table.ts';
import { copilotEvents, copilotStart } from '../features/capture/adapters/copilot-lines.ts';
import { cursorCall, cursorLine } from '../features/capture/adapters/cursor-lines.ts';
import { jsonl, said } from '../features/capture/import-world.ts';
import { type Script, scripts } from '../features/capture/live-scripts.ts';
import { rows, spoolWorld } from '../features/capture/spool-world.ts';

const seed = 20261121;
const anyJson = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
const calls = scripts('/w').flatMap(({ agent, calls }) => calls.map(([event, body]) => ({ agent, event, body })));

/** A body with some of its members replaced by anything. */
const bodies = fc
  .constantFrom(...calls)
  .chain(({ agent, event, body }) =>
    fc
      .dictionary(fc.constantFrom(...Object.keys(body), 'cwd', 'agent_id', 'error'), anyJson, { maxKeys: 4 })
      .map((other) => ({ agent, event, body: { ...body, ...other } })),
  );

test('LE14: whatever a body holds, an event means something and nothing throws', () => {
  fc.assert(
    fc.property(bodies, ({ agent, event, body }) => {
      const live: LiveEvent = {
        ...{ agent, event, body, session: 's', at: 1_771_147_142_000, cwd: '/w', transcripts: [], times: () => 1 },
      };
      const { items = [], always = [] } = meaningOf(live);
      for (const item of [...items, ...always]) {
        expect(Number.isFinite(item.at)).toBe(true);
        expect(item.session).not.toBe('');
        expect(JSON.parse(JSON.stringify(item))).toStrictEqual(item);
      }
    }),
    { seed, numRuns: 2_000 },
  );
});

const ask = 'Make the cart survive a reload';
const answer = 'It is kept in local storage.';

/** The transcript of the very conversation that the hooks tell of. */
function transcripts(root: string): Readonly<Record<string, { readonly name: string; readonly lines: JsonValue[] }>> {
  const session = scripts(root)[0]?.session ?? '';
  const path = `${root}/src/cart.ts`;
  const tool = (id: string, name: string, input: JsonValue) => ({ type: 'tool_use', id, name, input });
  const calls = [
    tool('toolu_1', 'Bash', { command: 'npm test' }),
    tool('toolu_2', 'Edit', { file_path: path, old_string: 'a', new_string: 'b\nc' }),
  ];
  const results = ['toolu_1', 'toolu_2'].map((id) => ({ type: 'tool_result', tool_use_id: id, content: 'ok' }));
  const claude = [
    said(root, 0, ask),
    said(root, 1, '', { message: { role: 'assistant', model: 'm', content: calls } }),
    said(root, 2, '', { type: 'user', message: { role: 'user', content: results } }),
    said(root, 3, answer),
  ];
  const line = (type: string, payload: JsonValue) => ({ timestamp: '2026-02-15T09:00:00.000Z', type, payload });
  const codex = [
    line('session_meta', { id: session, timestamp: '2026-02-15T09:00:00.000Z', cwd: root }),
    line('turn_context', { turn_id: 'turn-1', cwd: root }),
    line('event_msg', { type: 'user_message', message: ask }),
    line('response_item', { type: 'function_call', name: 'Bash', arguments: '{"cmd":"npm test"}', call_id: 'call_1' }),
    line('response_item', { type: 'function_call_output', call_id: 'call_1', output: 'ok' }),
    line('response_item', {
      ...{ type: 'custom_tool_call', name: 'apply_patch', call_id: 'call_2' },
      input: `*** Begin Patch\n*** Update File: ${path}\n-a\n+b\n*** End Patch`,
    }),
    line('response_item', { type: 'custom_tool_call_output', call_id: 'call_2', output: 'Success' }),
    line('event_msg', { type: 'agent_message', message: answer }),
  ];
  const cursor = [
    cursorLine('user', ask),
    cursorLine('assistant', cursorCall('Shell', { command: 'npm test' }), answer),
  ];
  const copilot = copilotEvents(
    ['session.start', { ...copilotStart[1], sessionId: session, context: { cwd: root } }],
    ['user.message', { content: ask }],
    ['tool.execution_start', { toolCallId: 'c1', toolName: 'bash', arguments: { command: 'npm test' } }],
    ['tool.execution_complete', { toolCallId: 'c1', success: true, result: { content: 'ok' } }],
    ['tool.execution_start', { toolCallId: 'c2', toolName: 'edit', arguments: { path, old_str: 'a', new_str: 'b' } }],
    ['tool.execution_complete', { toolCallId: 'c2', success: true, result: { content: 'done' } }],
  );
  return {
    'claude-code': { name: `${session}.jsonl`, lines: claude },
    codex: { name: 'rollout.jsonl', lines: codex },
    cursor: { name: `agent-transcripts/${session}/${session}.jsonl`, lines: cursor },
    'copilot-cli': { name: `${session}/events.jsonl`, lines: copilot },
  };
}

/** What must be the same: everything but when it came, and what only one of the two sides knows. */
function outcome(world: ReturnType<typeof spoolWorld>) {
  return {
    words: rows(
      world,
      `select m.session_id, m.role, m.kind, json_extract(r.body, '$.fields.content') as text from messages m
       join records r on r.n = m.rec where m.live = 1 and m.bytes > 0 order by 1, 2, 3, 4`,
    ),
    counts: rows(world, 'select session_id, message_count, tool_count, edit_count from sessions order by 1'),
    tools: rows(world, 'select tool, is_error, count(*) as count from tool_calls group by 1, 2'),
    edits: rows(world, 'select path, added, removed, count(*) as count from edits group by 1, 2, 3'),
    runs: rows(world, 'select agent, native_id from session_runs order by 1, 2'),
  };
}

/** The hooks' script and the import of the transcript, in an order; -1 is the import. */
async function inOrder(agent: string, order: readonly number[]): Promise<unknown> {
  const world = spoolWorld();
  world.clock.now = Date.UTC(2026, 1, 15, 9, 0, 0);
  const script = scripts(world.root).find((each) => each.agent === agent) as Script;
  const { name, lines } = transcripts(world.root)[agent] ?? { name: '', lines: [] };
  const file = world.file(name, jsonl(...lines));
  const events = script.calls.map(([event, body], at) => {
    world.clock.now += 1_000;
    return world.spooled({ agent, event }, { ...body, ordinal: at });
  });
  for (const at of order) {
    const event = events[at];
    if (event === undefined) await world.read(file, { into: '019a3985-b900-7000-8000-0000000000aa' });
    else await world.take(event, new Set());
  }
  return outcome(world);
}

test.each(['claude-code', 'codex', 'cursor', 'copilot-cli'])(
  'LE15: hooks and transcript of %s in any order, said again or not: the same sessions, live words, calls and edits',
  async (agent) => {
    const count = scripts('/w').find((each) => each.agent === agent)?.calls.length ?? 0;
    const everything = [...Array(count).keys(), -1];
    const want = await inOrder(agent, everything);
    expect(JSON.stringify(want)).toContain(ask);
    const orders = fc
      .shuffledSubarray(everything, { minLength: everything.length })
      .chain((order) => fc.tuple(fc.constant(order), fc.array(fc.constantFrom(...everything), { maxLength: 4 })));
    await fc.assert(
      fc.asyncProperty(orders, async ([order, again]) => {
        expect(await inOrder(agent, [...order, ...again])).toEqual(want);
      }),
      { seed, numRuns: 5 },
    );
  },
  60_000,
);
