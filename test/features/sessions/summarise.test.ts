import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonical } from '../../../src/core/canonical.ts';
import { summarise } from '../../../src/features/sessions/summarise.ts';
import { at, command, edit, facts, prompt } from './summarise-given.ts';

test('the first sentence is the published count form, roles in order, zero roles left out', () => {
  const counts = { user: 8, assistant: 7, system: 0, tool: 0 };
  expect(summarise(facts({ counts })).conversation_summary).toBe('15 messages (8 from user, 7 from assistant)');
  expect(summarise(facts()).conversation_summary).toBe('0 messages');
  const one = { user: 0, assistant: 0, system: 1, tool: 0 };
  expect(summarise(facts({ counts: one })).conversation_summary).toBe('1 message (1 from system)');
});

test('ask, done and next follow the count', () => {
  const snapshot = summarise(
    facts({
      prompts: [prompt(1, 'Add a retry to the upload client')],
      edits: [edit(2, 'src/upload/client.ts'), edit(3, 'test/upload.test.ts')],
      commits: [{ sha: 'abcdef1234567890', subject: 'Retry uploads', at: at(4) }],
      tasks: [{ id: 't-1', description: 'Document the retry', status: 'open', priority: 'medium' }],
    }),
  );
  expect(snapshot.conversation_summary).toBe(
    '1 message (1 from user). Ask: Add a retry to the upload client. Done: committed abcdef12 "Retry uploads"; ' +
      'edited, not committed: upload.test.ts, client.ts. Next: Document the retry.',
  );
});

test('the hash covers every other member, in canonical form', () => {
  const { sha256, ...rest } = summarise(facts({ prompts: [prompt(1, 'Rename the module and its tests')] }));
  expect(sha256).toBe(createHash('sha256').update(canonical(rest)).digest('hex'));
});

test('tasks: the open ones whole and in order, the done ones counted, the one in progress is next', () => {
  const tasks = [
    { id: 'a', description: 'first', status: 'done', priority: 'medium' },
    { id: 'b', description: 'second', status: 'open', priority: 'medium' },
    { id: 'c', description: 'third', status: 'in_progress', priority: 'high' },
    { id: 'd', description: 'fourth', status: 'superseded', priority: 'high' },
  ] as const;
  const snapshot = summarise(facts({ tasks }));
  expect(snapshot.pending_tasks.map((task) => task.id)).toEqual(['b', 'c']);
  expect(snapshot.tasks_done).toBe(1);
  expect(snapshot.next_step).toBe('third');
});

test('a tool message keeps its place in the recent messages and loses its text', () => {
  const recent = [
    { id: 'm1', role: 'tool', text: 'cat /etc/hosts: 127.0.0.1', at: at(1) },
    { id: 'm2', role: 'assistant', text: `${'ä'.repeat(1_023)}xä`, at: at(2) },
  ];
  const [tool, reply] = summarise(facts({ recent })).recent_messages;
  expect(tool).toEqual({ id: 'm1', role: 'tool', content: '', truncated: true, at: at(1) });
  expect(reply?.content).toBe(`${'ä'.repeat(1_023)}x`);
  expect(reply?.truncated).toBe(true);
});

test('no tool text but the error line of one command is in a snapshot', () => {
  const snapshot = summarise(
    facts({
      prompts: [prompt(1, 'Make the type check pass again')],
      commands: [command(2, 'tsc --noEmit', 'src/a.ts(3,1): error TS2304: Cannot find name')],
      recent: [{ id: 'm', role: 'tool', text: 'SECRET TOOL OUTPUT', at: at(3) }],
    }),
  );
  expect(snapshot.last_command?.error).toBe('src/a.ts(3,1): error TS2304: Cannot find name');
  expect(JSON.stringify(snapshot)).not.toContain('SECRET');
});

test('an amended commit stands once, under its newest sha', () => {
  const commits = ['one', 'two', 'two', 'three', 'four'].map((subject, place) => ({
    sha: `${place}`.repeat(8),
    subject,
    at: at(place),
  }));
  expect(summarise(facts({ commits })).commits.map((commit) => commit.sha[0])).toEqual(['4', '3', '2']);
});

test('half a surrogate pair in captured text does no harm', () => {
  const snapshot = summarise(
    facts({
      prompts: [prompt(1, `please look at this \ud83d broken \udc00 text`)],
      recent: [{ id: 'm', role: 'user', text: '\ud83d', at: at(1) }],
      facts: { key: ['\udc00'] },
    }),
  );
  expect(canonical(snapshot).isWellFormed()).toBe(true);
});

test('facts, memory and references are passed on as they are', () => {
  const given = { facts: { port: 8080 }, working_memory: { x: [1] }, through: { log: 3 }, message_count: 9 };
  expect(summarise(facts(given))).toMatchObject({
    critical_facts: { port: 8080 },
    working_memory: { x: [1] },
    through: { log: 3 },
    message_count: 9,
  });
});
