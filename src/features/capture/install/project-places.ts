// Files of a repository in which agents look for hooks and MCP servers, beside those at home.
import { join } from 'node:path';
import type { HookedAgent } from '../../../core/words.ts';
import { readFound } from '../../../platform/apply-edits.ts';
import { exists } from '../../../platform/walk.ts';

const hookFiles: Readonly<Record<HookedAgent, string>> = {
  // the one of its files that is nobody else's: whoever has no prsist is not told of a missing hook
  'claude-code': '.claude/settings.local.json',
  codex: '.codex/hooks.json',
  'gemini-cli': '.gemini/settings.json',
  cursor: '.cursor/hooks.json',
  opencode: '.opencode/plugins/prsist.js',
  'copilot-cli': '.github/hooks/prsist.json',
};

/** The file of a repository that holds an agent's hooks. */
export function projectHooks(root: string, agent: HookedAgent): string {
  return join(root, hookFiles[agent]);
}

/** The file of a repository in which an agent looks for MCP servers; undefined for one that looks in the home only. */
export function projectMcp(root: string, agent: HookedAgent): string | undefined {
  if (agent === 'copilot-cli') return undefined;
  if (agent === 'claude-code') return join(root, '.mcp.json');
  if (agent === 'codex') return join(root, '.codex/config.toml');
  if (agent === 'gemini-cli') return join(root, '.gemini/settings.json');
  if (agent === 'cursor') return join(root, '.cursor/mcp.json');
  const commented = join(root, 'opencode.jsonc');
  return exists(commented) ? commented : join(root, 'opencode.json');
}

/** Whether hooks of ours stand in a file. */
export function holdsOurHooks(path: string): boolean {
  const file = readFound(path);
  if (file.kind !== 'text') return false;
  if (path.endsWith('prsist.js')) return file.text.includes('prsist');
  return /\/prsist\/bin\/prsist-hook|"prsist hook [a-z-]+ [A-Za-z]+"/.test(file.text);
}

/** The file of one of some repositories in which hooks of ours stand for an agent. */
export function projectHolding(roots: readonly string[], agent: HookedAgent): string | undefined {
  return roots.map((root) => projectHooks(root, agent)).find(holdsOurHooks);
}
