import type { Reply } from '../../core/operation.ts';
import { type HookedAgent, hookedAgents } from '../../core/words.ts';
import { readFound } from '../../platform/apply-edits.ts';
import { readText } from '../../platform/files.ts';
import { exists } from '../../platform/walk.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { approvalOf } from './install/agent-hooks.ts';
import type { HookForm } from './install/entries.ts';
import { agentDirectory, agentSettings, type Homes } from './install/places.ts';
import { planHooks } from './install/plan.ts';
import { type ScriptFacts, scriptFiles } from './install/scripts.ts';
import { runningPause } from './pause.ts';
import { lastRead, seen, sourceTotals, transcriptsByAgent, unknownEvents } from './queries.ts';

type Status = (typeof contract)['capture.status'];
type Link = Reply<Status>['links'][number];

export interface StatusNeeds {
  readonly homes: Homes;
  readonly spool: () => { readonly waiting: number; readonly bad: number; readonly full: boolean };
  /** What an installation writes today. */
  readonly scripts: () => ScriptFacts;
}

/** Capture, link by link. A link is proven by an event that arrived, never by a file that lies in the right place. */
export function status(needs: StatusNeeds) {
  return (context: Context): Reply<Status> => {
    const { user } = context.read;
    const project_id = context.project.id;
    return {
      links: hookedAgents.map((agent) => linkOf(needs, context, agent)),
      paused: runningPause(user, project_id, context.now),
      spool: needs.spool(),
      sources: user.one(sourceTotals, { project_id }) ?? { files: 0, unknown_lines: 0, errors: 0 },
      unknown_events: [...unknownEvents(user)],
      transcripts: user.all(transcriptsByAgent, { project_id }).map(({ agent, files, at }) => {
        return { agent, files, last_transcript_at: time(at) };
      }),
    };
  };
}

export interface HookLink {
  readonly agent: string;
  readonly hook: 'missing' | 'changed';
}

/** Hooks that do not stand as they were installed; none where nothing was installed. */
export function brokenHooks(needs: Pick<StatusNeeds, 'homes' | 'scripts'>): HookLink[] {
  if (!scriptFiles(needs.scripts()).some(({ path }) => exists(path))) return [];
  return hookedAgents.flatMap((agent) => {
    const hook = hookState(needs, agent);
    return hook === 'missing' || hook === 'changed' ? [{ agent, hook }] : [];
  });
}

function linkOf(needs: StatusNeeds, context: Context, agent: HookedAgent): Link {
  const { user } = context.read;
  const hook = hookState(needs, agent);
  const last = user.one(seen, { key: `seen:${agent}` });
  // written by ingest as {at, event}
  const eventAt = last ? (JSON.parse(last.value) as { at: number }).at : null;
  const transcriptAt = user.one(lastRead, { project_id: context.project.id, agent })?.at ?? null;
  const base = { agent, hook, last_event_at: time(eventAt), last_transcript_at: time(transcriptAt) };
  return { ...base, ...judge({ agent, hook, eventAt, transcriptAt }) };
}

const dayMs = 86_400_000;

interface Seen {
  readonly agent: HookedAgent;
  readonly hook: Link['hook'];
  readonly eventAt: number | null;
  readonly transcriptAt: number | null;
}

function judge({ agent, hook, eventAt, transcriptAt }: Seen): { state: Link['state']; hint: string } {
  if (hook === 'no-agent') return { state: 'off', hint: `${agent} is not installed here` };
  if (hook !== 'installed') return { state: 'broken', hint: `the hook is ${hook}: prsist init` };
  if (eventAt === null) {
    const approve = approvalOf(agent) ?? 'start the agent once';
    return { state: 'waiting', hint: `installed, no event has arrived yet: ${approve}` };
  }
  if (transcriptAt !== null && transcriptAt - eventAt > dayMs) {
    return { state: 'broken', hint: 'transcripts grow, but no hook has fired for a day: prsist init' };
  }
  return { state: 'proven', hint: '' };
}

/** installed: entries and scripts stand as they should · changed: a script is another one, or the entries are not ours. */
function hookState(needs: Pick<StatusNeeds, 'homes' | 'scripts'>, agent: HookedAgent): Link['hook'] {
  if (!exists(agentDirectory(needs.homes, agent))) return 'no-agent';
  const scripts = needs.scripts();
  const file = readFound(agentSettings(needs.homes, agent));
  if (file.kind === 'absent') return 'missing';
  if (file.kind === 'opaque') return 'changed';
  const forms: readonly HookForm[] = ['sh', 'node'];
  const plans = forms.map((form) => planHooks(scripts, needs.homes, { agent, form }));
  if (plans.every(({ operations }) => operations.length > 0)) return isEntry(agent) ? 'missing' : 'changed';
  if (plans.some(({ notes }) => notes.some(({ lines }) => lines !== undefined))) return 'changed';
  return scriptFiles(scripts).every(({ path, text }) => readText(path) === text) ? 'installed' : 'changed';
}

/** Of a settings file entries are missing; a file of ours that is another one was changed. */
function isEntry(agent: HookedAgent): boolean {
  return agent !== 'opencode' && agent !== 'copilot-cli';
}

function time(ms: number | null): string | null {
  return ms === null || ms === 0 ? null : new Date(ms).toISOString();
}
