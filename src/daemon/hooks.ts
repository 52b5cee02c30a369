// Installing and taking back hooks, as this installation does it.
import { join } from 'node:path';
import { hookedAgents } from '../core/words.ts';
import { approvalOf } from '../features/capture/install/agent-hooks.ts';
import { carryBack, carryOut, planWayBack, type ReceiptPlace } from '../features/capture/install/carry-out.ts';
import type { HookForm } from '../features/capture/install/entries.ts';
import { extraHooks, usualHooks } from '../features/capture/install/git-hook.ts';
import { agentSettings, type Homes } from '../features/capture/install/places.ts';
import { planUserHooks } from '../features/capture/install/plan.ts';
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
    planUser: async ({ agents, homes: moved, mcp }) => {
      const facts = scriptFacts(parts);
      form ??= hookFormHere(facts.agent, parts.env.PATH);
      const chosen = hookedAgents.filter((agent) => agents?.includes(agent) ?? true);
      return planUserHooks(facts, homes(moved), { agents: chosen, form: await form, mcp });
    },
    planRepository: (tree, { more, shared }) => {
      const hooks = [...usualHooks, ...extraHooks.filter((name) => more.includes(name))];
      return planRepositoryHooks(tree, { hooks, shared });
    },
    planWayBack: (moved) => {
      const ways = { homes: homes(moved), directories: [paths.bin], roots: roots() };
      return planWayBack(place, ways);
    },
    stepsAfter: ({ operations }, { homes: moved }) =>
      hookedAgents.flatMap((agent) => {
        const isTouched = operations.some(({ path }) => path === agentSettings(homes(moved), agent));
        const step = isTouched ? approvalOf(agent) : undefined;
        return step ? [step] : [];
      }),
    carryOut: (plan, way) => (way === 'there' ? carryOut(place, plan.operations) : carryBack(place, plan)),
  };
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
