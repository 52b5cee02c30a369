// News for conversations that run: what their brief told and is so no longer. Told once, with their next prompt.
import { join } from 'node:path';
import { sha256Hex } from '../core/ids.ts';
import { assemble, type BriefSources, type Setting } from '../features/brief/assemble.ts';
import type { BriefEntry } from '../features/brief/brief-input.ts';
import { envelope } from '../features/brief/envelope.ts';
import { type News, newsLine, renderDelta } from '../features/brief/render-delta.ts';
import { valueText } from '../features/brief/render-lines.ts';
import { toldAgents } from '../features/brief/told-agents.ts';
import { type Delivery, delivered, noteDelivered, waitingDeliveries } from '../features/capture/deliveries.ts';
import { erasedIn } from '../features/erasing/queries.ts';
import { acceptedSince, runOf } from '../features/sessions/queries.ts';
import { type BriefFolder, briefFiles, removeFile, replaceIfDifferent } from '../platform/brief-files.ts';
import { processExists } from '../platform/process.ts';
import { exists } from '../platform/walk.ts';
import type { Write } from '../store/record-type.ts';

export interface DeltaParts {
  readonly sources: BriefSources;
  /** Marks that some delta waits: while it is not there, no hook looks for one. */
  readonly marker: string;
  readonly writeUser: <T>(work: (tx: Write) => T) => Promise<T>;
}

/** A project in one of its work trees, as it is now. */
export interface Standpoint {
  readonly projectId: string;
  readonly folder: BriefFolder;
  readonly setting: Setting;
  readonly maxTokens: number;
}

/** A conversation that begins, or whose context was compressed. */
export interface Listener {
  readonly agent: string;
  readonly native: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

const versionOf = (entry: BriefEntry) => sha256Hex(valueText(entry.value)).slice(0, 16);
const promptOf = (agent: string) => toldAgents.find((each) => each.agent === agent)?.prompt;
const fileOf = ({ folder }: Standpoint, { agent, native }: Listener) =>
  join(folder.directory, `${agent}.${native}.delta`);

/** Notes what a conversation was told when it began. */
export async function noteBegun(parts: DeltaParts, from: Standpoint, listener: Listener): Promise<void> {
  if (promptOf(listener.agent) === undefined) return;
  const { sources } = parts;
  const { setting, maxTokens, projectId } = from;
  const wanted = { agent: listener.agent, reason: 'startup' as const, maxTokens };
  const shown = new Set(assemble(sources, setting, wanted).items.map(({ ent }) => ent));
  const entries = sources.entries(setting.reads, setting).filter(({ ent }) => shown.has(ent));
  const told = Object.fromEntries(entries.map((entry) => [entry.ent, [entry.key, versionOf(entry)] as const]));
  const worktree = setting.place.worktree ?? 'main';
  const { agent, native, at } = listener;
  await parts.writeUser((tx) =>
    noteDelivered(tx, projectId, { agent, native, at, worktree, told, lines: [], count: 0 }),
  );
}

/** Lays out what changed for the conversations of a work tree since they were told. */
export async function layOutNews(parts: DeltaParts, from: Standpoint): Promise<void> {
  const { projectId, setting } = from;
  const here = delivered(setting.reads.user, projectId).filter(({ worktree }) => worktree === setting.place.worktree);
  if (here.length === 0) return;
  const entries = new Map(parts.sources.entries(setting.reads, setting).map((entry) => [entry.ent, entry]));
  for (const delivery of here) {
    const renewed = renewedBy(from, delivery, entries);
    if (renewed === undefined) continue;
    await parts.writeUser((tx) => noteDelivered(tx, projectId, renewed));
    if (renewed.lines !== delivery.lines && renewed.lines.length > 0) write(parts, from, renewed, '');
  }
}

/** A conversation whose agent does not start anew after its context was compressed: its anchor comes with the next prompt. */
export async function layOutAnchor(parts: DeltaParts, from: Standpoint, listener: Listener): Promise<void> {
  const { setting, maxTokens, projectId } = from;
  const run = setting.reads.project.one(runOf, { agent: listener.agent, native_id: listener.native });
  if (run === undefined || promptOf(listener.agent) === undefined) return;
  const wanted = { agent: listener.agent, reason: 'compact' as const, session_id: run.session_id, maxTokens };
  const known = delivered(setting.reads.user, projectId).find(isOf(listener));
  write(parts, from, known ?? { ...listener, lines: [] }, assemble(parts.sources, setting, wanted).text);
}

/** What hooks have taken away was told: its file goes when that hook has ended. */
export async function takeDeltas(parts: DeltaParts, from: Pick<Standpoint, 'projectId' | 'folder' | 'setting'>) {
  const { projectId, folder, setting } = from;
  for (const name of briefFiles(folder.directory)) {
    const [, agent = '', native = '', pid = ''] = /^([a-z-]+)\.(.+)\.delta\.(\d+)$/.exec(name) ?? [];
    if (pid === '' || processExists(Number(pid))) continue;
    const known = delivered(setting.reads.user, projectId).find(isOf({ agent, native }));
    if (known) {
      await parts.writeUser((tx) => noteDelivered(tx, projectId, { ...known, lines: [], count: known.count + 1 }));
    }
    removeFile(join(folder.directory, name));
    if (!waitingDeliveries(setting.reads.user)) removeFile(parts.marker);
  }
}

function isOf({ agent, native }: Pick<Listener, 'agent' | 'native'>) {
  return (each: Pick<Listener, 'agent' | 'native'>) => each.agent === agent && each.native === native;
}

/** What is told now, with lines for what is new; undefined when nothing is. */
function renewedBy(
  { setting }: Standpoint,
  delivery: Delivery,
  entries: ReadonlyMap<string, BriefEntry>,
): Delivery | undefined {
  const { agent, native, at } = delivery;
  const { project, user } = setting.reads;
  const session_id = project.one(runOf, { agent, native_id: native })?.session_id;
  const isErased = (ent: string) => [project, user].some((read) => erasedIn(read)?.(ent));
  const news = new Map<string, News>();
  const told: Record<string, readonly [string, string]> = {};
  for (const [ent, [key, version]] of Object.entries(delivery.told)) {
    const entry = entries.get(ent);
    if (ent !== '' && key === '' && version === '') {
      told[ent] = ['', '']; // a handoff
      continue;
    }
    if (entry === undefined) {
      news.set(ent, { kind: 'gone', key: isErased(ent) ? undefined : key });
      continue;
    }
    told[ent] = [entry.key, versionOf(entry)];
    // what it changed itself it knows
    const isOwn = entry.session_id !== null && entry.session_id === session_id;
    if (versionOf(entry) !== version && !isOwn) news.set(ent, { kind: 'changed', entry });
  }
  const answered = session_id === undefined ? [] : project.all(acceptedSince, { session_id, at });
  for (const { handoff_id, to_agent, accepted_by } of answered) {
    if (delivery.told[handoff_id] === undefined)
      news.set(handoff_id, { kind: 'handoff', to: to_agent, by: accepted_by });
    told[handoff_id] = ['', ''];
  }
  if (news.size === 0 && JSON.stringify(told) === JSON.stringify(delivery.told)) return undefined;
  // what stood there before of the same thing goes: it may have been erased
  const others = delivery.lines.filter(({ ent }) => !news.has(ent));
  return { ...delivery, told, lines: [...others, ...[...news].map(([ent, each]) => ({ ent, text: newsLine(each) }))] };
}

type Waiting = Pick<Delivery, 'agent' | 'native' | 'at' | 'lines'>;

function write({ marker }: DeltaParts, from: Standpoint, { lines, ...listener }: Waiting, anchor: string): void {
  const event = promptOf(listener.agent);
  if (event === undefined || !/^[A-Za-z0-9._-]+$/.test(listener.native)) return;
  const text =
    anchor +
    renderDelta(
      from.setting.project,
      lines.map((each) => each.text),
    );
  const path = fileOf(from, listener);
  replaceIfDifferent(path, envelope(listener.agent, event, text));
  if (exists(path)) replaceIfDifferent(marker, '\n');
}
