// A conversation of each agent as it really calls prsist: its environment, its working directory, its words on standard
// input, the installed script; and the transcript it writes beside. opencode's plug-in writes the spool file itself.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonValue } from '../../src/core/captured.ts';
import { copilotEvents, copilotShutdown, copilotStart } from '../features/capture/adapters/copilot-lines.ts';
import { cursorCall, cursorLine } from '../features/capture/adapters/cursor-lines.ts';
import { createHome, execute, type Home, until } from '../harness/home.ts';
import { createRepository, type Repository } from '../harness/repository.ts';

type Body = Readonly<Record<string, JsonValue>>;

let home: Home;
let shop: Repository;

beforeAll(async () => {
  home = createHome();
  for (const folder of ['.claude', '.codex', '.cursor']) fs.mkdirSync(join(home.home, folder));
  shop = createRepository(home);
  await home.json(['init'], { cwd: shop.path });
  await home.json(['remember', 'We deploy on Fridays', '--priority', 'critical'], { cwd: shop.path });
  const key = fs.readFileSync(home.paths.briefKey, 'utf8').trim();
  const brief = join(shop.path, '.prsist/brief', key, 'opencode.start');
  await until(
    'the brief is laid out',
    () => fs.existsSync(brief) && fs.readFileSync(brief, 'utf8').includes('Fridays'),
  );
}, 60_000);
afterAll(() => home.remove());

interface Calling {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the installed script as an agent's settings have it; gives what it prints. */
async function hook(
  agent: string,
  event: string,
  body: Body,
  { cwd = shop.path, env = {} }: Calling = {},
): Promise<string> {
  const command = `"$HOME/.local/share/prsist/bin/prsist-hook" ${agent} ${event}`;
  const input = `${JSON.stringify(body)}\n`;
  const ran = await execute('/bin/sh', ['-c', command], { cwd, env: { ...home.agentEnv, ...env }, input });
  expect([ran.exit, ran.stderr]).toEqual([0, '']);
  return ran.stdout;
}

/** What opencode's plug-in leaves for an event. */
function plugin(event: string, body: Body): void {
  const [tmp, out] = [`.${event}-${randomUUID()}.tmp`, `${randomUUID()}-0.evt`].map((name) =>
    join(home.paths.spool, name),
  );
  const text = `prsist-event 1\nagent opencode\nevent ${event}\npwd ${shop.path}\n\n${JSON.stringify(body)}`;
  fs.writeFileSync(tmp ?? '', text, { mode: 0o600, flag: 'wx' });
  fs.renameSync(tmp ?? '', out ?? '');
}

function append(path: string, ...lines: readonly JsonValue[]): void {
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.appendFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

interface Kept {
  readonly words: readonly string[];
  readonly tools: number;
  readonly edits: number;
}

/** The session as it is kept, once everything that was to come is there. */
function kept(session_id: string, want: Kept): Promise<Record<string, unknown>> {
  const client = home.client(shop.path);
  return until(
    `${session_id} is whole`,
    async () => {
      const shown = await client.call('session.show', { session_id }).catch(() => undefined);
      if (!shown) return undefined;
      const { items } = await client.call('session.messages', { session_id, limit: 100 });
      const words = (items as { role: string; kind: string; content: string }[])
        .filter(({ kind }) => kind === 'prompt' || kind === 'text')
        .map(({ kind, content }) => `${kind}: ${content}`);
      const { tool_count, edit_count } = shown.session as unknown as Record<string, number>;
      const got = { words, tools: tool_count, edits: edit_count };
      return JSON.stringify(got) === JSON.stringify(want) ? { ...shown.session } : undefined;
    },
    8_000,
  );
}

const ask = 'Make the cart survive a reload';
const answer = 'It is kept in local storage.';
const words = [`prompt: ${ask}`, `text: ${answer}`];
const contextOf = (printed: string) => JSON.parse(printed).hookSpecificOutput.additionalContext;

test('LE30: Gemini CLI', async () => {
  const session_id = randomUUID();
  const folder = join(home.home, '.gemini/tmp/shop/chats');
  const transcript_path = join(folder, `session-2026-11-21T08-00-${session_id.slice(0, 8)}.jsonl`);
  const base = { session_id, transcript_path, cwd: shop.path, timestamp: new Date().toISOString() };
  const calling = { env: { GEMINI_PROJECT_DIR: shop.path, GEMINI_SESSION_ID: session_id, GEMINI_CWD: shop.path } };
  const call = (event: string, more: Body) =>
    hook('gemini-cli', event, { ...base, hook_event_name: event, ...more }, calling);
  expect(contextOf(await call('SessionStart', { source: 'startup' }))).toContain('We deploy on Fridays');
  expect(await call('SessionStart', { source: 'startup' })).toBe('');
  expect(await call('BeforeAgent', { prompt: ask })).toBe('');
  const now = () => new Date().toISOString();
  append(transcript_path, {
    sessionId: session_id,
    projectHash: 'shop',
    startTime: now(),
    lastUpdated: now(),
    kind: 'main',
  });
  append(transcript_path, { id: 'm1', timestamp: now(), type: 'user', content: ask });
  const input = { command: 'npm test' };
  await call('AfterTool', { tool_name: 'run_shell_command', tool_input: input, tool_response: { llmContent: 'ok' } });
  const result = [{ functionResponse: { id: 't1', name: 'run_shell_command', response: { output: 'ok' } } }];
  const tool = { id: 't1', name: 'run_shell_command', args: input, status: 'success', timestamp: now(), result };
  const tokens = { input: 10, output: 2, cached: 0, thoughts: 0, tool: 0, total: 12 };
  append(transcript_path, {
    id: 'm2',
    timestamp: now(),
    type: 'gemini',
    content: answer,
    model: 'g',
    tokens,
    toolCalls: [tool],
  });
  expect(await call('AfterAgent', { prompt: ask, prompt_response: answer })).toBe('');
  expect(await call('PreCompress', { trigger: 'auto' })).toBe('');
  await kept(session_id, { words, tools: 1, edits: 0 });
  const anchor = await until(
    'the anchor waits',
    async () => (await call('BeforeAgent', { prompt: 'Go on' })) || undefined,
  );
  expect(JSON.parse(anchor).hookSpecificOutput.hookEventName).toBe('BeforeAgent');
  expect(contextOf(anchor)).toContain(ask);
  await call('SessionEnd', { reason: 'exit' });
});

test('LE30: Cursor', async () => {
  const conversation = randomUUID();
  const encoded = shop.path.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-/, '');
  const folder = join(home.home, '.cursor/projects', encoded, 'agent-transcripts', conversation);
  const transcript_path = join(folder, `${conversation}.jsonl`);
  const base = { conversation_id: conversation, cursor_version: '2.4.1', workspace_roots: [shop.path], model: 'auto' };
  const calling = { cwd: join(home.home, '.cursor') };
  const call = (event: string, more: Body, turn = 'g1') =>
    hook('cursor', event, { ...base, generation_id: turn, transcript_path, hook_event_name: event, ...more }, calling);
  const printed = await call('sessionStart', { session_id: conversation, is_background_agent: false });
  expect(JSON.parse(printed).additional_context).toContain('We deploy on Fridays');
  expect(await call('beforeSubmitPrompt', { prompt: ask, attachments: [] })).toBe('{"continue":true}\n');
  // the same, as Cursor runs the hooks of Claude Code
  const compat = { ...base, generation_id: 'g1', transcript_path, prompt: ask };
  expect(await hook('claude-code', 'UserPromptSubmit', compat, { cwd: shop.path })).toBe('');
  append(transcript_path, cursorLine('user', `<user_query>\n${ask}\n</user_query>`));
  await call('afterShellExecution', { command: 'npm test', cwd: shop.path, output: 'ok', duration: 12 });
  append(transcript_path, cursorLine('assistant', cursorCall('Shell', { command: 'npm test' })));
  const edits = [{ old_string: 'a', new_string: 'b' }];
  await call('afterFileEdit', { file_path: join(shop.path, 'src/cart.ts'), edits });
  append(transcript_path, cursorLine('assistant', answer));
  await call('afterAgentResponse', { text: answer });
  await call('stop', { status: 'completed', loop_count: 0 });
  expect(await kept(conversation, { words, tools: 1, edits: 1 })).toMatchObject({ agent: 'cursor', branch: null });
  await call('sessionEnd', { session_id: conversation, reason: 'user_close' });
  await until('it has ended', async () => {
    const { session } = await home.client(shop.path).call('session.show', { session_id: conversation });
    return session.status === 'ended';
  });
});

test('LE30: opencode', async () => {
  const session = `ses_${randomUUID().slice(0, 8)}`;
  plugin('session.created', { info: { id: session, directory: shop.path, title: 'x' } });
  plugin('chat.message', { sessionID: session, messageID: 'msg_1', parts: [{ id: 'prt_1', type: 'text', text: ask }] });
  const ran = { tool: 'bash', sessionID: session, callID: 'call_1', args: { command: 'npm test' }, title: 'npm test' };
  plugin('tool.execute.after', { ...ran, metadata: { output: 'ok', exit: 0 } });
  const file = join(shop.path, 'src/cart.ts');
  const wrote = { tool: 'edit', sessionID: session, callID: 'call_2', args: { filePath: file, newString: 'b' } };
  plugin('tool.execute.after', { ...wrote, title: 'cart.ts', metadata: { filediff: { additions: 1, deletions: 0 } } });
  plugin('session.idle', { sessionID: session });
  const session_ = await kept(session, { words: words.slice(0, 1), tools: 2, edits: 1 });
  expect(session_).toMatchObject({ agent: 'opencode' });
});

test('LE30: Copilot CLI', async () => {
  const sessionId = randomUUID();
  const transcriptPath = join(home.home, '.copilot/session-state', sessionId, 'events.jsonl');
  let at = Date.now();
  const next = () => {
    at += 1;
    return at;
  };
  const call = (event: string, more: Body) =>
    hook('copilot-cli', event, { sessionId, timestamp: next(), cwd: shop.path, ...more });
  const start = { ...copilotStart[1], sessionId, context: { cwd: shop.path, branch: 'main' } };
  const path = join(shop.path, 'src/cart.ts');
  const events = copilotEvents(
    ['session.start', start],
    ['user.message', { content: ask }],
    ['tool.execution_start', { toolCallId: 'c1', toolName: 'bash', arguments: { command: 'npm test' } }],
    ['tool.execution_complete', { toolCallId: 'c1', success: true, result: { content: 'ok' } }],
    ['tool.execution_start', { toolCallId: 'c2', toolName: 'create', arguments: { path, file_text: 'b' } }],
    ['tool.execution_complete', { toolCallId: 'c2', success: true, result: { content: 'done' } }],
    ['assistant.message', { messageId: 'm1', content: answer, outputTokens: 7, model: 'gpt' }],
    copilotShutdown(1, { inputTokens: 30, cacheReadTokens: 20, outputTokens: 7 }),
  ).map((event) => ({ ...(event as Body), timestamp: new Date(next()).toISOString() }));
  append(transcriptPath, ...events.slice(0, 1));
  await call('userPromptSubmitted', { prompt: ask });
  append(transcriptPath, ...events.slice(1, 2));
  const printed = await call('sessionStart', { source: 'new', initialPrompt: ask });
  expect(JSON.parse(printed).additionalContext).toContain('We deploy on Fridays');
  const result = { resultType: 'success', textResultForLlm: 'ok' };
  await call('postToolUse', { toolName: 'bash', toolArgs: '{"command":"npm test"}', toolResult: result });
  append(transcriptPath, ...events.slice(2));
  await call('agentStop', { transcriptPath, stopReason: 'end_turn' });
  await call('sessionEnd', { reason: 'complete' });
  const session = await kept(sessionId, { words, tools: 2, edits: 1 });
  expect(session).toMatchObject({ agent: 'copilot-cli', branch: 'main' });
});

test('LE30: Claude Code, as it runs its hooks while a tool works', async () => {
  const session_id = randomUUID();
  const base = { session_id, transcript_path: null, cwd: shop.path, permission_mode: 'default' };
  const calling = { env: { CLAUDE_PROJECT_DIR: shop.path } };
  const call = (event: string, more: Body) =>
    hook('claude-code', event, { ...base, hook_event_name: event, ...more }, calling);
  expect(contextOf(await call('SessionStart', { source: 'startup' }))).toContain('We deploy on Fridays');
  await call('UserPromptSubmit', { prompt: ask });
  const ran = { tool_name: 'Bash', tool_use_id: 'toolu_1', tool_input: { command: 'npm test' } };
  expect(await call('PostToolUse', { ...ran, tool_response: { stdout: 'ok', stderr: '' }, duration_ms: 5 })).toBe('');
  const input = { file_path: join(shop.path, 'src/cart.ts'), content: 'b' };
  const wrote = { tool_name: 'Write', tool_use_id: 'toolu_2', tool_input: input };
  await call('PostToolUse', {
    ...wrote,
    tool_response: { type: 'create', filePath: input.file_path, structuredPatch: [] },
  });
  await call('SubagentStop', { agent_id: 'a1', agent_type: 'explore', last_assistant_message: 'found' });
  await call('Stop', { stop_hook_active: false, last_assistant_message: answer });
  expect(await kept(session_id, { words, tools: 2, edits: 1 })).toMatchObject({ agent: 'claude-code' });
});

test('LE30: Codex, with hooks and with the notice of older builds', async () => {
  const session_id = randomUUID();
  const base = { session_id, transcript_path: null, cwd: shop.path, model: 'gpt-5.5', permission_mode: 'default' };
  const call = (event: string, more: Body) => hook('codex', event, { ...base, hook_event_name: event, ...more });
  expect(contextOf(await call('SessionStart', { source: 'startup' }))).toContain('We deploy on Fridays');
  await call('UserPromptSubmit', { turn_id: 't1', prompt: ask });
  const ran = { turn_id: 't1', tool_name: 'Bash', tool_use_id: 'call_1', tool_input: { command: 'npm test' } };
  await call('PostToolUse', { ...ran, tool_response: 'Process exited with code 0\nOutput:\nok' });
  await call('Stop', { turn_id: 't1', stop_hook_active: false, last_assistant_message: answer });
  const notice = {
    ...{ type: 'agent-turn-complete', 'thread-id': session_id, 'turn-id': 't1', cwd: shop.path },
    ...{ 'input-messages': [ask], 'last-assistant-message': answer },
  };
  const script = join(home.home, '.local/share/prsist/bin/prsist-hook');
  const ranNotify = await execute(script, ['codex', 'notify', JSON.stringify(notice)], {
    cwd: shop.path,
    env: home.agentEnv,
  });
  expect([ranNotify.exit, ranNotify.stdout, ranNotify.stderr]).toEqual([0, '', '']);
  expect(await kept(session_id, { words, tools: 1, edits: 0 })).toMatchObject({ agent: 'codex' });
  await home.settled();
  await kept(session_id, { words, tools: 1, edits: 0 });
});
