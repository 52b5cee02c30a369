// Made-up events of Copilot CLI, of every type that says something.
import type { JsonValue } from '../../../../src/core/captured.ts';

type Members = Readonly<Record<string, JsonValue>>;

/** Type and data of an event. */
export type CopilotTold = readonly [type: string, data: Members];

/** The n-th event of a conversation. */
export function copilotEvent(n: number, type: string, data: Members): JsonValue {
  const timestamp = new Date(Date.UTC(2026, 5, 1, 8, 0, n)).toISOString();
  return { type, data, id: `event-${n}`, timestamp, parentId: n === 0 ? null : `event-${n - 1}` };
}

/** Events in their order, numbered. */
export function copilotEvents(...events: readonly CopilotTold[]): JsonValue[] {
  return events.map(([type, data], n) => copilotEvent(n, type, data));
}

export const copilotStart: CopilotTold = [
  'session.start',
  {
    ...{ sessionId: 'conversation', copilotVersion: '1.0.77', startTime: '2026-06-01T08:00:00.000Z' },
    context: { cwd: '/w/app', gitRoot: '/w/app', branch: 'main', headCommit: 'cbee02b' },
  },
];

/** A process that ended, with what each model used in it. */
export function copilotShutdown(start: number, usage: Members, more: Members = {}): CopilotTold {
  return ['session.shutdown', { sessionStartTime: start, modelMetrics: { gpt: { usage } }, ...more }];
}

/** One of everything. */
export function copilotLines(): readonly JsonValue[] {
  return copilotEvents(
    copilotStart,
    ['session.model_change', { newModel: 'gpt' }],
    ['user.message', { content: 'List the files', attachments: [] }],
    [
      'assistant.message',
      { messageId: 'm1', content: 'Listing.', outputTokens: 12, reasoningText: 'Hm', model: 'gpt' },
    ],
    ['tool.execution_start', { toolCallId: 'c1', toolName: 'bash', arguments: { command: 'ls' } }],
    ['hook.start', { hookInvocationId: 'h1', hookType: 'postToolUse', input: { toolName: 'bash' } }],
    ['hook.end', { hookInvocationId: 'h1', hookType: 'postToolUse', success: true }],
    [
      'tool.execution_complete',
      { toolCallId: 'c1', success: true, result: { content: 'a\n<exited with exit code 0>' } },
    ],
    ['tool.execution_start', { toolCallId: 'c2', toolName: 'edit', arguments: { path: '/w/app/a', old_str: 'x' } }],
    ['tool.execution_complete', { toolCallId: 'c2', success: true, result: { content: 'done' } }],
    ['tool.execution_start', { toolCallId: 'c3', toolName: 'task', arguments: '{"prompt":"look"}' }],
    ['subagent.started', { toolCallId: 'c3', agentName: 'explore' }],
    ['assistant.message', { messageId: 'm2', parentToolCallId: 'c3', content: 'Looking.', outputTokens: 3 }],
    ['tool.execution_start', { toolCallId: 'c4', parentToolCallId: 'c3', toolName: 'view', arguments: { path: 'b' } }],
    ['tool.execution_complete', { toolCallId: 'c4', parentToolCallId: 'c3', success: false, error: { message: 'no' } }],
    ['assistant.reasoning', { content: 'Hm' }],
    ['session.truncation', { preTruncationTokensInMessages: 9 }],
    ['session.compaction_complete', { success: true, summaryContent: 'so far', preCompactionTokens: 7 }],
    ['session.error', { message: 'oh' }],
    ['abort', { reason: 'user_initiated' }],
    copilotShutdown(
      1,
      { inputTokens: 9, cacheReadTokens: 3, outputTokens: 20 },
      {
        codeChanges: { filesModified: ['/w/app/a', '/w/app/b'] },
      },
    ),
    ['session.resume', { resumeTime: 'later', context: { cwd: '/w/app' } }],
    copilotShutdown(2, {}, { modelMetrics: {}, tokenDetails: { input: { tokenCount: 5 } }, currentModel: 'gpt' }),
  );
}
