// What stands in the agents' settings. Codex trusts a hook by the hash of event, matcher and handler: one changed
// character, the timeout included, and the hook is silently off. So nothing here ever changes; a new event is a new entry.
import type { HookEntries } from './hook-entries.ts';

const script = '"$HOME/.local/share/prsist/bin/prsist-hook"';

/** Whether a hook command is one of ours, in any form we ever registered. */
export function isOurCommand(command: string): boolean {
  return command.includes('/prsist/bin/prsist-hook');
}

/** Hooks for `~/.claude/settings.json`: every source of SessionStart, and only events that old builds know too. */
export const claudeCodeHooks: HookEntries = entriesFor('claude-code', [
  'SessionStart',
  'UserPromptSubmit',
  'Stop',
  'PreCompact',
  'SessionEnd',
]);

/** Hooks for `~/.codex/hooks.json`; Codex has no end of a session. */
export const codexHooks: HookEntries = entriesFor('codex', ['SessionStart', 'UserPromptSubmit', 'PreCompact', 'Stop']);

function entriesFor(agent: string, events: readonly string[]): HookEntries {
  const group = (event: string) => ({
    hooks: [{ type: 'command', command: `${script} ${agent} ${event}`, timeout: 5 }],
  });
  return Object.fromEntries(events.map((event) => [event, group(event)]));
}
