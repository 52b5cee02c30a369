// Who asks, and about which project: the server is started by an agent, in its working directory.
import { agentFrom } from '../client/agent.ts';
import { clean, cut } from '../core/clean.ts';

/** Names by which the agents call themselves when they connect. */
const clients: readonly (readonly [RegExp, string])[] = [
  [/claude/i, 'claude-code'],
  [/codex/i, 'codex'],
  [/gemini/i, 'gemini-cli'],
  [/cursor/i, 'cursor'],
  [/opencode/i, 'opencode'],
  [/copilot/i, 'copilot-cli'],
];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The agent behind a connection: PRSIST_CLIENT of its MCP entry, else the name it gives itself, else what its environment
 * says. Always somebody: nothing that comes this way is a person's own word.
 */
export function agentOf(clientName: string | undefined, env: Environment): string {
  if (env.PRSIST_CLIENT) return cut(clean(env.PRSIST_CLIENT), 64);
  const known = clients.find(([pattern]) => pattern.test(clientName ?? ''));
  if (known) return known[1];
  return agentFrom(env) ?? (cut(clean(clientName ?? ''), 64) || 'mcp');
}

/** Directory the agent works in. */
export function placeOf(env: Environment, cwd: string): string {
  return env.CLAUDE_PROJECT_DIR || env.GEMINI_PROJECT_DIR || cwd;
}
