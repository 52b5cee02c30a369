// The tools an agent sees. The list stands at the head of its every prompt: few, short, in one order, and never changing
// with the day or the project.
import { z } from 'zod';
import type { OperationName } from '../client/call.ts';
import { operations } from '../features/operations.ts';
import { searchAnswer, searchRequest } from './search-answer.ts';

export interface Tool {
  readonly name: string;
  readonly operation: OperationName;
  readonly description: string;
  /** Members of the operation's request that an agent may give, with what they mean to it. */
  readonly fields: Readonly<Record<string, string>>;
  /** Of those, what it must give although the operation could do without. */
  readonly required?: readonly string[];
  /** What the daemon is asked, where that is not just what was given. */
  readonly asks?: (given: Given) => Given;
  /** What of the reply is told, where that is not all of it. */
  readonly tells?: (reply: Given, asked: Given) => Given;
}

type Given = Readonly<Record<string, unknown>>;

/** All tools, in the order in which they are listed. */
export const tools: readonly Tool[] = [
  {
    name: 'accept_handoff',
    operation: 'session.accept',
    description: 'Take over a session handed to you: what was left, what happened since.',
    fields: { handoff_id: 'the one waiting for you here when absent' },
  },
  {
    name: 'forget',
    operation: 'context.delete',
    description: 'Hide an entry. Its history stays; a person can restore it.',
    fields: { key: '', scope: '', reason: '' },
    required: ['key'],
  },
  {
    name: 'get',
    operation: 'context.retrieve',
    description: 'Read one entry whole, by its key.',
    fields: { key: '', scope: '' },
  },
  {
    name: 'handoff',
    operation: 'session.handoff',
    description: 'Hand the current session over to another agent, which is told on its next start here.',
    fields: {
      to_agent: 'claude-code, codex, gemini-cli, cursor, opencode, copilot-cli or any',
      handoff_reason: '',
      continuation_instructions: 'what to do next',
      critical_info: 'facts that must not be lost',
      session_id: 'the newest of this work tree when absent',
    },
  },
  {
    name: 'remember',
    operation: 'context.store',
    description: 'Keep one decision, fact, preference, lesson or note for every later session and agent.',
    fields: {
      value: 'one self-contained statement',
      category: 'decision, fact, preference, lesson or note',
      key: 'gives it a name; the same key again replaces it',
      scope: 'project unless said',
      priority: '',
    },
  },
  {
    name: 'resume',
    operation: 'session.resume',
    description: 'Bring a session back: its state, what was asked, done and left open.',
    fields: { session_id: 'the newest of this work tree when absent' },
  },
  {
    name: 'search',
    operation: 'search.query',
    description: 'Search everything remembered, best first.',
    fields: {
      query: 'words, "exact phrase", -without, begin*',
      kinds: '',
      since: '7d, 12h or a date',
      until: '',
      path: 'about files below it',
      session_id: '',
      projects: 'others to search too; "*": all',
      budget_tokens: 'of the answer: 2000',
      limit: 'short results by pages instead',
      cursor: 'next_cursor of the answer before',
    },
    asks: searchRequest,
    tells: searchAnswer,
  },
  {
    name: 'task',
    operation: 'task.update',
    description: 'Change a task, or add one when task_id is absent.',
    fields: { task_id: '', description: '', status: '', result: '', session_id: '' },
  },
];

type JsonObject = Readonly<Record<string, unknown>>;

/** A tool as it is listed: name, description, JSON Schema of its arguments, hints. */
export function listed(tool: Tool) {
  const { effect } = operations[tool.operation];
  return {
    name: tool.name,
    description: tool.description,
    inputSchema: { type: 'object' as const, ...argumentsOf(tool) },
    annotations: tool.name === 'forget' ? { destructiveHint: true } : { readOnlyHint: effect === 'read' },
  };
}

function argumentsOf({ operation, fields, required = [] }: Tool): JsonObject {
  const { shape } = operations[operation].input as z.ZodObject;
  const names = Object.keys(fields);
  const properties = names.map((name) => [name, propertyOf(shape[name], fields[name] ?? '')] as const);
  const needed = names.filter(
    (name) => required.includes(name) || !(shape[name] as z.ZodType).safeParse(undefined).success,
  );
  return { properties: Object.fromEntries(properties), ...(needed.length === 0 ? {} : { required: needed }) };
}

/** What of a member's schema helps whoever fills it in; every bound is checked by the daemon. */
function propertyOf(schema: unknown, meaning: string): JsonObject {
  // members of an operation's request are zod schemas
  const whole: JsonObject = z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any' });
  const { type = 'string', enum: words, items } = whole;
  return {
    type,
    ...(words === undefined ? {} : { enum: words }),
    ...(items === undefined ? {} : { items: plainItems(items) }),
    ...(meaning === '' ? {} : { description: meaning }),
  };
}

function plainItems(items: unknown): JsonObject {
  // of a schema that zod has made
  const { type = 'string', enum: words } = items as JsonObject;
  return { type, ...(words === undefined ? {} : { enum: words }) };
}
