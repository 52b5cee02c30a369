import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/captured.ts';
import type { Adapter } from '../../src/features/capture/adapters/adapter.ts';
import { claudeCode } from '../../src/features/capture/adapters/claude-code.ts';
import { codex } from '../../src/features/capture/adapters/codex.ts';
import { copilotCli } from '../../src/features/capture/adapters/copilot-cli.ts';
import { cursor } from '../../src/features/capture/adapters/cursor.ts';
import { geminiCli } from '../../src/features/capture/adapters/gemini.ts';
import { opencode } from '../../src/features/capture/adapters/opencode.ts';
import { specstory } from '../../src/features/capture/adapters/specstory.ts';
import { copilotLines } from '../features/capture/adapters/copilot-lines.ts';
import { cursorLines } from '../features/capture/adapters/cursor-lines.ts';
import { fixtureLines, linesFrom, readAll, readCut, sourceOf } from '../features/capture/adapters/transcript-files.ts';
import {
  geminiEdit,
  geminiHeader,
  geminiMessage,
  opencodeInfo,
  opencodeTalk,
} from '../features/capture/document-makers.ts';

const seed = 20260215;
const adapters: readonly [string, Adapter, readonly JsonValue[]][] = [
  [
    'claude-code',
    claudeCode,
    seedLines(
      'claude-queue',
      'claude-inline-agent',
      'claude-parallel-tools',
      'claude-parent',
      'claude-agent-a0ad4f44468bdf20d',
    ),
  ],
  ['codex', codex, [...seedLines('codex-items-only'), ...madeCodexLines()]],
  ['copilot-cli', copilotCli, copilotLines()],
  ['cursor', cursor, cursorLines()],
  ['gemini-cli', geminiCli, geminiLines()],
  ['opencode', opencode, opencodeLines()],
  ['specstory', specstory, specstoryLines()],
];

function geminiLines(): readonly JsonValue[] {
  const call = geminiEdit('replace_1', '/w/a.ts', 'success');
  const todos = {
    ...geminiEdit('todo_1', '', 'success'),
    name: 'write_todos',
    args: { todos: [{ description: 'a' }] },
  };
  const kinds = ['info', 'error', 'warning'].map((type, n) => ({
    ...geminiMessage(n + 6, 'Request cancelled.'),
    type,
  }));
  return [
    ...[geminiHeader(3), geminiMessage(0, 'Why?'), geminiMessage(1, 'So.', { toolCalls: [call, todos], thoughts: [] })],
    ...[geminiMessage(2, '<state_snapshot>x'), { $rewindTo: 'm1' }, { $set: { lastUpdated: 'x', messages: kinds } }],
    ...kinds,
  ];
}

function opencodeLines(): readonly JsonValue[] {
  const revert = { messageID: 'msg_0001a', partID: 'p' };
  const info = { ...opencodeInfo('/w', { revert, parentID: 'ses_x' }), time: { created: 1_776_105_641_982 } };
  const talk = [...opencodeTalk('/w', 0), ...opencodeTalk('/w', 1)];
  const [asked = null] = talk;
  const compaction = { ...Object(asked), parts: [{ id: 'prt_c', type: 'compaction', auto: true }] };
  // plain JSON, as the makers give it
  return [{ info, messages: [] }, ...(talk as unknown as readonly JsonValue[]), compaction];
}

function specstoryLines(): readonly JsonValue[] {
  const block = { timestamp: '2026-04-14T09:00:05Z', sidechain: false, model: 'opus', ordinal: 2 };
  const tool =
    '<tool-use data-tool-type="shell" data-tool-name="Bash"><details>\n<summary>x</summary>\n`ls`\n```\na\n```\n';
  return [
    {
      specstory: { agent: 'Claude Code', session: '26f10e63-3b62-4b3e-b447-5b543721e349' },
      timestamp: block.timestamp,
    },
    { ...block, by: 'user', text: 'Why?', ordinal: 1 },
    { ...block, by: 'agent', text: `Because.${tool}</details></tool-use>` },
    { ...block, by: 'agent', sidechain: true, text: '<think><details><summary>T</summary>\nx</details></think>' },
    { ...block, by: 'user', text: '<command-name>/exit</command-name>' },
  ];
}

function seedLines(...names: readonly string[]): readonly JsonValue[] {
  return names.flatMap((name) => fixtureLines(name).map((line) => line.value ?? null));
}

function madeCodexLines(): readonly JsonValue[] {
  const calls = { call_id: 'c1', success: true, exit_code: 1, result: { Ok: {} }, duration: { secs: 1, nanos: 5 } };
  const changes = { '/w/a.ts': { type: 'update', unified_diff: '@@\n-a\n+b', move_path: '/w/b.ts' } };
  const events = [
    'exec_command_end',
    'patch_apply_end',
    'mcp_tool_call_end',
    'turn_aborted',
    'error',
    'thread_rolled_back',
  ];
  const items = ['reasoning', 'web_search_call', 'custom_tool_call', 'custom_tool_call_output', 'local_shell_call'];
  return [
    ...events.map((type) => ({ type: 'event_msg', payload: { type, ...calls, changes, num_turns: 2, message: 'm' } })),
    ...items.map((type) => ({
      type: 'response_item',
      payload: { type, ...calls, input: '*** Begin Patch', output: 'x', summary: [{ text: 's' }] },
    })),
    { type: 'compacted', payload: { message: 'm' } },
    { type: 'turn_context', payload: { turn_id: 't', model: 'm' } },
    { id: 'x', timestamp: '2026-02-15T09:39:02.650Z', instructions: null, git: { branch: 'main' } },
  ];
}

/** A place in a JSON value, as a walk of fractions: each picks one of the members there are. */
function replaced(value: JsonValue, walk: readonly number[], by: JsonValue): JsonValue {
  const [step, ...rest] = walk;
  if (step === undefined || typeof value !== 'object' || value === null) return by;
  const entries = Object.entries(value);
  const chosen = Math.floor(step * entries.length);
  const changed = entries.map(([name, member], at): [string, JsonValue] => [
    name,
    at === chosen ? replaced(member, rest, by) : member,
  ]);
  return Array.isArray(value) ? changed.map(([, member]) => member) : Object.fromEntries(changed);
}

const anyJson = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;

/** Real lines with one member replaced by anything, real lines as they are, and anything at all. */
function anyLines(real: readonly JsonValue[]): fc.Arbitrary<readonly JsonValue[]> {
  const walk = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 5 });
  const mutated = fc
    .tuple(fc.constantFrom(...real), walk, anyJson)
    .map(([line, steps, by]) => replaced(line, steps, by));
  return fc.array(
    fc.oneof({ weight: 5, arbitrary: mutated }, { weight: 2, arbitrary: fc.constantFrom(...real) }, anyJson),
    {
      maxLength: 30,
    },
  );
}

describe.each(adapters)('%s, whatever the lines hold', (_agent, adapter, real) => {
  it('never throws, keeps a state of plain JSON, and says the same when it is stored between lines', () => {
    fc.assert(
      fc.property(anyLines(real), (values) => {
        const lines = linesFrom(values);
        const whole = readAll(adapter, lines, sourceOf('s'));
        expect(JSON.parse(JSON.stringify(whole.state))).toStrictEqual(whole.state);
        expect(readCut(adapter, lines, sourceOf('s'))).toStrictEqual(whole.items);
      }),
      { seed, numRuns: 400 },
    );
  });

  it('gives items of plain JSON with finite times and no empty key', () => {
    fc.assert(
      fc.property(anyLines(real), (values) => {
        for (const item of readAll(adapter, linesFrom(values), sourceOf('s')).items) {
          expect(Number.isFinite(item.at)).toBe(true);
          expect(item.session).not.toBe('');
          if ('key' in item) expect(item.key.length).toBeGreaterThan(0);
        }
      }),
      { seed, numRuns: 200 },
    );
  });

  it('answers whether a file is its own for any head', () => {
    fc.assert(
      fc.property(anyLines(real), (values) => {
        expect(typeof adapter.recognises(values)).toBe('boolean');
      }),
      { seed, numRuns: 100 },
    );
  });

  it('survives members named like those every object has', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const lines = linesFrom(
      names.flatMap((name) =>
        real.map((line) => JSON.parse(JSON.stringify(line).replaceAll(/"[A-Za-z0-9_-]{20,40}"/g, `"${name}"`))),
      ),
    );
    const whole = readAll(adapter, lines, sourceOf('s'));
    expect(JSON.parse(JSON.stringify(whole.state))).toStrictEqual(whole.state);
    expect(readCut(adapter, lines, sourceOf('s'))).toStrictEqual(whole.items);
  });
});
