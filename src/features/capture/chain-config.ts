// The first two links: the agent's settings hold our hooks, once, and the scripts these name are as they were installed.
import type { HookedAgent } from '../../core/words.ts';
import { readFound } from '../../platform/apply-edits.ts';
import { readText } from '../../platform/files.ts';
import { exists, fileMode } from '../../platform/walk.ts';
import type { ChainNeeds } from './chain.ts';
import { type ChainLink, links } from './chain-link.ts';
import type { HookForm } from './install/entries.ts';
import { agentDirectory, agentSettings } from './install/places.ts';
import { planHooks } from './install/plan.ts';
import { planProjectHooks } from './install/project-files.ts';
import { holdsOurHooks, projectHolding, projectHooks } from './install/project-places.ts';
import { scriptFiles } from './install/scripts.ts';

export type HookNeeds = Pick<ChainNeeds, 'homes' | 'scripts' | 'roots'>;
export type HookState = 'installed' | 'missing' | 'changed' | 'no-agent';

const install = 'prsist setup';
const forms: readonly HookForm[] = ['sh', 'node'];

/**
 * installed: entries and scripts stand as they should · changed: a script is another one, or the entries are not ours.
 * root: of the project that is asked about; without it, hooks in the files of any project count.
 */
export function hookState(needs: HookNeeds, agent: HookedAgent, root?: string): HookState {
  const entries = entriesState(needs, agent, root);
  if (entries !== 'installed') return entries;
  return brokenScripts(needs).length === 0 ? 'installed' : 'changed';
}

function entriesState(needs: HookNeeds, agent: HookedAgent, root: string | undefined): HookState {
  const atHome = homeState(needs, agent);
  if (atHome !== 'missing') return atHome;
  const roots = root === undefined ? needs.roots() : [root];
  const holding = roots.find((each) => holdsOurHooks(projectHooks(each, agent)));
  return holding === undefined ? 'missing' : projectState(needs, agent, holding);
}

function homeState({ homes, scripts }: HookNeeds, agent: HookedAgent): HookState {
  if (!exists(agentDirectory(homes, agent))) return 'no-agent';
  const file = readFound(agentSettings(homes, agent));
  if (file.kind === 'absent') return 'missing';
  if (file.kind === 'opaque') return 'changed';
  const plans = forms.map((form) => planHooks(scripts(), homes, { agent, form }));
  if (plans.every(({ operations }) => operations.length > 0)) return isEntry(agent) ? 'missing' : 'changed';
  return plans.some(({ notes }) => notes.some(({ lines }) => lines !== undefined)) ? 'changed' : 'installed';
}

/** Hooks of ours stand in a file of the project: all of them, or not. */
function projectState({ homes, scripts }: HookNeeds, agent: HookedAgent, root: string): HookState {
  const plans = forms.map((form) => planProjectHooks(scripts(), homes, { root, agents: [agent], form, mcp: false }));
  return plans.some(({ operations, notes }) => operations.length + notes.length === 0) ? 'installed' : 'changed';
}

/** Of a settings file entries are missing; a file of ours that is another one was changed. */
function isEntry(agent: HookedAgent): boolean {
  return agent !== 'opencode' && agent !== 'copilot-cli';
}

/** Scripts that are not there, not as installed, or not to be run. */
function brokenScripts({ scripts }: Pick<ChainNeeds, 'scripts'>): { path: string; how: string }[] {
  return scriptFiles(scripts()).flatMap(({ path, text, mode }) => {
    if (!exists(path)) return [{ path, how: 'is missing' }];
    if (readText(path) !== text) return [{ path, how: 'is not as it was installed' }];
    const isRunnable = (mode & 0o100) === 0 || ((fileMode(path) ?? 0) & 0o100) !== 0;
    return isRunnable ? [] : [{ path, how: 'is not executable' }];
  });
}

/** Whether the settings that count in a project hold our hooks, once, and let them run. */
export function configLink(needs: HookNeeds, agent: HookedAgent, root: string | undefined): ChainLink {
  const of = links('config');
  const { homes, scripts } = needs;
  const path = agentSettings(homes, agent);
  const inProject = root === undefined ? undefined : projectHolding([root], agent);
  const entries = entriesState(needs, agent, root);
  if (entries !== 'installed') {
    const isElsewhere = projectHolding(needs.roots(), agent) !== undefined;
    return of(
      'broken',
      `the hook is ${entries} in ${inProject ?? path}`,
      isElsewhere ? 'prsist init --project-hooks' : install,
    );
  }
  if (inProject !== undefined && holdsOurHooks(path)) {
    return of('degraded', `our hooks stand twice, in ${path} and in ${inProject}: both run here`, `edit ${inProject}`);
  }
  if (inProject !== undefined) return of('proven', `our entries are in ${inProject}`);
  const off = planHooks(scripts(), homes, { agent, form: 'sh' }).notes.find(({ message }) =>
    /no hook runs/.test(message),
  );
  return off ? of('broken', off.message, `edit ${off.path}`) : of('proven', 'our entries are there');
}

/** Whether the scripts that every hook calls are as they were installed. */
export function scriptLink(needs: HookNeeds): ChainLink {
  const [first] = brokenScripts(needs);
  const of = links('script');
  return first ? of('broken', `${first.path} ${first.how}`, install) : of('proven', 'as installed');
}
