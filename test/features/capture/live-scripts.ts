// One short conversation as each agent's hooks tell it: a prompt, a command, an edit, an answer, the end.
import type { Body } from './spool-world.ts';

export type HookCall = readonly [event: string, body: Body];

export interface Script {
  readonly agent: string;
  readonly session: string;
  readonly calls: readonly HookCall[];
  /** What has to come out where no transcript is. */
  readonly words: readonly string[];
  readonly tools: readonly string[];
  readonly edits: readonly string[];
}

const session = '0b2b9d6a-3c1c-4a53-9a64-3f1f0e9a0001';
const ask = 'Make the cart survive a reload';
const answer = 'It is kept in local storage.';
const said = [`user prompt: ${ask}`, `assistant text: ${answer}`];

/** The conversations of all six, in a directory. */
export function scripts(root: string): readonly Script[] {
  const path = `${root}/src/cart.ts`;
  const tool = { session_id: session, cwd: root, turn_id: 'turn-1' };
  const edit = { file_path: path, old_string: 'a', new_string: 'b\nc' };
  const cursor = { conversation_id: session, generation_id: 'g1', cursor_version: '2.4', workspace_roots: [root] };
  const copilot = (n: number) => ({ sessionId: session, cwd: root, timestamp: 1_782_257_641_000 + n });
  return [
    {
      ...{ agent: 'claude-code', session, words: said, tools: ['Bash 0', 'Edit 0'], edits: ['src/cart.ts'] },
      calls: [
        ['SessionStart', { session_id: session, cwd: root, source: 'startup' }],
        ['UserPromptSubmit', { session_id: session, cwd: root, prompt: ask }],
        [
          'PostToolUse',
          {
            ...{ session_id: session, cwd: root, tool_use_id: 'toolu_1', tool_name: 'Bash' },
            ...{ tool_input: { command: 'npm test' }, tool_response: { stdout: 'ok', stderr: '' } },
          },
        ],
        [
          'PostToolUse',
          {
            ...{ session_id: session, cwd: root, tool_use_id: 'toolu_2', tool_name: 'Edit', tool_input: edit },
            tool_response: { filePath: path, structuredPatch: [{ lines: ['-a', '+b', '+c'] }] },
          },
        ],
        ['PreCompact', { session_id: session, cwd: root, trigger: 'auto' }],
        ['Stop', { session_id: session, cwd: root, last_assistant_message: answer }],
        ['SubagentStop', { session_id: session, cwd: root, agent_id: 'a1', last_assistant_message: 'found' }],
        ['SessionEnd', { session_id: session, cwd: root, reason: 'other' }],
      ],
    },
    {
      ...{ agent: 'codex', session, words: said, tools: ['Bash 0', 'apply_patch 0'], edits: ['src/cart.ts'] },
      calls: [
        ['SessionStart', { session_id: session, cwd: root, source: 'startup', model: 'gpt-5.5' }],
        ['UserPromptSubmit', { ...tool, prompt: ask }],
        [
          'PostToolUse',
          {
            ...{ ...tool, tool_use_id: 'call_1', tool_name: 'Bash', tool_input: { command: 'npm test' } },
            tool_response: 'Process exited with code 0\nOutput:\nok',
          },
        ],
        [
          'PostToolUse',
          {
            ...{ ...tool, tool_use_id: 'call_2', tool_name: 'apply_patch', tool_response: 'Success' },
            tool_input: { command: `*** Begin Patch\n*** Update File: ${path}\n-a\n+b\n*** End Patch` },
          },
        ],
        ['PreCompact', { session_id: session, cwd: root, trigger: 'auto' }],
        ['Stop', { ...tool, last_assistant_message: answer }],
        [
          'notify',
          {
            ...{ type: 'agent-turn-complete', 'thread-id': session, 'turn-id': 'turn-1', cwd: root },
            ...{ 'input-messages': [ask], 'last-assistant-message': answer },
          },
        ],
      ],
    },
    {
      ...{ agent: 'gemini-cli', session, words: said, edits: ['src/cart.ts'] },
      tools: ['run_shell_command 0', 'replace 0'],
      calls: [
        ['SessionStart', { session_id: session, cwd: root, source: 'startup' }],
        ['BeforeAgent', { session_id: session, cwd: root, prompt: ask }],
        [
          'AfterTool',
          {
            ...{ session_id: session, cwd: root, tool_name: 'run_shell_command', tool_input: { command: 'npm test' } },
            tool_response: { llmContent: 'ok', returnDisplay: 'ok' },
          },
        ],
        [
          'AfterTool',
          {
            ...{ session_id: session, cwd: root, tool_name: 'replace', tool_input: edit },
            tool_response: { llmContent: 'done', returnDisplay: { fileDiff: '-a\n+b' } },
          },
        ],
        ['AfterAgent', { session_id: session, cwd: root, prompt: ask, prompt_response: answer }],
        ['PreCompress', { session_id: session, cwd: root, trigger: 'auto' }],
        ['SessionEnd', { session_id: session, cwd: root, reason: 'exit' }],
      ],
    },
    {
      ...{ agent: 'cursor', session, words: said, tools: ['Shell 0'], edits: ['src/cart.ts'] },
      calls: [
        ['sessionStart', { ...cursor, session_id: session, is_background_agent: false }],
        ['beforeSubmitPrompt', { ...cursor, prompt: ask, attachments: [] }],
        ['afterShellExecution', { ...cursor, command: 'npm test', cwd: root, output: 'ok', duration: 5 }],
        ['afterFileEdit', { ...cursor, file_path: path, edits: [{ old_string: 'a', new_string: 'b' }] }],
        ['afterAgentResponse', { ...cursor, text: answer }],
        ['preCompact', { ...cursor, trigger: 'auto', context_tokens: 9 }],
        ['stop', { ...cursor, status: 'completed', loop_count: 0 }],
        ['sessionEnd', { ...cursor, session_id: session, reason: 'completed' }],
      ],
    },
    {
      ...{ agent: 'opencode', session, words: [said[0] ?? ''], tools: ['bash 0', 'edit 0'], edits: ['src/cart.ts'] },
      calls: [
        ['session.created', { info: { id: session, directory: root } }],
        [
          'chat.message',
          {
            ...{ sessionID: session, messageID: 'msg_1' },
            parts: [
              { id: 'prt_1', type: 'text', text: ask },
              { id: 'prt_2', type: 'text', text: 'added', synthetic: true },
            ],
          },
        ],
        [
          'tool.execute.after',
          {
            ...{ tool: 'bash', sessionID: session, callID: 'call_1', args: { command: 'npm test' }, title: 'npm test' },
            metadata: { output: 'ok', exit: 0 },
          },
        ],
        [
          'tool.execute.after',
          {
            ...{ tool: 'edit', sessionID: session, callID: 'call_2', title: 'cart.ts' },
            args: { filePath: path, oldString: 'a', newString: 'b' },
            metadata: { filediff: { additions: 1, deletions: 1 } },
          },
        ],
        ['todo.updated', { sessionID: session, todos: [{ content: 'reload', status: 'pending', id: '1' }] }],
        ['session.idle', { sessionID: session }],
        ['session.compacted', { sessionID: session }],
        ['session.error', { sessionID: session, error: { name: 'x' } }],
        ['file.edited', { file: path }],
        ['vcs.branch.updated', { branch: 'main' }],
        ['session.deleted', { info: { id: session } }],
      ],
    },
    {
      ...{ agent: 'copilot-cli', session, words: [said[0] ?? ''], tools: ['bash 0', 'edit 0'], edits: ['src/cart.ts'] },
      calls: [
        ['userPromptSubmitted', { ...copilot(1), prompt: ask }],
        ['sessionStart', { ...copilot(2), source: 'new', initialPrompt: ask }],
        [
          'postToolUse',
          {
            ...{ ...copilot(3), toolName: 'bash', toolArgs: '{"command":"npm test"}' },
            toolResult: { resultType: 'success', textResultForLlm: 'ok\n<exited with exit code 0>' },
          },
        ],
        [
          'postToolUse',
          {
            ...{ ...copilot(4), toolName: 'edit', toolArgs: { path, old_str: 'a', new_str: 'b' } },
            toolResult: { resultType: 'success', textResultForLlm: 'done' },
          },
        ],
        ['agentStop', { ...copilot(5), stopReason: 'end_turn' }],
        ['sessionEnd', { ...copilot(6), reason: 'complete' }],
      ],
    },
  ];
}
