// Installing and taking back hooks, as this installation does it.
import { basename, dirname, join, sep } from 'node:path';
import { hookedAgents } from '../core/words.ts';
import { approvalOf } from '../features/capture/install/agent-hooks.ts';
import {
  carryBack,
  carryOut,
  enteredBy,
  planWayBack,
  type ReceiptPlace,
} from '../features/capture/install/carry-out.ts';
import type { HookForm } from '../features/capture/install/entries.ts';
import { extraHooks, usualHooks } from '../features/capture/install/git-hook.ts';
import { agentSettings, type Homes } from '../features/capture/install/places.ts';
import { joined, planOwnScripts, planUserHooks } from '../features/capture/install/plan.ts';
import { planProjectHooks } from '../features/capture/install/project-files.ts';
import { projectHooks } from '../features/capture/install/project-places.ts';
import { planRepositoryHooks } from '../features/capture/install/repository-hooks.ts';
import { hookFormHere } from '../features/capture/install/script-test.ts';
import { type ScriptFacts, startEnvironment } from '../features/capture/install/scripts.ts';
import type { Hooks } from '../features/system/needs.ts';
import { readText } from '../platform/files.ts';
import type { Paths } from '../platform/paths.ts';

export interface HooksParts {
  readonly paths: Paths;
  readonly packageRoot: string;
  readonly nodePath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** roots: main work trees of the projects. */
export function createHooks(parts: HooksParts, roots: () => readonly string[]): Hooks {
  const { paths } = parts;
  const place = receiptPlace(paths);
  const homes = (moved: Readonly<Record<string, string>>): Homes => ({ home: paths.home, moved });
  let form: Promise<HookForm> | undefined;
  return {
    planUser: async ({ agents, homes: moved, mcp, project: root }) => {
      const facts = scriptFacts(parts);
      form ??= hookFormHere(facts.agent, parts.env.PATH);
      const chosen = hookedAgents.filter((agent) => agents?.includes(agent) ?? true);
      const plan = { agents: chosen, form: await form, mcp };
      if (root === undefined) return planUserHooks(facts, homes(moved), { ...plan, roots: roots() });
      return joined([planOwnScripts(facts), planProjectHooks(facts, homes(moved), { ...plan, root })]);
    },
    planRepository: (tree, { more, shared }) => {
      const hooks = [...usualHooks, ...extraHooks.filter((name) => more.includes(name))];
      return planRepositoryHooks(tree, { hooks, shared });
    },
    planWayBack: (moved) => {
      const directories = [paths.bin, ...directoriesMade(place, roots())];
      const ways = { homes: homes(moved), directories, roots: roots() };
      return planWayBack(place, ways);
    },
    stepsAfter: ({ operations }, { homes: moved, project: root }) =>
      hookedAgents.flatMap((agent) => {
        const settings = root === undefined ? agentSettings(homes(moved), agent) : projectHooks(root, agent);
        const isTouched = operations.some(({ path }) => path === settings);
        const step = isTouched ? approvalOf(agent) : undefined;
        return step ? [step] : [];
      }),
    carryOut: (plan, way) => (way === 'there' ? carryOut(place, plan.operations) : carryBack(place, plan)),
  };
}

/** Directories in repositories that came with files of ours, innermost first: gone with the last of them. */
function directoriesMade(place: ReceiptPlace, roots: readonly string[]): string[] {
  const files = [...enteredBy(place).values()].filter(({ created, subject }) => created && subject !== 'git-hook');
  const made = files.flatMap(({ path }) => {
    const root = roots.find((each) => path.startsWith(each + sep));
    return root === undefined ? [] : parentsWithin(root, path);
  });
  return [...new Set(made)].sort((a, b) => b.length - a.length);
}

function parentsWithin(root: string, path: string): string[] {
  const parent = dirname(path);
  return parent === root || basename(parent) === '.prsist' ? [] : [parent, ...parentsWithin(root, parent)];
}

/** Where it is noted what was changed. */
export function receiptPlace(paths: Paths): ReceiptPlace {
  return { receipt: paths.installs, backups: paths.backups };
}

/** Everything an installation writes beside settings of others. */
export function scriptFacts({ paths, packageRoot, nodePath, env }: HooksParts): ScriptFacts {
  const hook = (name: string) => readText(join(packageRoot, 'hooks', name)) ?? '';
  return {
    ...{ bin: paths.bin, stateDirectoryNote: paths.stateDirNote, stateDirectory: paths.state, nodePath },
    ...{ agent: hook('agent.sh'), git: hook('git.sh'), start: hook('start.sh'), plugin: hook('opencode.js') },
    daemonPath: join(packageRoot, 'bin', 'prsist-daemon'),
    commandPath: join(packageRoot, 'bin', 'prsist'),
    environment: startEnvironment({
      ...{ config: paths.config, data: paths.data, state: paths.state },
      ...(env.PRSIST_HOME ? { prsistHome: env.PRSIST_HOME } : {}),
    }),
  };
}
