import { join } from 'node:path';
import type { FileEdit, FileOperation, FilePlan, FoundFile, PlanNote } from '../../../core/file-edit.ts';
import type { HookedAgent } from '../../../core/words.ts';
import { readFound } from '../../../platform/apply-edits.ts';
import { readText } from '../../../platform/files.ts';
import { exists } from '../../../platform/walk.ts';
import { planAgentHooks } from './agent-hooks.ts';
import { cursorVersion } from './cursor-version.ts';
import type { HookForm } from './entries.ts';
import { planMcp } from './mcp-entries.ts';
import { agentDirectory, agentMcp, agentSettings, type Homes } from './places.ts';
import { projectHolding } from './project-places.ts';
import { planScripts, type ScriptFacts, scriptFiles } from './scripts.ts';

export interface UserPlan {
  readonly agents: readonly HookedAgent[];
  readonly form: HookForm;
  /** Whether the MCP server is entered too. */
  readonly mcp: boolean;
  /** Repositories that may hold hooks of ours in files of their own: they would run beside those at user level. */
  readonly roots?: readonly string[];
}

/** Plans scripts, and hooks and MCP entries of the chosen agents; an agent that is not installed is not touched. */
export function planUserHooks(facts: ScriptFacts, homes: Homes, plan: UserPlan): FilePlan {
  const { agents, form, mcp, roots = [] } = plan;
  const plans = agents.map((agent) => {
    const elsewhere = projectHolding(roots, agent);
    if (elsewhere !== undefined) return { operations: [], notes: [notTwice(homes, agent, elsewhere)] };
    const hooks = planHooks(facts, homes, { agent, form });
    return mcp ? joined([hooks, planServer(facts, homes, { agent, hooks })]) : hooks;
  });
  return joined([planOwnScripts(facts), ...plans]);
}

/** Plans what every hook needs, wherever it is registered. */
export function planOwnScripts(facts: ScriptFacts): FilePlan {
  const found = new Map<string, FoundFile>(scriptFiles(facts).map(({ path }) => [path, readFound(path)]));
  return { operations: planScripts(facts, found), notes: [] };
}

function notTwice(homes: Homes, agent: HookedAgent, elsewhere: string): PlanNote {
  const path = agentSettings(homes, agent);
  const message = `${agent}: no hooks in ${path}, since those in ${elsewhere} would run beside them`;
  return { path, message: `${message}; take those out first, or use prsist init --project-hooks here` };
}

/** Plans the hooks of one agent. */
export function planHooks(
  facts: Pick<ScriptFacts, 'bin' | 'plugin'>,
  homes: Homes,
  { agent, form }: { readonly agent: HookedAgent; readonly form: HookForm },
): FilePlan {
  const directory = agentDirectory(homes, agent);
  const path = agentSettings(homes, agent);
  const configToml = agent === 'codex' ? readText(join(directory, 'config.toml')) : undefined;
  const { bin, plugin } = facts;
  return planAgentHooks({
    ...{ agent, path, isInstalled: exists(directory), file: readFound(path), bin, form, plugin },
    version: agent === 'cursor' ? cursorVersion(homes.home, homes.top) : undefined,
    ...(configToml === undefined ? {} : { configToml }),
  });
}

/** hooks: the plan before this one, which may change the same file. */
function planServer(
  facts: ScriptFacts,
  homes: Homes,
  { agent, hooks }: { readonly agent: HookedAgent; readonly hooks: FilePlan },
): FilePlan {
  if (!exists(agentDirectory(homes, agent))) return { operations: [], notes: [] };
  const path = agentMcp(homes, agent);
  const edited = hooks.operations.find((each): each is FileEdit => each.kind === 'edit' && each.path === path);
  const found = readFound(path);
  const file: FoundFile =
    edited?.after == null ? found : { mode: edited.mode, isLink: false, ...found, kind: 'text', text: edited.after };
  return planMcp({ agent, path, file, launcher: join(facts.bin, 'prsist') });
}

/** One plan out of several, in their order; what they do to one file, one after the other, is one edit. */
export function joined(plans: readonly FilePlan[]): FilePlan {
  const operations: FileOperation[] = [];
  for (const next of plans.flatMap((plan): readonly FileOperation[] => plan.operations)) {
    const last = operations.at(-1);
    const isNext = last?.kind === 'edit' && next.kind === 'edit' && last.path === next.path;
    if (isNext && last.subject === next.subject) operations[operations.length - 1] = merged(last, next);
    else operations.push(next);
  }
  return { operations, notes: plans.flatMap((plan) => plan.notes) };
}

function merged(first: FileEdit, second: FileEdit): FileEdit {
  const { after } = second;
  const containers = [...first.containers, ...second.containers];
  return { ...first, after, inserted: first.inserted + second.inserted, containers };
}
