import type { Reply } from '../../core/operation.ts';
import { type HookedAgent, hookedAgents } from '../../core/words.ts';
import { exists } from '../../platform/walk.ts';
import type { Context } from '../feature.ts';
import { type ChainNeeds, chainOf, lastEventAt, weakest } from './chain.ts';
import { type HookNeeds, hookState } from './chain-config.ts';
import { gitLink } from './chain-git.ts';
import { enteredServer } from './chain-mcp.ts';
import type { contract } from './contract.ts';
import { scriptFiles } from './install/scripts.ts';
import { runningPause } from './pause.ts';
import { lastProbe, lastRead, sourceTotals, transcriptsByAgent, unknownEvents } from './queries.ts';

type Status = (typeof contract)['capture.status'];
type Link = Reply<Status>['links'][number];

export type StatusNeeds = ChainNeeds;

/** Capture, link by link. A link is proven by an event that arrived, never by a file that lies in the right place. */
export function status(needs: StatusNeeds) {
  return async (context: Context): Promise<Reply<Status>> => {
    const { user } = context.read;
    const project_id = context.project.id;
    const { waiting, bad, full } = needs.spool();
    return {
      links: hookedAgents.map((agent) => linkOf(needs, context, agent)),
      git: (await gitLink(needs, context)) ?? null,
      paused: runningPause(user, project_id, context.now),
      spool: { waiting, bad, full },
      sources: user.one(sourceTotals, { project_id }) ?? { files: 0, unknown_lines: 0, errors: 0 },
      unknown_events: [...unknownEvents(user)],
      transcripts: user.all(transcriptsByAgent, { project_id }).map(({ agent, files, at }) => {
        return { agent, files, last_transcript_at: time(at) };
      }),
    };
  };
}

export interface HookLink {
  readonly agent: HookedAgent;
  readonly hook: 'missing' | 'changed';
}

/** Hooks that do not stand as they were installed; none where nothing was installed. */
export function brokenHooks(needs: HookNeeds): HookLink[] {
  if (!scriptFiles(needs.scripts()).some(({ path }) => exists(path))) return [];
  return hookedAgents.flatMap((agent) => {
    const hook = hookState(needs, agent);
    return hook === 'missing' || hook === 'changed' ? [{ agent, hook }] : [];
  });
}

function linkOf(needs: ChainNeeds, context: Context, agent: HookedAgent): Link {
  const { user } = context.read;
  const { root } = context.project;
  const hook = hookState(needs, agent, root);
  const transcriptAt = user.one(lastRead, { project_id: context.project.id, agent })?.at ?? null;
  const chain = chainOf(needs, context, agent);
  const base = { agent, hook, last_event_at: time(lastEventAt(user, agent)), last_transcript_at: time(transcriptAt) };
  const server = chain.length > 0 ? enteredServer(needs, agent, root) : undefined;
  const mcp = server?.isOurs ? { path: server.path, command: server.command, args: [...server.args] } : null;
  return { ...base, ...judged(agent, chain), chain, mcp, last_probe: lastProbe(user, agent) ?? null };
}

/** A hook that has been heard is proven whether or not there is anything to read, to tell or to ask yet. */
function judged(agent: HookedAgent, chain: Link['chain']): { state: Link['state']; hint: string } {
  const mayWait = ['transcript', 'brief', 'mcp'];
  const weak = weakest(chain.filter(({ link, state }) => !mayWait.includes(link) || state !== 'waiting'));
  if (chain.length === 0) return { state: 'off', hint: `${agent} is not installed here` };
  if (weak === undefined) return { state: 'proven', hint: '' };
  return { state: weak.state, hint: `${weak.what}: ${weak.fix}` };
}

function time(ms: number | null): string | null {
  return ms === null || ms === 0 ? null : new Date(ms).toISOString();
}
