import { join } from 'node:path';
import {
  type BriefFolder,
  briefFiles,
  claimedHandoffs,
  readText,
  removeFile,
  replaceIfDifferent,
} from '../../platform/brief-files.ts';
import { branchOf, headLine, workTreeOf } from '../../platform/repository.ts';
import {
  anchorSession,
  assemble,
  type BriefSources,
  type CarriedSession,
  type Setting,
  unfinishedMs,
} from './assemble.ts';
import { envelope } from './envelope.ts';
import { noteWritten } from './laid-out.ts';
import { toldAgents } from './told-agents.ts';

export interface Publishing {
  readonly sources: BriefSources;
  readonly maxTokens: number;
  /** Lets others do their work: called between the files of two agents, which are right by themselves. */
  readonly breathe: () => Promise<void>;
}

const runningMs = 6 * 3_600_000;

/**
 * Writes the brief files of one work tree, each only if its bytes differ. The order matters to a hook that comes in
 * between: while HEAD names another branch than git does, it prints the plain one.
 * Returns when the files go out of date by themselves (milliseconds), or undefined when they do not.
 */
export async function publish(
  publishing: Publishing,
  folder: BriefFolder,
  base: Omit<Setting, 'place'>,
): Promise<number | undefined> {
  const tree = workTreeOf(folder.root);
  const head = tree ? headLine(tree) : '';
  const place = { worktree: tree?.name ?? 'main', branch: branchOf(head) };
  const setting: Setting = { ...base, root: folder.root, place };
  const sessions = publishing.sources.sessions(setting.reads.project, place.worktree, 6);
  const ends: (number | undefined)[] = [];
  const headFile = join(folder.directory, 'HEAD');
  if (tree && readText(headFile) !== `${head}\n`) replaceIfDifferent(headFile, 'being rendered\n');
  const wanted = { agent: '', reason: 'startup', maxTokens: publishing.maxTokens } as const;
  // told to all of them alike, each in its own envelope
  const plain = assemble(publishing.sources, setting, { ...wanted, anchor: 'none' }).text;
  const fresh = assemble(publishing.sources, setting, wanted).text;
  for (const { agent, start } of toldAgents) {
    const text = (name: string, body: string) =>
      replaceIfDifferent(join(folder.directory, `${agent}.${name}`), envelope(agent, start, body));
    text('plain', plain);
    text('start', fresh);
    ends.push(layOutHandoff(publishing, folder, { setting, agent, start }));
    publishCompact(publishing, folder, { setting, agent, start, sessions });
    await publishing.breathe();
  }
  noteWritten(folder.directory);
  if (tree) replaceIfDifferent(headFile, `${head}\n`);
  const anchored = anchorSession({ reason: 'startup' }, setting, sessions);
  if (anchored) ends.push(anchored.last_activity + unfinishedMs);
  const known = ends.filter((end) => end !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

/** Takes away everything that hooks would print. */
export function withdraw(folder: BriefFolder): void {
  const printed = /\.(start|plain|handoff|compact|delta)$/;
  for (const name of briefFiles(folder.directory).filter((each) => printed.test(each))) {
    removeFile(join(folder.directory, name));
  }
  noteWritten(folder.directory);
}

interface Told {
  readonly setting: Setting;
  readonly agent: string;
  readonly start: string;
}

/** Returns until when what was laid out is right. */
function layOutHandoff(
  publishing: Publishing,
  folder: BriefFolder,
  { setting, agent, start }: Told,
): number | undefined {
  const path = join(folder.directory, `${agent}.handoff`);
  const { sources, maxTokens } = publishing;
  const { handoff, until } = sources.handoff(setting.reads.project, agent, { place: setting.place, now: setting.now });
  const text = handoff
    ? envelope(agent, start, assemble(sources, setting, { agent, reason: 'handoff', maxTokens }).text)
    : '';
  // taken away by a hook: it waits again only when it turns out that nobody was shown it
  if (text === '' || claimedHandoffs(folder.directory, agent).length === 0) replaceIfDifferent(path, text);
  return until;
}

/** What a running conversation gets after a compaction: laid out while it runs, so it is there even if no hook announces it. */
function publishCompact(
  { sources, maxTokens }: Publishing,
  folder: BriefFolder,
  { setting, agent, start, sessions }: Told & { readonly sessions: readonly CarriedSession[] },
): void {
  const running = sessions.filter((session) => setting.now - session.last_activity < runningMs);
  const wanted = new Map(
    running.flatMap(({ session_id, runs }) =>
      runs.filter((run) => run.agent === agent).map((run) => [`${agent}.${run.native_id}.compact`, session_id]),
    ),
  );
  for (const [name, session_id] of wanted) {
    if (!/^[A-Za-z0-9._-]+$/.test(name)) continue;
    const brief = assemble(sources, setting, { agent, reason: 'compact', session_id, maxTokens });
    replaceIfDifferent(join(folder.directory, name), envelope(agent, start, brief.text));
  }
  const old = briefFiles(folder.directory).filter((name) => name.startsWith(`${agent}.`) && name.endsWith('.compact'));
  for (const name of old.filter((each) => !wanted.has(each))) removeFile(join(folder.directory, name));
}
