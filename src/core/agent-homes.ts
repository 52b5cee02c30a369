/** Directories in which agents keep their settings, where their own variables moved them, by agent. */
export function movedAgentHomes(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const moved = {
    'claude-code': env.CLAUDE_CONFIG_DIR,
    codex: env.CODEX_HOME,
    'gemini-cli': env.GEMINI_CLI_HOME && `${env.GEMINI_CLI_HOME}/.gemini`,
    opencode: env.XDG_CONFIG_HOME && `${env.XDG_CONFIG_HOME}/opencode`,
    'copilot-cli': env.COPILOT_HOME,
  };
  return Object.fromEntries(Object.entries(moved).filter((pair): pair is [string, string] => Boolean(pair[1])));
}
