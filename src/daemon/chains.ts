// What doctor asks of capture: where a chain from an agent is weak, in any project, and how its hooks are put back.
import { basename, dirname, join, sep } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import type { FilePlan } from '../core/file-edit.ts';
import { hookedAgents } from '../core/words.ts';
import { arrivals, type ChainNeeds, spoolLink } from '../features/capture/chain.ts';
import { hookState } from '../features/capture/chain-config.ts';
import { gitLink } from '../features/capture/chain-git.ts';
import { type ChainLink, isWeak } from '../features/capture/chain-link.ts';
import { mcpLink } from '../features/capture/chain-mcp.ts';
import type { Hooks } from '../features/system/needs.ts';
import { allProjects } from '../features/system/queries.ts';
import { type WorkTree, workTreeOf } from '../platform/repository.ts';
import type { Projects } from './projects.ts';

export interface WeakLink {
  /** '' where it is of every project. */
  readonly project_id: string;
  readonly project: string;
  readonly agent: string;
  readonly link: ChainLink;
}

/** Degraded and broken links behind the hooks themselves, of every project. git: the projects whose git is looked at too. */
export async function weakLinks(
  needs: ChainNeeds,
  projects: Projects,
  { now, git }: { readonly now: number; readonly git?: readonly string[] },
): Promise<WeakLink[]> {
  const { read } = projects.user;
  const agents = hookedAgents.filter((agent) => hookState(needs, agent) !== 'no-agent');
  const rows = read.all(allProjects, {});
  const arriving = rows.flatMap(({ project_id, name }) =>
    agents.flatMap((agent) => {
      const brief = needs.brief({ project: projects.resolve(project_id), user: read }, agent);
      return [...arrivals(read, project_id, agent), brief].map((link) => ({ project_id, project: name, agent, link }));
    }),
  );
  const everywhere = { project_id: '', project: 'every project' };
  const spool = { ...everywhere, agent: 'every agent', link: spoolLink(needs) };
  const servers = agents.map((agent) => ({ ...everywhere, agent, link: mcpLink(needs, agent) }));
  const all = [spool, ...servers, ...arriving, ...(await gitLinks(needs, projects, { now, git }))];
  return all.filter(({ link }) => isWeak(link));
}

async function gitLinks(
  needs: ChainNeeds,
  projects: Projects,
  { now, git }: { readonly now: number; readonly git: readonly string[] | undefined },
): Promise<WeakLink[]> {
  const found: WeakLink[] = [];
  const rows = projects.user.read.all(allProjects, {});
  for (const { project_id, name } of rows.filter((row) => git?.includes(row.project_id) ?? true)) {
    const link = await gitLinkOf(needs, projects, { project_id, now });
    if (link) found.push({ project_id, project: name, agent: 'git', link });
  }
  return found;
}

async function gitLinkOf(
  needs: ChainNeeds,
  projects: Projects,
  { project_id, now }: { readonly project_id: string; readonly now: number },
): Promise<ChainLink | undefined> {
  try {
    const project = projects.resolve(project_id);
    const read = { project: projects.store(project_id).read, user: projects.user.read };
    return await gitLink(needs, { project, read, now });
  } catch (error) {
    if (error instanceof PrsistError) return undefined; // a database that cannot be read is told of by itself
    throw error;
  }
}

/** Installs the hooks of some agents again, with everything that others wrote there; says which files were written. */
export async function installAgain(
  hooks: Hooks,
  agents: readonly string[],
  homes: Readonly<Record<string, string>>,
): Promise<string[]> {
  return carriedOut(hooks, await hooks.planUser({ agents, homes, mcp: false }));
}

export interface Mending {
  readonly hooks: Hooks;
  readonly homes: Readonly<Record<string, string>>;
  readonly projects: Projects;
  /** What was entered where. */
  readonly entered: ChainNeeds['entered'];
  readonly render: (projectId: string) => Promise<void>;
}

/** Mends weak links as far as a program can: briefs rendered anew, MCP entries and git hooks put back. Says each thing. */
export async function mendLinks(mending: Mending, weak: readonly WeakLink[]): Promise<string[]> {
  const { hooks, homes, projects, render } = mending;
  const of = (name: ChainLink['link']) => weak.filter(({ link }) => link.link === name && isMendable(link));
  const said: string[] = [];
  const briefs = new Map(of('brief').map(({ project_id, project }) => [project_id, project]));
  for (const [project_id, project] of briefs) {
    await render(project_id);
    said.push(`rendered the briefs of ${project} again`);
  }
  const agents = of('mcp').map(({ agent }) => agent);
  if (agents.length > 0) said.push(...carriedOut(hooks, await hooks.planUser({ agents, homes, mcp: true })));
  for (const { project_id } of of('git')) {
    const tree = workTreeOf(projects.resolve(project_id).root ?? '');
    if (tree) said.push(...carriedOut(hooks, await hooks.planRepository(tree, askedBefore(mending, tree))));
  }
  return said;
}

/** A link that says itself that doctor mends it. */
export function isMendable({ fix }: ChainLink): boolean {
  return fix === 'prsist doctor --fix';
}

/** What somebody had asked for in this repository: hooks beyond the usual, and in files that it tracks. */
function askedBefore({ entered }: Mending, tree: WorkTree) {
  const paths = [...entered().keys()];
  const own = join(tree.commonDir, 'hooks');
  const more = paths.filter((path) => dirname(path) === own).map((path) => basename(path));
  const isShared = paths.some((path) => path.startsWith(join(tree.top, '.husky') + sep));
  return { more, shared: isShared ? 'write' : 'print' } as const;
}

function carriedOut(hooks: Hooks, plan: FilePlan): string[] {
  hooks.carryOut(plan, 'there');
  return plan.operations.flatMap((each) => (each.kind === 'edit' ? [`wrote our part of ${each.path} again`] : []));
}
