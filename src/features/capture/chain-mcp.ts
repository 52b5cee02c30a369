// Whether an agent can ask the memory by itself: the entry of our server in its file. That the very command of that file
// answers is for doctor to try, since it starts a process.
import { isAbsolute } from 'node:path';
import type { HookedAgent } from '../../core/words.ts';
import { readFound } from '../../platform/apply-edits.ts';
import { fileMode } from '../../platform/walk.ts';
import type { ChainNeeds } from './chain.ts';
import { type ChainLink, links } from './chain-link.ts';
import { type McpServer, mcpServerIn } from './install/mcp-entries.ts';
import { agentMcp } from './install/places.ts';
import { projectMcp } from './install/project-places.ts';

type Needs = Pick<ChainNeeds, 'homes' | 'entered'>;

export interface EnteredServer extends McpServer {
  readonly path: string;
}

/** The server an agent is told of, by its own file or by one of the project's. root: of that project. */
export function enteredServer({ homes }: Needs, agent: HookedAgent, root?: string): EnteredServer | undefined {
  const inProject = root === undefined ? undefined : projectMcp(root, agent);
  return serverIn(agent, agentMcp(homes, agent)) ?? (inProject === undefined ? undefined : serverIn(agent, inProject));
}

function serverIn(agent: HookedAgent, path: string): EnteredServer | undefined {
  const file = readFound(path);
  const server = file.kind === 'text' ? mcpServerIn(agent, file.text) : undefined;
  return server && { path, ...server };
}

const again = 'prsist doctor --fix';

/** An entry nobody asked for is nothing to mend; one that was made and is gone is. */
export function mcpLink(needs: Needs, agent: HookedAgent, root?: string): ChainLink {
  const of = links('mcp');
  const server = enteredServer(needs, agent, root);
  const path = server?.path ?? agentMcp(needs.homes, agent);
  if (!server) {
    return wasEntered(needs, path)
      ? of('degraded', `the MCP server is not in ${path} any more`, again)
      : of('waiting', `no MCP server is entered in ${path}`, 'prsist init');
  }
  if (!server.isOurs) return of('degraded', `another MCP server is called prsist in ${path}`, `edit ${path}`);
  if (server.isOff) return of('degraded', `the MCP server is switched off in ${path}`, `edit ${path}`);
  if (isAbsolute(server.command) && ((fileMode(server.command) ?? 0) & 0o100) === 0) {
    return of('broken', `${path} names ${server.command}, which cannot be run`, again);
  }
  return of('waiting', `entered in ${path}; prsist doctor tries it`);
}

function wasEntered({ entered }: Needs, path: string): boolean {
  return /"mcpServers"|"mcp"|\[mcp_servers\.prsist\]/.test(entered().get(path)?.inserted ?? '');
}
