import { join } from 'node:path';
import type { FileOperation, FilePlan, FoundFile } from '../../../core/file-edit.ts';
import { readFound } from '../../../platform/apply-edits.ts';
import { readText } from '../../../platform/files.ts';
import { runGit } from '../../../platform/git.ts';
import type { WorkTree } from '../../../platform/repository.ts';
import { exists } from '../../../platform/walk.ts';
import { planAgentHooks } from './agent-hooks.ts';
import { gitHookPaths, planGitHook } from './git-hook.ts';
import { planScripts, type ScriptFacts, scriptFiles } from './scripts.ts';

/** Agents whose hooks can be installed, and the settings file each reads. */
export const hookedAgents = ['claude-code', 'codex'] as const;
export type HookedAgent = (typeof hookedAgents)[number];

export interface Homes {
  readonly home: string;
  /** Directories of the agents, where their own variables moved them. */
  readonly moved: Readonly<Record<string, string>>;
}

/** Directory in which an agent keeps its settings. */
export function agentDirectory({ home, moved }: Homes, agent: HookedAgent): string {
  return moved[agent] ?? join(home, agent === 'claude-code' ? '.claude' : '.codex');
}

/** The settings file that holds an agent's hooks. */
export function agentSettings(homes: Homes, agent: HookedAgent): string {
  return join(agentDirectory(homes, agent), agent === 'claude-code' ? 'settings.json' : 'hooks.json');
}

/** Plans scripts and the hooks of the chosen agents; an agent that is not installed is not touched. */
export function planUserHooks(facts: ScriptFacts, homes: Homes, agents: readonly HookedAgent[]): FilePlan {
  const found = new Map<string, FoundFile>(scriptFiles(facts).map(({ path }) => [path, readFound(path)]));
  const plans = agents.map((agent) => planOne(homes, agent));
  const hooks = plans.flatMap((plan) => plan.operations);
  return {
    operations: [...planScripts(facts, found), ...hooks],
    notes: plans.flatMap((plan) => plan.notes),
  };
}

function planOne(homes: Homes, agent: HookedAgent): FilePlan {
  const directory = agentDirectory(homes, agent);
  const path = agentSettings(homes, agent);
  const configToml = agent === 'codex' ? readText(join(directory, 'config.toml')) : undefined;
  return planAgentHooks({
    ...{ agent, path, isInstalled: exists(directory), file: readFound(path) },
    ...(configToml === undefined ? {} : { configToml }),
  });
}

/** Plans the git hook of a repository. */
export async function planRepositoryHook(tree: WorkTree): Promise<FilePlan> {
  const [hooks, configured] = await Promise.all([
    runGit(tree.top, ['rev-parse', '--path-format=absolute', '--git-path', 'hooks']),
    runGit(tree.top, ['config', '--get', 'core.hooksPath']),
  ]);
  const hooksDirectory = hooks?.trim() || join(tree.commonDir, 'hooks');
  const paths = gitHookPaths(hooksDirectory);
  return planGitHook({
    ...{ commonDirectory: tree.commonDir, hooksDirectory, hook: readFound(paths.hook), aside: readFound(paths.aside) },
    ...(configured?.trim() ? { hooksPath: configured.trim() } : {}),
  });
}

/** One plan out of several, in their order. */
export function joined(plans: readonly FilePlan[]): FilePlan {
  return {
    operations: plans.flatMap((plan): readonly FileOperation[] => plan.operations),
    notes: plans.flatMap((plan) => plan.notes),
  };
}
