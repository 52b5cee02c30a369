// Ways in that agents, editors and their protocols open beside those of Claude Code and Codex: each is given some texts.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { JsonValue } from '../../src/core/captured.ts';
import { formatSpoolEvent } from '../../src/core/spool-event.ts';
import { copilotEvents, copilotStart } from '../features/capture/adapters/copilot-lines.ts';
import { cursorCall, cursorLine } from '../features/capture/adapters/cursor-lines.ts';
import { geminiHeader, geminiMessage, opencodeDatabase, opencodeTalk } from '../features/capture/document-makers.ts';
import type { Seen } from '../harness/every-byte.ts';
import { commandPath, type Home } from '../harness/home.ts';

type Body = Readonly<Record<string, JsonValue>>;

/** Where it happens. */
export interface Place {
  readonly home: Home;
  readonly cwd: string;
  /** What a file may be called for a text: as it is where a path can hold it and a secret in it is still one. */
  readonly fileName: (text: string) => string;
  /** The same of a text cut to a length. */
  readonly cut: (text: string, length: number) => string;
}

/** Leaves in the spool what the hook of an agent leaves there. */
export function spooled({ home, cwd }: Place, agent: string, event: string, body: Body): void {
  const [tmp, out] = [`.${randomUUID()}-0.tmp`, `${randomUUID()}-0.evt`].map((name) => join(home.paths.spool, name));
  const bytes = formatSpoolEvent({ agent, event, args: [], pwd: cwd }, Buffer.from(JSON.stringify(body)));
  fs.writeFileSync(tmp ?? '', bytes, { mode: 0o600, flag: 'wx' });
  fs.renameSync(tmp ?? '', out ?? '');
}

function append(path: string, ...lines: readonly JsonValue[]): void {
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.appendFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** A chat of Gemini CLI, and a conversation of which only its hooks tell. */
export function geminiCli(place: Place, texts: readonly string[]): void {
  const { home, cwd } = place;
  const folder = join(home.home, '.gemini/tmp/shop');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(join(folder, '.project_root'), cwd);
  const call = (n: number, text: string) => ({
    ...{ id: `t${n}`, name: 'write_file', args: { file_path: `${cwd}/a${n}`, content: text, [text]: text } },
    ...{ status: 'success', timestamp: new Date().toISOString(), resultDisplay: { fileDiff: text, filePath: text } },
    result: [{ functionResponse: { id: `t${n}`, response: { output: text } } }],
  });
  const messages = texts.flatMap((text, n) => {
    const toolCalls = [call(n, text)];
    const thoughts = [{ subject: text, description: text }];
    return [geminiMessage(2 * n, text), geminiMessage(2 * n + 1, text, { toolCalls, thoughts })];
  });
  append(join(folder, 'chats/session-1.jsonl'), geminiHeader(1, { summary: texts[0] ?? '' }), ...messages);
  const said = { session_id: randomUUID(), cwd };
  for (const text of texts) {
    spooled(place, 'gemini-cli', 'BeforeAgent', { ...said, prompt: text });
    const tool = { tool_name: 'run_shell_command', tool_input: { command: text }, tool_response: { llmContent: text } };
    spooled(place, 'gemini-cli', 'AfterTool', { ...said, ...tool });
    spooled(place, 'gemini-cli', 'AfterAgent', { ...said, prompt: text, prompt_response: text });
    spooled(place, 'gemini-cli', 'SessionEnd', { ...said, reason: text });
  }
}

/** A transcript of Cursor with what only its hooks tell, and a conversation that has no transcript. */
export function cursor(place: Place, texts: readonly string[]): void {
  const { home, cwd } = place;
  const encoded = cwd.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-/, '');
  const id = randomUUID();
  const transcript_path = join(home.home, '.cursor/projects', encoded, 'agent-transcripts', id, `${id}.jsonl`);
  const talk = texts.flatMap((text) => [
    cursorLine('user', `<user_query>\n${text}\n</user_query>`),
    cursorLine('assistant', text, cursorCall('Shell', { command: text }), cursorCall(text, { [text]: text })),
  ]);
  append(transcript_path, ...talk);
  for (const conversation_id of [id, randomUUID()]) {
    const base = { conversation_id, workspace_roots: [cwd], ...(conversation_id === id ? { transcript_path } : {}) };
    for (const text of texts) {
      spooled(place, 'cursor', 'beforeSubmitPrompt', { ...base, prompt: text });
      spooled(place, 'cursor', 'afterShellExecution', { ...base, command: text, output: text, duration: 5 });
      const edits = [{ old_string: text, new_string: text }];
      spooled(place, 'cursor', 'afterFileEdit', { ...base, file_path: join(cwd, place.fileName(text)), edits });
      spooled(place, 'cursor', 'afterAgentResponse', { ...base, text });
    }
  }
}

/** An event file of Copilot CLI, and a conversation of which only its hooks tell. */
export function copilotCli(place: Place, texts: readonly string[]): void {
  const { home, cwd } = place;
  const id = randomUUID();
  const start = { ...copilotStart[1], sessionId: id, context: { cwd, branch: texts[0] ?? '' } };
  const told = texts.flatMap((text, n) => [
    ['user.message', { content: text, attachments: [{ path: text }] }] as const,
    ['tool.execution_start', { toolCallId: `c${n}`, toolName: 'bash', arguments: { command: text } }] as const,
    ['tool.execution_complete', { toolCallId: `c${n}`, success: true, result: { content: text } }] as const,
    ['assistant.message', { messageId: `m${n}`, content: text, reasoningText: text, model: 'gpt' }] as const,
    ['session.error', { message: text, [text]: text }] as const,
  ]);
  append(
    join(home.home, '.copilot/session-state', id, 'events.jsonl'),
    ...copilotEvents(['session.start', start], ...told),
  );
  const said = { sessionId: randomUUID(), cwd };
  for (const text of texts) {
    spooled(place, 'copilot-cli', 'userPromptSubmitted', { ...said, prompt: text });
    const toolArgs = JSON.stringify({ path: `${cwd}/a`, old_str: text, new_str: text });
    const toolResult = { resultType: 'failure', textResultForLlm: text };
    spooled(place, 'copilot-cli', 'postToolUse', { ...said, toolName: 'edit', toolArgs, toolResult });
    spooled(place, 'copilot-cli', 'errorOccurred', { ...said, error: { message: text } });
  }
}

/** A database of opencode, and what its plug-in spools of another conversation. */
export function opencode(place: Place, texts: readonly string[]): void {
  const { home, cwd } = place;
  const file = join(home.home, '.local/share/opencode/opencode.db');
  fs.mkdirSync(dirname(file), { recursive: true });
  using db = opencodeDatabase(file);
  db.session(cwd, Date.now(), { directory: cwd });
  db.run(`update session set title = '${(texts[0] ?? '').replaceAll("'", "''")}'`);
  for (const [n, text] of texts.entries()) {
    const [asked, answered] = opencodeTalk(cwd, n);
    if (!asked || !answered) continue;
    const state = { status: 'completed', input: { command: text, [text]: text }, output: text, metadata: { exit: 0 } };
    const part = { id: `prt_${n}t`, type: 'tool', tool: 'bash', callID: `c${n}`, state: { ...state, title: text } };
    db.put({ ...asked, parts: [{ id: `prt_${n}a`, type: 'text', text }] }, Date.now());
    const spoken = ['text', 'reasoning'].map((type) => ({
      id: `prt_${n}${type}`,
      type,
      text,
      time: { start: 1, end: 2 },
    }));
    db.put({ ...answered, parts: [...spoken, part] }, Date.now());
  }
  const sessionID = `ses_${randomUUID().slice(0, 8)}`;
  spooled(place, 'opencode', 'session.created', { info: { id: sessionID, directory: cwd, title: texts[0] ?? '' } });
  for (const [n, text] of texts.entries()) {
    const parts = [{ id: `prt_${n}`, type: 'text', text }];
    spooled(place, 'opencode', 'chat.message', { sessionID, messageID: `msg_${n}`, parts });
    const ran = { sessionID, callID: `call_${n}`, tool: 'bash', args: { command: text }, output: text, title: text };
    spooled(place, 'opencode', 'tool.execute.after', { ...ran, metadata: { output: text, exit: 1 } });
    spooled(place, 'opencode', 'todo.updated', { sessionID, todos: [{ id: text, content: text, status: 'pending' }] });
  }
}

/** Signs of life of editors: by the spool as they send them, and by a request. Gives the answers. */
export async function heartbeats(place: Place, texts: readonly string[]): Promise<Seen[]> {
  const client = place.home.client(place.cwd);
  const answers: Seen[] = [];
  const time = Date.now() / 1000;
  for (const [n, text] of texts.entries()) {
    const [word, branch] = [place.cut(text, 60), place.cut(text, 250)];
    const beat = {
      entity: join(place.cwd, place.fileName(text)),
      time: time - n,
      branch,
      language: word,
      category: word,
    };
    const items = [beat, { ...beat, entity: text, type: 'app', source: word }];
    spooled(place, 'vscode', 'heartbeat', { items });
    spooled(place, 'vim', 'heartbeat', { ...beat, [text]: text });
    const answer = await client.post('activity.heartbeat', { items }).catch(String);
    answers.push({ where: 'an answer to a heartbeat', bytes: Buffer.from(JSON.stringify(answer)) });
  }
  return answers;
}

/** What an agent remembers, asks and hands over through the server of the Model Context Protocol. */
export async function mcp({ home, cwd }: Place, texts: readonly string[]): Promise<Seen[]> {
  const client = new Client({ name: 'claude-code', version: '1.0.0' });
  const server = { command: process.execPath, args: [commandPath, 'mcp'], cwd, env: { ...home.env } };
  await client.connect(new StdioClientTransport(server));
  const answers: Seen[] = [];
  const call = async (name: string, args: Readonly<Record<string, unknown>>) => {
    const answer = await client.callTool({ name, arguments: args }).catch(String);
    answers.push({ where: `what the tool ${name} says`, bytes: Buffer.from(JSON.stringify(answer)) });
  };
  try {
    for (const [n, text] of texts.entries()) {
      await call('remember', { value: text, key: `mcp${n}`, category: 'fact' });
      await call('remember', { value: { [text]: [text] } });
      await call('search', { query: text.slice(0, 500) });
      await call('task', { description: text });
      await call('handoff', { to_agent: 'codex', handoff_reason: text, critical_info: { [text]: text } });
      await call(n % 2 === 0 ? 'forget' : 'get', { key: `mcp${n}`, reason: text });
    }
  } finally {
    await client.close();
  }
  return answers;
}
