import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../src/core/captured.ts';
import { claudeCode } from '../../../../src/features/capture/adapters/claude-code.ts';
import { call, prompt, readClaude, record, reply, result, text, uuidOf } from './claude-lines.ts';
import { fixtureLines, linesFrom, ofKind, readAll, sourceOf, spoken, stored } from './transcript-files.ts';

function edited(input: JsonValue, toolUseResult: JsonValue, isError = {}): readonly unknown[] {
  const items = readClaude(
    reply(['a', null], call('t1', 'Edit', input)),
    record('user', ['b', 'a'], { message: { role: 'user', content: [result('t1', 'ok', isError)] }, toolUseResult }),
  );
  return ofKind(items, 'edit').map(({ path, change, added, removed, callId }) => ({
    path,
    change,
    added,
    removed,
    callId,
  }));
}

describe('conversations', () => {
  it('announces a conversation once, with the facts of its first record that has a directory', () => {
    const early = {
      type: 'queue-operation',
      operation: 'enqueue',
      sessionId: 'S',
      timestamp: '2026-02-15T09:00:00.000Z',
      content: 'x',
    };
    const items = readClaude(early, prompt(['a', null], 'Hello'), prompt(['b', 'a'], 'Again', { cwd: '/elsewhere' }));
    expect(ofKind(items, 'session')).toEqual([
      {
        kind: 'session',
        session: 'S',
        at: Date.UTC(2026, 1, 15, 9, 39, 2, 650),
        cwd: '/w/app',
        branch: 'main',
        version: '2.1.42',
      },
    ]);
  });

  it('announces a conversation before the first thing it says, whatever is known then', () => {
    const kinds = readClaude(prompt(['a', null], 'Hello', { cwd: '', timestamp: 'no time' })).map((item) => item.kind);
    expect(kinds).toEqual(['session', 'message']);
  });

  it("reads a sub-agent's own file as a child of the conversation whose folder it lies in", () => {
    const source = sourceOf('agent-a0ad4f44468bdf20d', { path: '/p/0a1b2c3d/subagents/agent-a0ad4f44468bdf20d.jsonl' });
    const { items } = readAll(claudeCode, fixtureLines('claude-agent-a0ad4f44468bdf20d'), source);
    expect(ofKind(items, 'session')).toMatchObject([{ session: 'a0ad4f44468bdf20d', parent: '0a1b2c3d' }]);
    expect(spoken(items)).toEqual(['notice: Search the repo for TODO comments', 'text: Searching.']);
    const ids = [...ofKind(items, 'tool-call'), ...ofKind(items, 'tool-result')].map((item) => item.callId);
    expect(ids).toEqual(['ca1:0', 'ca1:0']);
  });

  it('reads the conversation that started it as one of its own', () => {
    const { items } = readAll(claudeCode, fixtureLines('claude-parent'));
    expect(ofKind(items, 'session').map((item) => [item.session, item.parent])).toEqual([
      ['0a1b2c3d-4e5f-4061-8071-2a3b4c5d6e7f', undefined],
    ]);
    expect(spoken(items)).toEqual(['prompt: Delegate a repo search to a subagent', 'text: Spawning a subagent.']);
  });

  it('reads a sub-agent inline unless its own file is there', () => {
    const lines = fixtureLines('claude-inline-agent');
    const inline = readAll(claudeCode, lines).items;
    expect(ofKind(inline, 'session')).toMatchObject([
      { session: '7a3cf82d-9284-4b61-9e6b-d409226efa84' },
      { session: 'ae59b02', parent: '7a3cf82d-9284-4b61-9e6b-d409226efa84' },
    ]);
    expect(ofKind(inline, 'usage')).toHaveLength(1);
    const apart = readAll(claudeCode, lines, sourceOf('s', { subagentFiles: ['ae59b02'] })).items;
    expect(apart.map((item) => item.kind)).toEqual(['session']);
  });
});

describe("a sub-agent's words", () => {
  const message = { id: 'msg_1', role: 'assistant', model: 'm', content: [text('Found it.')] };

  it('have the same key in its own file and in the progress of the one that started it', () => {
    const own = record('assistant', ['own', null], { isSidechain: true, agentId: 'ab12', message });
    const inner = { type: 'assistant', uuid: uuidOf('inner'), timestamp: '2026-02-15T09:39:02.650Z', message };
    const inline = record('progress', ['p', null], {
      data: { type: 'agent_progress', agentId: 'ab12', message: inner },
    });
    expect(ofKind(readClaude(own), 'message')).toEqual(ofKind(readClaude(inline), 'message'));
    expect(ofKind(readClaude(own), 'session')).toEqual(ofKind(readClaude(inline), 'session').slice(1));
  });
});

describe('replies and what they cost', () => {
  it('gives the first text the uuid for a key, and every other block its place', () => {
    const items = readClaude(
      reply(['a', null], { type: 'thinking', thinking: 'hm' }, text('One'), text(' \n'), text('Two')),
    );
    expect(ofKind(items, 'message').map(({ as, text, key }) => [as, text, key.slice(1)])).toEqual([
      ['thinking', 'hm', ['0']],
      ['text', 'One', []],
      ['text', 'Two', ['3']],
    ]);
  });

  it('gives one usage a request as long as its output does not grow', () => {
    const usage = (name: string, output: number): JsonValue =>
      record('assistant', [name, null], {
        requestId: 'req_1',
        message: {
          id: 'msg_1',
          model: 'm',
          content: [],
          usage: {
            input_tokens: 3,
            cache_creation_input_tokens: 900,
            cache_read_input_tokens: 41,
            cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 700 },
            output_tokens: output,
          },
        },
      });
    const kept = ofKind(stored(readClaude(usage('a', 8), usage('b', 8), usage('c', 412))), 'usage');
    expect(kept).toMatchObject([
      { requestId: 'msg_1:req_1', model: 'm', fresh: 3, cacheRead: 41, cacheWrite: 900, cacheWrite1h: 700, output: 8 },
      { requestId: 'msg_1:req_1', output: 412 },
    ]);
  });

  it('leaves made-up replies out and gives errors of the provider as notices', () => {
    const made = {
      role: 'assistant',
      model: '<synthetic>',
      content: [text('No response requested.')],
      usage: { output_tokens: 1 },
    };
    const items = readClaude(
      record('assistant', ['a', null], { message: made }),
      record('assistant', ['b', 'a'], {
        message: { ...made, content: [text('API Error: 529')] },
        isApiErrorMessage: true,
      }),
      record('system', ['c', 'b'], { subtype: 'api_error', error: { message: 'overloaded' } }),
    );
    expect(spoken(items)).toEqual(['notice: API Error: 529', 'notice: overloaded']);
    expect(ofKind(items, 'usage')).toEqual([]);
  });

  it('gives a compaction with its trigger and size', () => {
    const items = readClaude(
      record('system', ['a', null], {
        subtype: 'compact_boundary',
        compactMetadata: { trigger: 'auto', preTokens: 170240 },
      }),
    );
    expect(ofKind(items, 'compaction')).toMatchObject([{ key: [uuidOf('a')], trigger: 'auto', preTokens: 170240 }]);
  });
});

describe('tools', () => {
  it('gives a call with its command and paths, and its result under the same id', () => {
    const items = readClaude(
      reply(['a', null], call('t1', 'Bash', { command: 'npm test' }), call('t2', 'Read', { file_path: '/w/a.ts' })),
      prompt(['b', 'a'], [result('t1', 'Exit code 2\nsrc/a.ts: error TS1005: expected', { is_error: true })]),
      prompt(['c', 'a'], [result('t2', [text('line 1'), { type: 'image', source: {} }])]),
    );
    expect(ofKind(items, 'tool-call')).toMatchObject([
      { callId: 't1', tool: 'Bash', command: 'npm test' },
      { callId: 't2', tool: 'Read', files: ['/w/a.ts'] },
    ]);
    expect(ofKind(items, 'tool-result')).toMatchObject([
      { callId: 't1', isError: true, exitCode: 2, errorLine: 'src/a.ts: error TS1005: expected' },
      { callId: 't2', isError: false, output: 'line 1\n[image]' },
    ]);
  });

  it('marks searches that run at the provider', () => {
    const items = readClaude(
      reply(['a', null], { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x' } }),
    );
    expect(ofKind(items, 'tool-call')).toMatchObject([{ callId: 's1', hosted: true }]);
  });

  it('gives an edit with the lines of its patch once the result came without error', () => {
    const input = { file_path: '/w/a.ts', old_string: 'a', new_string: 'b\nc' };
    const patch = { filePath: '/w/a.ts', structuredPatch: [{ lines: [' x', '-a', '+b', '+c'] }], originalFile: 'x\na' };
    expect(edited(input, patch)).toEqual([{ path: '/w/a.ts', change: 'modify', added: 2, removed: 1, callId: 't1' }]);
    expect(edited(input, patch, { is_error: true })).toEqual([]);
  });

  it('counts the lines of the call where the result has no patch', () => {
    const input = { file_path: '/w/a.ts', old_string: 'a', new_string: 'b\nc' };
    expect(edited(input, 'ok')).toMatchObject([{ change: 'modify', added: 2, removed: 1 }]);
    const many = {
      file_path: '/w/a.ts',
      edits: [
        { old_string: 'a', new_string: 'b' },
        { old_string: 'c', new_string: '' },
      ],
    };
    expect(edited(many, {})).toMatchObject([{ added: 1, removed: 2 }]);
  });

  it('gives a created file as an addition', () => {
    const made = { type: 'create', filePath: '/w/n.ts', content: 'a\nb\n', structuredPatch: [] };
    expect(edited({ file_path: '/w/n.ts', content: 'a\nb\n' }, made)).toMatchObject([
      { change: 'add', added: 2, removed: 0 },
    ]);
  });

  it('keeps nothing of a call that was answered', () => {
    const lines = [
      reply(['a', null], call('t1', 'Write', { file_path: '/w/a.ts', content: 'a' })),
      prompt(['b', 'a'], [result('t1', 'ok')]),
    ];
    expect(readAll(claudeCode, linesFrom(lines)).state.pending).toEqual([]);
  });

  it('finds the call of a result without an id by the record it names', () => {
    const items = readClaude(
      reply(['a', null], { type: 'tool_use', name: 'bash', input: {} }),
      prompt(['b', 'x'], [{ type: 'tool_result', content: 'ok' }], { sourceToolAssistantUUID: uuidOf('a') }),
    );
    expect(ofKind(items, 'tool-result').map((item) => item.callId)).toEqual(
      ofKind(items, 'tool-call').map((item) => item.callId),
    );
  });

  it('does not take the details of a record with two results for either', () => {
    const items = readClaude(
      reply(['a', null], call('t1', 'Edit', { file_path: '/w/a.ts' }), call('t2', 'Read', { file_path: '/w/b.ts' })),
      record('user', ['b', 'a'], {
        message: { content: [result('t1', 'ok'), result('t2', 'ok')] },
        toolUseResult: { filePath: '/w/a.ts', structuredPatch: [] },
      }),
    );
    expect(ofKind(items, 'edit').map((edit) => edit.callId)).toEqual(['t1']);
  });

  it('gives no edit for a tool that only reads', () => {
    const items = readClaude(
      reply(['a', null], call('t1', 'LSP', { filePath: '/w/a.ts' })),
      record('user', ['b', 'a'], {
        message: { content: [result('t1', 'ok')] },
        toolUseResult: { filePath: '/w/a.ts' },
      }),
    );
    expect(ofKind(items, 'edit')).toEqual([]);
  });
});

describe('plans', () => {
  it('takes a to-do list as it is written', () => {
    const todos = [
      { content: 'Look', status: 'completed', activeForm: 'Looking' },
      { content: 'Change', status: 'in_progress', activeForm: 'Changing' },
      { content: 'Test', status: 'pending', activeForm: 'Testing' },
    ];
    expect(ofKind(readClaude(reply(['a', null], call('t1', 'TodoWrite', { todos }))), 'plan')).toMatchObject([
      {
        key: ['t1', 'plan'],
        steps: [
          { id: '1', text: 'Look', status: 'done' },
          { id: '2', text: 'Change', status: 'in_progress' },
          { id: '3', text: 'Test', status: 'open' },
        ],
      },
    ]);
  });

  it('keeps the list that single tasks make up, whole after every change that succeeded', () => {
    const done = (name: string, id: string, more: JsonValue): JsonValue =>
      record('user', [name, null], { message: { content: [result(id, 'ok')] }, toolUseResult: more });
    const plans = ofKind(
      readClaude(
        reply(
          ['a', null],
          call('t1', 'TaskCreate', { subject: 'Look' }),
          call('t2', 'TaskCreate', { subject: 'Test' }),
        ),
        done('b', 't1', { task: { id: '7' } }),
        done('c', 't2', { task: { id: '8' } }),
        reply(['d', 'c'], call('t3', 'TaskUpdate', { taskId: '7', status: 'completed' })),
        done('e', 't3', { success: true }),
        reply(['f', 'e'], call('t4', 'TaskUpdate', { taskId: '8', status: 'deleted' })),
        done('g', 't4', { success: true }),
        reply(['h', 'g'], call('t5', 'TaskUpdate', { taskId: '7', status: 'in_progress' })),
        prompt(['i', 'h'], [result('t5', 'no', { is_error: true })]),
      ),
      'plan',
    );
    expect(plans.map((plan) => plan.steps.map((step) => `${step.id} ${step.status}`))).toEqual([
      ['7 open'],
      ['7 open', '8 open'],
      ['7 done', '8 open'],
      ['7 done'],
    ]);
  });
});

describe('records of unknown shape', () => {
  it('counts them and goes on', () => {
    const whole = readAll(claudeCode, linesFrom([undefined, 7, [], { type: 'hologram' }, { type: 'mode', mode: 'x' }]));
    expect(whole).toMatchObject({ items: [], unknown: 4 });
  });
});
