// What stands in the agents' settings. Codex trusts a hook by the hash of event, matcher and handler: one changed
// character, the timeout included, and the hook is silently off. So nothing here ever changes; a new event is a new entry
// at the end of its list.
import type { JsonValue } from '../../../core/captured.ts';
import type { HookedAgent } from '../../../core/words.ts';
import type { HookEntries } from './hook-entries.ts';

/** How a hook is called: the installed sh script, or Node where there is no sh that can run it. */
export type HookForm = 'sh' | 'node';

const script = '"$HOME/.local/share/prsist/bin/prsist-hook"';

/** Whether a hook command is one of ours, in any form we ever registered. */
export function isOurCommand(command: string): boolean {
  return command.includes('/prsist/bin/prsist-hook') || /^prsist hook [a-z-]+ [A-Za-z]+$/.test(command);
}

/** Hooks for `~/.claude/settings.json`: every source of SessionStart, and only events that old builds know too. */
export const claudeCodeHooks: HookEntries = claudeCode(script);
/** Hooks for `~/.codex/hooks.json`; Codex has no end of a session. */
export const codexHooks: HookEntries = codex(script);

/** Agents whose hooks are entries in a settings file, opposed to a file of our own beside it. */
export type EntryAgent = Exclude<HookedAgent, 'opencode' | 'copilot-cli'>;

/**
 * bin: directory of the installed scripts, for the one agent of which nobody says that it expands $HOME; undefined in a
 * file that stands in a repository, which no absolute path of one person fits.
 */
export function entriesOf(agent: EntryAgent, form: HookForm, bin: string | undefined): HookEntries {
  const command = form === 'node' ? 'prsist hook' : script;
  if (agent === 'claude-code') return claudeCode(command);
  if (agent === 'codex') return codex(command);
  if (agent === 'gemini-cli') return geminiCli(command);
  return cursor(form === 'node' || bin === undefined ? command : quoted(`${bin}/prsist-hook`));
}

/** Members an agent wants beside `hooks` in a file that holds nothing yet. */
export function baseOf(agent: EntryAgent): Readonly<Record<string, JsonValue>> {
  return agent === 'cursor' ? { version: 1 } : {};
}

/** The whole of `~/.copilot/hooks/prsist.json`. */
export function copilotFile(form: HookForm): string {
  const command = form === 'node' ? 'prsist hook' : script;
  const events = ['sessionStart', 'userPromptSubmitted', 'postToolUse', 'agentStop', 'sessionEnd'];
  const handler = (event: string) => ({
    ...{ type: 'command', bash: `${command} copilot-cli ${event}` },
    ...{ powershell: `prsist hook copilot-cli ${event}`, timeoutSec: 5 },
  });
  const hooks = Object.fromEntries(events.map((event) => [event, [handler(event)]]));
  return `${JSON.stringify({ version: 1, hooks }, null, 2)}\n`;
}

function claudeCode(command: string): HookEntries {
  const agent = `${command} claude-code`;
  const tools = { type: 'command', command: `${agent} PostToolUse`, async: true, timeout: 5 };
  return {
    ...groups(agent, ['SessionStart', 'UserPromptSubmit', 'Stop', 'PreCompact', 'SessionEnd', 'SubagentStop']),
    PostToolUse: { matcher: '*', hooks: [tools] },
  };
}

function codex(command: string): HookEntries {
  const agent = `${command} codex`;
  const tools = { type: 'command', command: `${agent} PostToolUse`, timeout: 5 };
  return {
    ...groups(agent, ['SessionStart', 'UserPromptSubmit', 'PreCompact', 'Stop']),
    PostToolUse: { matcher: 'Bash|apply_patch|mcp__.*', hooks: [tools] },
  };
}

function groups(command: string, events: readonly string[]): HookEntries {
  const group = (event: string) => ({ hooks: [{ type: 'command', command: `${command} ${event}`, timeout: 5 }] });
  return Object.fromEntries(events.map((event) => [event, group(event)]));
}

/** Its time-outs are milliseconds. */
function geminiCli(command: string): HookEntries {
  const handler = (event: string) => ({
    ...{ name: 'prsist', type: 'command', command: `${command} gemini-cli ${event}`, timeout: 5000 },
  });
  const events = ['SessionStart', 'BeforeAgent', 'AfterAgent', 'PreCompress', 'SessionEnd'];
  return {
    ...Object.fromEntries(events.map((event) => [event, { hooks: [handler(event)] }])),
    AfterTool: { matcher: '.*', hooks: [handler('AfterTool')] },
  };
}

/** Handlers stand in the lists themselves. An event a build does not know can cost the whole file: no others than these. */
function cursor(command: string): HookEntries {
  const session = ['sessionStart', 'beforeSubmitPrompt', 'preCompact', 'stop', 'sessionEnd'];
  const work = ['afterFileEdit', 'afterShellExecution', 'afterAgentResponse'];
  return Object.fromEntries(
    [...session, ...work].map((event) => [event, { command: `${command} cursor ${event}`, timeout: 5 }]),
  );
}

/** Of Cursor's hooks those that builds know in which sessions have no beginning and no end. */
export function withoutSessions(entries: HookEntries): HookEntries {
  const later = ['sessionStart', 'sessionEnd', 'preCompact'];
  return Object.fromEntries(Object.entries(entries).filter(([event]) => !later.includes(event)));
}

/** A path as a shell reads it back, whatever characters are in it. */
function quoted(path: string): string {
  return /[$"`\\!]/.test(path) ? `'${path.replaceAll("'", `'\\''`)}'` : `"${path}"`;
}
