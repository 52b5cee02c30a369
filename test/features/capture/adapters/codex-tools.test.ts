import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../src/core/captured.ts';
import { codex } from '../../../../src/features/capture/adapters/codex.ts';
import { patchChanges, reportedChanges } from '../../../../src/features/capture/adapters/codex-patch.ts';
import { event, item, meta, readCodex, turn } from './codex-lines.ts';
import { fixtureLines, ofKind, readAll } from './transcript-files.ts';

const patch = [
  '*** Begin Patch',
  '*** Add File: new.ts',
  '+one',
  '+two',
  '*** Update File: old.ts',
  '*** Move to: moved.ts',
  '@@',
  ' same',
  '-gone',
  '+come',
  '*** Delete File: dead.ts',
  '*** End Patch',
].join('\n');

function resultOf(output: JsonValue, ...before: readonly JsonValue[]): unknown {
  const called = item('function_call', { name: 'exec_command', arguments: '{"cmd":"npm test"}', call_id: 'c1' });
  const answer = item('function_call_output', { call_id: 'c1', output });
  return ofKind(readCodex(meta(), called, ...before, answer), 'tool-result')[0];
}

describe('calls of Codex', () => {
  it.each([
    ['{"cmd":"npm test","workdir":"/w"}', 'npm test'],
    ['{"command":"npm test"}', 'npm test'],
    ['{"command":["bash","-lc","npm test"]}', 'npm test'],
    ['{"command":["npm","test"]}', 'npm test'],
    ['{"chars":""}', undefined],
    ['not json', undefined],
  ])('finds in the arguments %s the command %s', (args, command) => {
    const [, call] = readCodex(meta(), item('function_call', { name: 'shell', arguments: args, call_id: 'c1' }));
    expect(call).toMatchObject({ kind: 'tool-call', callId: 'c1', tool: 'shell' });
    expect(call?.kind === 'tool-call' ? call.command : '').toBe(command);
  });

  it('puts the namespace before the name', () => {
    const named = (namespace: string): unknown =>
      readCodex(meta(), item('function_call', { name: 'put', namespace, call_id: 'c1', arguments: '{}' }))[1];
    expect(named('mcp__notes')).toMatchObject({ tool: 'mcp__notes__put' });
    expect(named('mcp__notes__')).toMatchObject({ tool: 'mcp__notes__put' });
  });

  it('marks what runs at the provider, and names calls without an id by what they ask', () => {
    const search = (query: string): JsonValue => item('web_search_call', { action: { type: 'search', query } });
    const calls = ofKind(readCodex(meta(), turn('t'), search('a'), search('b'), search('a')), 'tool-call');
    expect(calls.map((call) => [call.tool, call.hosted])).toEqual(Array(3).fill(['web_search', true]));
    expect(new Set(calls.map((call) => call.callId)).size).toBe(3);
  });

  it('gives the plan whole', () => {
    const args = JSON.stringify({
      plan: [
        { step: 'Look', status: 'completed' },
        { step: 'Test', status: 'pending' },
      ],
    });
    const items = readCodex(meta(), item('function_call', { name: 'update_plan', arguments: args, call_id: 'c1' }));
    expect(ofKind(items, 'plan')).toMatchObject([
      {
        key: ['c1', 'plan'],
        steps: [
          { id: '1', text: 'Look', status: 'done' },
          { id: '2', text: 'Test', status: 'open' },
        ],
      },
    ]);
  });

  it('pairs calls and results without ids in order', () => {
    const { items } = readAll(codex, fixtureLines('codex-items-only'));
    const [call] = ofKind(items, 'tool-call');
    expect(call).toMatchObject({ tool: 'run_shell_command', command: "printf 'line1\\nline2\\nline3\\n'" });
    expect(ofKind(items, 'tool-result')).toMatchObject([
      { callId: call?.callId, output: 'line1\nline2\nline3\n', exitCode: 0 },
    ]);
  });
});

describe('results of Codex', () => {
  it.each<[JsonValue, object]>([
    [
      'Wall time: 0.4 seconds\nProcess exited with code 1\nOutput:\nerror: boom',
      { isError: true, exitCode: 1, errorLine: 'error: boom' },
    ],
    ['Exit code: 0\nWall time: 0.1 seconds\nOutput:\nProcess exited with code 1', { isError: false, exitCode: 0 }],
    ['Process running with session ID 7', { isError: false }],
    [
      '{"output":"no\\n","metadata":{"exit_code":2,"duration_seconds":1.5}}',
      { isError: true, exitCode: 2, output: 'no\n', durationMs: 1500 },
    ],
    [
      { type: 'input_text', text: 'a.txt' },
      { isError: false, output: 'a.txt' },
    ],
    [
      [
        { type: 'input_text', text: 'a' },
        { type: 'input_image', image_url: 'x' },
      ],
      { isError: false, output: 'a\n[image]' },
    ],
    [
      { content: 'bad', success: false },
      { isError: true, output: 'bad' },
    ],
    ['apply_patch verification failed: no such line', { isError: true }],
    ['the log says: it exited with code 1', { isError: false }],
  ])('reads %j', (output, want) => {
    expect(resultOf(output)).toMatchObject(want);
  });

  it('takes status and time from the event that ends a command', () => {
    const end = event('exec_command_end', { call_id: 'c1', exit_code: 3, duration: { secs: 1, nanos: 250_000_000 } });
    expect(resultOf('Output:\nfatal: no', end)).toMatchObject({
      isError: true,
      exitCode: 3,
      durationMs: 1250,
      errorLine: 'fatal: no',
    });
  });

  it('takes -0, which JSON can write but a stored state cannot keep, for 0', () => {
    const end = event('exec_command_end', { call_id: 'c1', exit_code: JSON.parse('-0') });
    expect(Object.is((resultOf('x', end) as { exitCode: number }).exitCode, 0)).toBe(true);
  });

  it('takes the failure of an MCP call from its end', () => {
    const end = event('mcp_tool_call_end', { call_id: 'c1', result: { Err: 'gone' } });
    expect(resultOf('gone', end)).toMatchObject({ isError: true });
  });
});

describe('files Codex changed', () => {
  it('reads the changes an event reports', () => {
    const changes = {
      '/w/new.ts': { type: 'add', content: 'a\nb\n' },
      '/w/old.ts': {
        type: 'update',
        unified_diff: '@@ -1 +1,2 @@\n same\n-gone\n+come\n+++ counter',
        move_path: '/w/moved.ts',
      },
      '/w/same.ts': { type: 'update', unified_diff: '--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y', move_path: null },
      '/w/dead.ts': { type: 'delete', content: 'a' },
    };
    expect(reportedChanges(changes)).toEqual([
      { path: '/w/new.ts', oldPath: '', change: 'add', added: 2, removed: 0 },
      { path: '/w/moved.ts', oldPath: '/w/old.ts', change: 'rename', added: 2, removed: 1 },
      { path: '/w/same.ts', oldPath: '', change: 'modify', added: 1, removed: 1 },
      { path: '/w/dead.ts', oldPath: '', change: 'delete', added: 0, removed: 1 },
    ]);
  });

  it('reads the changes a patch asks for, also inside a shell command', () => {
    const want = [
      { path: 'new.ts', oldPath: '', change: 'add', added: 2, removed: 0 },
      { path: 'moved.ts', oldPath: 'old.ts', change: 'rename', added: 1, removed: 1 },
      { path: 'dead.ts', oldPath: '', change: 'delete', added: 0, removed: 0 },
    ];
    expect(patchChanges(patch)).toEqual(want);
    expect(patchChanges(`apply_patch <<'EOF'\n${patch}\nEOF`)).toEqual(want);
    expect(patchChanges('echo hello')).toEqual([]);
  });

  const called = item('custom_tool_call', { name: 'apply_patch', input: patch, call_id: 'c1' });
  const ended = (success: boolean): JsonValue =>
    event('patch_apply_end', {
      call_id: 'c1',
      success,
      changes: { '/w/new.ts': { type: 'add', content: 'one\ntwo\n' } },
    });
  const answered = (output: string): JsonValue => item('custom_tool_call_output', { call_id: 'c1', output });
  const paths = (...records: readonly JsonValue[]): readonly string[] =>
    ofKind(readCodex(meta(), called, ...records), 'edit').map((edit) => edit.path);

  it('prefers the event to the patch', () => {
    expect(paths(ended(true), answered('Exit code: 0\nSuccess.'))).toEqual(['/w/new.ts']);
  });

  it('takes the patch where no event tells, once it is known to have worked', () => {
    expect(paths(answered('Exit code: 0\nSuccess.'))).toEqual(['new.ts', 'moved.ts', 'dead.ts']);
    expect(paths()).toEqual([]);
  });

  it('gives no edit of a patch that failed', () => {
    expect(paths(ended(false), answered('Exit code: 0'))).toEqual([]);
    expect(paths(answered('apply_patch verification failed: x'))).toEqual([]);
    expect(paths(answered('Exit code: 1\nno'))).toEqual([]);
  });
});
