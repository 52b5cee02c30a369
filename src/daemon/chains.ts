// What doctor asks of capture: where a chain from an agent is weak, in any project, and how its hooks are put back.
import { hookedAgents } from '../core/words.ts';
import { arrivals, type ChainLink, type ChainNeeds, hookState, spoolLink } from '../features/capture/chain.ts';
import type { Hooks } from '../features/system/needs.ts';
import { allProjects } from '../features/system/queries.ts';
import type { Projects } from './projects.ts';

export interface WeakLink {
  readonly project: string;
  readonly agent: string;
  readonly link: ChainLink;
}

/** Degraded and broken links behind the hooks themselves, of every project. */
export function weakLinks(needs: ChainNeeds, projects: Projects): WeakLink[] {
  const { read } = projects.user;
  const agents = hookedAgents.filter((agent) => hookState(needs, agent) !== 'no-agent');
  const arriving = read
    .all(allProjects, {})
    .flatMap(({ project_id, name }) =>
      agents.flatMap((agent) => arrivals(read, project_id, agent).map((link) => ({ project: name, agent, link }))),
    );
  const spool = { project: 'every project', agent: 'every agent', link: spoolLink(needs) };
  return [spool, ...arriving].filter(({ link: { state } }) => state === 'degraded' || state === 'broken');
}

/** Installs the hooks of some agents again, with everything that others wrote there; says which files were written. */
export async function installAgain(
  hooks: Hooks,
  agents: readonly string[],
  homes: Readonly<Record<string, string>>,
): Promise<string[]> {
  const plan = await hooks.planUser({ agents, homes, mcp: false });
  hooks.carryOut(plan, 'there');
  return plan.operations.flatMap((each) => (each.kind === 'edit' ? [`wrote our part of ${each.path} again`] : []));
}
