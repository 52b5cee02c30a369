import { describe, expect, it } from 'vitest';
import { cursor } from '../../../../src/features/capture/adapters/cursor.ts';
import { cursorCall, cursorLine } from './cursor-lines.ts';
import { linesFrom, ofKind, readAll, sourceOf, spoken } from './transcript-files.ts';

describe('conversations of Cursor', () => {
  it('hold what a human typed, without what Cursor put around it', () => {
    const wrapped = '<open_and_recently_viewed_files>a.ts</open_and_recently_viewed_files>\nMend it';
    const lines = [cursorLine('user', '<user_query>\nList it\n</user_query>'), cursorLine('user', wrapped)];
    expect(spoken(readAll(cursor, linesFrom(lines)).items)).toEqual(['prompt: List it', 'prompt: Mend it']);
  });

  it('tell the first words in the file of a sub-agent as those of its parent', () => {
    const path = '/h/.cursor/projects/w/agent-transcripts/p1/subagents/c1.jsonl';
    const lines = [cursorLine('user', 'Look'), cursorLine('assistant', 'Found'), cursorLine('user', 'More')];
    const { items } = readAll(cursor, linesFrom(lines), sourceOf('c1', { path, directory: '/w' }));
    expect(items[0]).toEqual({ kind: 'session', session: 'c1', at: 0, parent: 'p1', cwd: '/w' });
    expect(spoken(items)).toEqual(['notice: Look', 'text: Found', 'prompt: More']);
  });

  it('answer calls by their id, else in their order', () => {
    const result = (tool_use_id: string) => ({ type: 'tool_result', tool_use_id, content: tool_use_id });
    const named = { ...cursorCall('Read', { path: 'b' }), id: 't2' };
    const lines = [
      cursorLine('assistant', cursorCall('Shell', { command: 'ls' }), named),
      cursorLine('user', result('t2'), result('other')),
    ];
    const { items } = readAll(cursor, linesFrom(lines));
    const [shell, read] = ofKind(items, 'tool-call').map(({ callId }) => callId);
    const results = ofKind(items, 'tool-result').map(({ callId, output }) => [callId, output]);
    expect(results).toEqual([
      [read, 't2'],
      [shell, 'other'],
    ]);
  });

  it('say how a turn ended that did not end well', () => {
    const lines = ['aborted', 'success', 'error'].map((status) => ({ type: 'turn_ended', status }));
    const messages = ofKind(readAll(cursor, linesFrom(lines)).items, 'message');
    expect(messages.map(({ text, metadata }) => [text, metadata])).toEqual([
      ['Turn ended: aborted', { stop: true }],
      ['Turn ended: error', { error: true }],
    ]);
  });
});
