// The chain from an agent to the memory, link by link. A link is proven by something that arrived, never by a file that lies
// in the right place; the chain is as good as its first link that is not.
import type { HookedAgent } from '../../core/words.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context, ProjectRef } from '../feature.ts';
import { configLink, hookState, scriptLink } from './chain-config.ts';
import type { ChainLink, LinkState } from './chain-link.ts';
import { mcpLink } from './chain-mcp.ts';
import { approvalOf } from './install/agent-hooks.ts';
import type { Homes } from './install/places.ts';
import type { Entered } from './install/receipt.ts';
import type { ScriptFacts } from './install/scripts.ts';
import { agentTotals, lastRead, seen } from './queries.ts';

export interface ChainNeeds {
  readonly homes: Homes;
  readonly spool: () => {
    readonly waiting: number;
    readonly bad: number;
    readonly full: boolean;
    readonly oldestMs: number;
  };
  /** What an installation writes today. */
  readonly scripts: () => ScriptFacts;
  /** Directories of all projects, whose files may hold hooks too. */
  readonly roots: () => readonly string[];
  /** What was entered where, by installs.json. */
  readonly entered: () => Entered;
  /** From the memory to the agent: what is laid out for its start. */
  readonly brief: (at: BriefPlace, agent: HookedAgent) => ChainLink;
}

/** Of which project something is laid out. */
export interface BriefPlace {
  readonly project: ProjectRef;
  readonly user: Read;
}

const dayMs = 86_400_000;
/** An event that lies longer in the spool of a running daemon is not being taken in. */
const lateMs = 60_000;
/** More lines of unknown types than this share mean a format that is newer than we are. */
const unknownShare = 0.05;

/** Every link of an agent's chain, from its settings on; nothing for an agent that is not installed here. */
export function chainOf(needs: ChainNeeds, { read, project }: Context, agent: HookedAgent): ChainLink[] {
  const { root } = project;
  if (hookState(needs, agent, root) === 'no-agent') return [];
  const [event, transcript] = arrivals(read.user, project.id, agent);
  const arriving = [configLink(needs, agent, root), scriptLink(needs), event, spoolLink(needs), transcript];
  return [...arriving, needs.brief({ project, user: read.user }, agent), mcpLink(needs, agent, root)];
}

/** The links that show whether anything of an agent arrives in a project. */
export function arrivals(user: Read, project_id: string, agent: HookedAgent): [ChainLink, ChainLink] {
  return [eventLink(user, project_id, agent), transcriptLink(user, project_id, agent)];
}

/** The first link that breaks a chain, else the first that is not proven. */
export function weakest(chain: readonly ChainLink[]): ChainLink | undefined {
  const first = (state: LinkState) => chain.find((each) => each.state === state);
  return first('broken') ?? first('degraded') ?? first('waiting');
}

function eventLink(user: Read, project_id: string, agent: HookedAgent): ChainLink {
  const eventAt = lastEventAt(user, agent);
  if (eventAt === null) {
    const fix = approvalOf(agent) ?? 'start the agent once';
    return { link: 'event', state: 'waiting', what: 'installed, no event has arrived yet', fix };
  }
  const transcriptAt = user.one(lastRead, { project_id, agent })?.at ?? null;
  if (transcriptAt !== null && transcriptAt - eventAt > dayMs) {
    const what = 'transcripts grow, but no hook has fired for a day';
    return { link: 'event', state: 'broken', what, fix: approvalOf(agent) ?? 'prsist setup' };
  }
  return { link: 'event', state: 'proven', what: 'events arrive', fix: '' };
}

/** When an agent's hook was heard last, in milliseconds. */
export function lastEventAt(user: Read, agent: string): number | null {
  const last = user.one(seen, { key: `seen:${agent}` });
  // written by ingest as {at, event}
  return last ? (JSON.parse(last.value) as { at: number }).at : null;
}

export function spoolLink({ spool }: ChainNeeds): ChainLink {
  const { full, bad, waiting, oldestMs } = spool();
  const of = (state: LinkState, what: string, fix: string): ChainLink => ({ link: 'spool', state, what, fix });
  if (full) return of('broken', 'the spool is full: tool events are dropped', 'prsist daemon logs');
  if (waiting > 0 && oldestMs > lateMs) {
    return of('degraded', `an event waits since ${Math.round(oldestMs / 1000)} s`, 'prsist daemon logs');
  }
  if (bad > 0) return of('degraded', `${bad} events could not be read and were set aside`, 'prsist daemon logs');
  return of('proven', 'taken in', '');
}

function transcriptLink(user: Read, project_id: string, agent: HookedAgent): ChainLink {
  const totals = user.one(agentTotals, { project_id, agent });
  const of = (state: LinkState, what: string, fix: string): ChainLink => ({ link: 'transcript', state, what, fix });
  if (!totals || totals.files === 0) return of('waiting', 'no transcript has been read yet', 'prsist import');
  if (totals.errors > 0) return of('degraded', `${totals.errors} transcripts cannot be read`, 'prsist import');
  if (totals.unknown_lines > unknownShare * totals.lines) {
    const what = `${totals.unknown_lines} of ${totals.lines} lines are newer than this prsist understands`;
    return of('degraded', what, 'npm install -g prsist@latest');
  }
  return of('proven', `${totals.files} read`, '');
}
