import { expect, test } from 'vitest';
import { envelope } from '../../../src/features/brief/envelope.ts';

const text = '<prsist-memory>\na "b" ä\n</prsist-memory>\n';

test('agents with a hook output get it on one line, with the event they asked with', () => {
  for (const agent of ['claude-code', 'codex', 'gemini-cli'])
    for (const event of ['SessionStart', 'UserPromptSubmit'])
      expect(envelope(agent, event, text)).toBe(
        `{"hookSpecificOutput":{"hookEventName":"${event}","additionalContext":"<prsist-memory>\\na \\"b\\" ä\\n</prsist-memory>\\n"}}\n`,
      );
});

test('other agents get their own member, or the text itself', () => {
  expect(JSON.parse(envelope('cursor', 'sessionStart', text))).toEqual({ additional_context: text });
  expect(JSON.parse(envelope('copilot-cli', 'sessionStart', text))).toEqual({ additionalContext: text });
  expect(envelope('opencode', '', text)).toBe(text);
});

test('nothing to tell prints nothing', () => {
  for (const agent of ['claude-code', 'cursor', 'opencode']) expect(envelope(agent, 'SessionStart', '')).toBe('');
});
