// Hooks and MCP entries in the files of a repository, on request: then not at user level too, since both would run.
import { dirname, join } from 'node:path';
import type { FileEdit, FilePlan, FoundFile, PlanNote } from '../../../core/file-edit.ts';
import type { HookedAgent } from '../../../core/words.ts';
import { readFound } from '../../../platform/apply-edits.ts';
import { readText } from '../../../platform/files.ts';
import { exists } from '../../../platform/walk.ts';
import { planAgentHooks } from './agent-hooks.ts';
import { cursorVersion } from './cursor-version.ts';
import type { HookForm } from './entries.ts';
import { planMcp } from './mcp-entries.ts';
import { agentDirectory, agentSettings, type Homes } from './places.ts';
import { joined } from './plan.ts';
import { holdsOurHooks, projectHooks, projectMcp } from './project-places.ts';
import type { ScriptFacts } from './scripts.ts';

export interface ProjectPlan {
  readonly root: string;
  readonly agents: readonly HookedAgent[];
  readonly form: HookForm;
  /** Whether the MCP server is entered too. */
  readonly mcp: boolean;
}

/** Plans hooks and MCP entries in the files of a repository, for agents that are installed and have no hooks of ours at home. */
export function planProjectHooks(facts: Pick<ScriptFacts, 'plugin'>, homes: Homes, plan: ProjectPlan): FilePlan {
  return joined(plan.agents.map((agent) => planOne(facts, homes, { ...plan, agent })));
}

interface One extends ProjectPlan {
  readonly agent: HookedAgent;
}

function planOne(facts: Pick<ScriptFacts, 'plugin'>, homes: Homes, one: One): FilePlan {
  const { root, agent, form } = one;
  if (!exists(agentDirectory(homes, agent))) return { operations: [], notes: [] };
  const path = projectHooks(root, agent);
  const atHome = agentSettings(homes, agent);
  if (holdsOurHooks(atHome)) return { operations: [], notes: [duplicate(agent, path, atHome)] };
  const configToml = agent === 'codex' ? readText(join(dirname(path), 'config.toml')) : undefined;
  const hooks = planAgentHooks({
    ...{ agent, path, isInstalled: true, file: readFound(path), bin: undefined, form, plugin: facts.plugin },
    version: agent === 'cursor' ? cursorVersion(homes.home, homes.top) : undefined,
    ...(configToml === undefined ? {} : { configToml }),
  });
  return one.mcp ? joined([hooks, planServer(one, hooks)]) : hooks;
}

function duplicate(agent: HookedAgent, path: string, other: string): PlanNote {
  const message = `${agent}: no hooks in ${path}, since those in ${other} run here too`;
  return { path, message };
}

/** hooks: the plan before this one, which may change the same file. */
function planServer({ root, agent }: One, hooks: FilePlan): FilePlan {
  const path = projectMcp(root, agent);
  if (path === undefined) {
    const message = `${agent} looks for MCP servers in your home only: none is entered for it`;
    return { operations: [], notes: [{ path: projectHooks(root, agent), message }] };
  }
  const edited = hooks.operations.find((each): each is FileEdit => each.kind === 'edit' && each.path === path);
  const found = readFound(path);
  const file: FoundFile =
    edited?.after == null ? found : { mode: edited.mode, isLink: false, ...found, kind: 'text', text: edited.after };
  return planMcp({ agent, path, file, launcher: 'prsist' });
}
