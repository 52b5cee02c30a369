/** An agent whose hooks print briefs: at which event, and at which one it is told news. */
export interface ToldAgent {
  readonly agent: string;
  /** Its own name of the start of a conversation. */
  readonly start: string;
  /** Its own name of a prompt; absent where nothing can be told then. */
  readonly prompt?: string;
}

/** Agents whose hooks print briefs. */
export const toldAgents: readonly ToldAgent[] = [
  { agent: 'claude-code', start: 'SessionStart', prompt: 'UserPromptSubmit' },
  { agent: 'codex', start: 'SessionStart', prompt: 'UserPromptSubmit' },
  { agent: 'gemini-cli', start: 'SessionStart', prompt: 'BeforeAgent' },
  { agent: 'cursor', start: 'sessionStart' },
  { agent: 'opencode', start: 'system' },
  { agent: 'copilot-cli', start: 'sessionStart' },
];
