import { expect, test } from 'vitest';
import { estimateTokens } from '../../src/core/tokens.ts';
import { listed, tools } from '../../src/mcp/tools.ts';

const list = tools.map(listed);

// Pinned: the list stands at the head of every prompt of every agent, and one changed byte costs each its cached prefix.
const pinned = [
  'accept_handoff(handoff_id)',
  'forget(key*, scope, reason)',
  'get(key*, scope)',
  'handoff(to_agent*, handoff_reason*, continuation_instructions, critical_info, session_id)',
  'remember(value*, category, key, scope, priority)',
  'resume(session_id)',
  'search(query*, kinds, since, until, path, session_id, projects, budget_tokens, limit, cursor)',
  'task(task_id, description, status, result, session_id)',
];

test('MC1: eight tools, always in the same order, in at most 950 tokens', () => {
  const shown = list.map(({ name, inputSchema }) => {
    const { properties = {}, required = [] } = inputSchema as { properties?: object; required?: readonly string[] };
    return `${name}(${Object.keys(properties)
      .map((each) => (required.includes(each) ? `${each}*` : each))
      .join(', ')})`;
  });
  expect(shown).toEqual(pinned);
  expect(shown).toEqual([...shown].sort());
  expect(estimateTokens(JSON.stringify(list))).toBeLessThanOrEqual(950);
});

test('MC2: what reads says so; only forget is called destructive', () => {
  const hint = (name: 'readOnlyHint' | 'destructiveHint') =>
    list.filter(({ annotations }) => (annotations as Record<string, boolean>)[name]).map(({ name }) => name);
  expect(hint('readOnlyHint')).toEqual(['get', 'search']);
  expect(hint('destructiveHint')).toEqual(['forget']);
});
