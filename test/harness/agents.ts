// Agents as prsist sees them: the commands found in their settings, run as they run them, and the transcript they write.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { execute, type Home, type Ran } from './home.ts';

type Members = Readonly<Record<string, unknown>>;

export interface Agent {
  readonly name: 'claude-code' | 'codex';
  readonly session: string;
  readonly transcript: string;
  /** Runs what the agent's settings say for an event; gives what the agent would put into the context. */
  readonly hook: (event: string, more?: Members) => Promise<string>;
  /** The human types: the hook is called, then the transcript grows. */
  readonly asked: (prompt: string) => Promise<string>;
  readonly said: (text: string) => void;
  readonly ran: (command: string, output: string, exit?: number) => void;
  /** Changes a file for real and says so. */
  readonly edited: (file: string, text: string) => void;
  readonly stop: () => Promise<string>;
}

export interface Standing {
  readonly cwd: string;
  readonly session?: string;
  /** nothing: the agent has no transcript; a promise: it names one and never writes it. */
  readonly writes?: 'transcript' | 'promise' | 'nothing';
}

/** The command an agent's settings hold for an event. */
export function hookCommand(settings: string, event: string): string {
  const { hooks } = JSON.parse(fs.readFileSync(settings, 'utf8'));
  return hooks[event].flatMap((group: { hooks: { command: string }[] }) => group.hooks.map((each) => each.command))[0];
}

interface Caller {
  readonly home: Home;
  readonly settings: string;
  readonly body: Members;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

async function callHook(caller: Caller, event: string, more: Members): Promise<string> {
  const command = hookCommand(caller.settings, event);
  const input = `${JSON.stringify({ ...caller.body, hook_event_name: event, ...more })}\n`;
  const env = { ...caller.home.agentEnv, ...caller.env };
  const ran = await execute('/bin/sh', ['-c', command], { cwd: caller.cwd, env, input });
  return contextOf(ran);
}

/** What a start hook puts into the context, by the rules of both agents: exit 0, silent, nothing but the one known form. */
export function contextOf({ exit, stdout, stderr }: Ran): string {
  if (exit !== 0 || stderr !== '') throw new Error(`a hook ended with ${exit}: ${stderr}`);
  if (stdout === '') return '';
  const { hookSpecificOutput, ...others } = JSON.parse(stdout);
  const { hookEventName, additionalContext, ...more } = hookSpecificOutput;
  if (Object.keys({ ...others, ...more }).length > 0) throw new Error(`a hook printed more: ${stdout}`);
  if (!/^SessionStart$/.test(hookEventName)) throw new Error(`a hook printed at ${hookEventName}`);
  return additionalContext;
}

/** A conversation of Claude Code. */
export function claudeCode(home: Home, { cwd, session = randomUUID(), writes = 'transcript' }: Standing): Agent {
  const folder = join(home.home, '.claude/projects', cwd.replace(/[^A-Za-z0-9]/g, '-'));
  const transcript = join(folder, `${session}.jsonl`);
  const hasFile = writes !== 'nothing';
  const body = { session_id: session, transcript_path: hasFile ? transcript : null, cwd, permission_mode: 'default' };
  const settings = join(home.home, '.claude/settings.json');
  const caller: Caller = { home, settings, body, cwd, env: { CLAUDE_PROJECT_DIR: cwd } };
  const now = ticking();
  let parent: string | null = null;
  let last = '';
  const write = (type: 'user' | 'assistant', message: Members, more: Members = {}) => {
    if (writes !== 'transcript') return;
    const uuid = randomUUID();
    const place = { parentUuid: parent, isSidechain: false, userType: 'external', cwd, sessionId: session };
    const record = { ...place, version: '2.1.42', gitBranch: 'main', type, message, uuid, timestamp: now(), ...more };
    appendLine(transcript, record);
    parent = uuid;
  };
  const assistant = (...content: readonly Members[]) =>
    write('assistant', {
      ...{ id: `msg_${randomUUID()}`, type: 'message', role: 'assistant', model: 'claude-opus-4-6', content },
      usage: { input_tokens: 3, cache_creation_input_tokens: 10, cache_read_input_tokens: 100, output_tokens: 7 },
    });
  const tool = (name: string, input: Members, result: Members, details: Members) => {
    const id = `toolu_${randomUUID()}`;
    assistant({ type: 'tool_use', id, name, input });
    const content = [{ type: 'tool_result', tool_use_id: id, ...result }];
    write('user', { role: 'user', content }, { toolUseResult: details });
  };
  const hook = (event: string, more: Members = {}) => callHook(caller, event, more);
  return {
    ...{ name: 'claude-code', session, transcript, hook },
    async asked(prompt) {
      const shown = await hook('UserPromptSubmit', { prompt });
      write('user', { role: 'user', content: prompt });
      return shown;
    },
    said(text) {
      last = text;
      assistant({ type: 'text', text });
    },
    ran(command, output, exit = 0) {
      const content = exit === 0 ? output : `Exit code ${exit}\n${output}`;
      tool('Bash', { command }, { content, is_error: exit !== 0 }, { stdout: output, stderr: '', interrupted: false });
    },
    edited(file, text) {
      const path = join(cwd, file);
      writeFile(path, text);
      const details = { type: 'create', filePath: path, content: text, structuredPatch: [], originalFile: null };
      tool('Write', { file_path: path, content: text }, { content: 'File created successfully' }, details);
    },
    stop: () => hook('Stop', { stop_hook_active: false, last_assistant_message: last }),
  };
}

/** A conversation of Codex. */
export function codex(home: Home, { cwd, session = randomUUID(), writes = 'transcript' }: Standing): Agent {
  const now = ticking();
  const [day = ''] = now().split('T');
  const stamp = now().slice(0, 19).replaceAll(':', '-');
  const folder = join(home.home, '.codex/sessions', ...day.split('-'));
  const transcript = join(folder, `rollout-${stamp}-${session}.jsonl`);
  const hasFile = writes !== 'nothing';
  const body = { session_id: session, transcript_path: hasFile ? transcript : null, cwd, model: 'gpt-5.5' };
  const caller: Caller = { home, settings: join(home.home, '.codex/hooks.json'), body, cwd, env: {} };
  let last = '';
  const write = (type: string, payload: Members) => {
    if (writes === 'transcript') appendLine(transcript, { timestamp: now(), type, payload });
  };
  const begin = () => {
    if (fs.existsSync(transcript)) return;
    const from = { originator: 'codex-tui', cli_version: '0.141.0', git: { branch: 'main' } };
    write('session_meta', { id: session, timestamp: now(), cwd, ...from });
    write('turn_context', { turn_id: randomUUID(), cwd, model: 'gpt-5.5' });
  };
  const hook = (event: string, more: Members = {}) => callHook(caller, event, more);
  return {
    ...{ name: 'codex', session, transcript, hook },
    async asked(prompt) {
      const shown = await hook('UserPromptSubmit', { prompt, turn_id: randomUUID() });
      begin();
      const content = [{ type: 'input_text', text: prompt }];
      write('response_item', { type: 'message', role: 'user', content });
      write('event_msg', { type: 'user_message', message: prompt, images: [] });
      return shown;
    },
    said(text) {
      last = text;
      write('event_msg', { type: 'agent_message', message: text });
      write('response_item', { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] });
    },
    ran(command, output, exit = 0) {
      const call_id = `call_${randomUUID()}`;
      const args = JSON.stringify({ cmd: command, workdir: cwd });
      write('response_item', { type: 'function_call', name: 'exec_command', arguments: args, call_id });
      const text = `Wall time: 0.1 seconds\nProcess exited with code ${exit}\nOutput:\n${output}`;
      write('response_item', { type: 'function_call_output', call_id, output: text });
    },
    edited(file, text) {
      writeFile(join(cwd, file), text);
      const call_id = `call_${randomUUID()}`;
      const lines = text.replace(/\n$/, '').split('\n');
      const input = ['*** Begin Patch', `*** Add File: ${file}`, ...lines.map((each) => `+${each}`), '*** End Patch'];
      write('response_item', { type: 'custom_tool_call', name: 'apply_patch', input: input.join('\n'), call_id });
      const changes = { [join(cwd, file)]: { type: 'add', content: text } };
      write('event_msg', { type: 'patch_apply_end', call_id, success: true, changes });
      write('response_item', { type: 'custom_tool_call_output', call_id, output: 'Success' });
    },
    stop: () => hook('Stop', { turn_id: randomUUID(), stop_hook_active: false, last_assistant_message: last }),
  };
}

function appendLine(path: string, record: Members): void {
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.appendFileSync(path, `${JSON.stringify(record)}\n`);
}

function writeFile(path: string, text: string): void {
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.writeFileSync(path, text);
}

/** Times as an agent notes them: whole milliseconds, no two of one conversation the same. */
function ticking(): () => string {
  let last = 0;
  return () => {
    last = Math.max(Date.now(), last + 1);
    return new Date(last).toISOString();
  };
}
