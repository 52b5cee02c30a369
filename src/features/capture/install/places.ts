import { join } from 'node:path';
import type { HookedAgent } from '../../../core/words.ts';
import { exists } from '../../../platform/walk.ts';

export interface Homes {
  readonly home: string;
  /** Directories of the agents, where their own variables moved them. */
  readonly moved: Readonly<Record<string, string>>;
  /** Where programs are looked for; the whole file system when absent. */
  readonly top?: string;
}

const directories: Readonly<Record<HookedAgent, string>> = {
  'claude-code': '.claude',
  codex: '.codex',
  'gemini-cli': '.gemini',
  cursor: '.cursor',
  opencode: '.config/opencode',
  'copilot-cli': '.copilot',
};

const hookFiles: Readonly<Record<HookedAgent, string>> = {
  'claude-code': 'settings.json',
  codex: 'hooks.json',
  'gemini-cli': 'settings.json',
  cursor: 'hooks.json',
  opencode: 'plugins/prsist.js',
  'copilot-cli': 'hooks/prsist.json',
};

/** Directory in which an agent keeps its settings. */
export function agentDirectory({ home, moved }: Homes, agent: HookedAgent): string {
  return moved[agent] ?? join(home, directories[agent]);
}

/** The file that holds an agent's hooks: its settings, or one of ours that it loads beside them. */
export function agentSettings(homes: Homes, agent: HookedAgent): string {
  return join(agentDirectory(homes, agent), hookFiles[agent]);
}

/** The file in which an agent looks for its MCP servers. */
export function agentMcp(homes: Homes, agent: HookedAgent): string {
  const directory = agentDirectory(homes, agent);
  if (agent === 'claude-code') return join(homes.moved[agent] ?? homes.home, '.claude.json');
  if (agent === 'codex') return join(directory, 'config.toml');
  if (agent === 'gemini-cli') return join(directory, 'settings.json');
  if (agent === 'cursor') return join(directory, 'mcp.json');
  if (agent === 'copilot-cli') return join(directory, 'mcp-config.json');
  const commented = join(directory, 'opencode.jsonc');
  return exists(commented) ? commented : join(directory, 'opencode.json');
}
