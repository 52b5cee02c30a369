/** The agent a command runs inside, by the variables agents set for what they start; undefined for a person's terminal. */
export function agentFrom(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (env.CLAUDECODE) return 'claude-code';
  if (env.CODEX_SANDBOX || env.CODEX_THREAD_ID) return 'codex';
  if (env.GEMINI_CLI) return 'gemini-cli';
  if (env.OPENCODE) return 'opencode';
  return undefined;
}
