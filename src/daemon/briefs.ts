import { join } from 'node:path';
import type { GitState } from '../core/snapshot.ts';
import { assemble, type BriefSources, unfinishedMs } from '../features/brief/assemble.ts';
import { publish, withdraw } from '../features/brief/publish.ts';
import { toldHandoffId } from '../features/brief/render-handoff.ts';
import { toldAgents } from '../features/brief/told-agents.ts';
import type { CaptureParts } from '../features/capture/needs.ts';
import { lastStarts } from '../features/capture/queries.ts';
import { noteShown } from '../features/sessions/lifecycle.ts';
import { allProjects, projectById } from '../features/system/queries.ts';
import {
  type BriefFolder,
  briefFiles,
  briefFolders,
  readText,
  removeFile,
  replaceIfDifferent,
} from '../platform/brief-files.ts';
import { processExists } from '../platform/process.ts';
import { branchOf, headLine, workTreeOf } from '../platform/repository.ts';
import { breathe, monotonic } from '../platform/time.ts';
import { fileInfo } from '../platform/walk.ts';
import { type DeltaParts, layOutAnchor, layOutNews, noteBegun, type Standpoint, takeDeltas } from './deltas.ts';
import { mainTop } from './project-settings.ts';
import type { Projects } from './projects.ts';
import { readOnce } from './read-once.ts';

export interface BriefsParts {
  readonly projects: Projects;
  readonly sources: BriefSources;
  /** Undefined where no project was made, or all were taken back. */
  readonly briefKey: () => string | undefined;
  /** What the agents of a project are told, by its root. Off: nothing, and files that were laid out are taken away. */
  readonly telling: (root: string | undefined) => { readonly enabled: boolean; readonly max_tokens: number };
  /** State of a work tree, its names redacted. */
  readonly gitState: (directory: string) => Promise<GitState | null>;
  /** File whose presence says that some delta waits. */
  readonly deltaMark: string;
  /** True while long work is under way: files are then rendered every few seconds only. */
  readonly isBusy: () => boolean;
  readonly clock: () => number;
  readonly onBug: (what: string, error: unknown) => void;
  /** HEAD of a project's work tree is another one; branch: '' when it is detached. */
  readonly onHead?: (projectId: string, branch: string) => void;
  /** The files of a project are up to date again. */
  readonly onRendered?: (projectId: string) => void;
}

export type Told = Parameters<CaptureParts['told']>[0];

const settleMs = 250;
/** Rendering takes at most one part in so many of the time, however fast the changes come: those told more, and sooner. */
const restShares = { 'in turn': 20, 'at once': 4 } as const;
const longestRestMs = 5_000;
const longestTimerMs = 2 ** 31 - 1;
/** A handoff that a hook took away waits so long for word of the conversation that was shown it. */
const lostMs = 60_000;
/**
 * Beside the files: until when they are right, in milliseconds, or `always`. Taken away before a change is answered and
 * written after rendering, so that whoever kills the daemon in between leaves word that the files are old.
 */
export const validity = 'valid-until';
const always = 'always';

/** Keeps the brief files of every project up to date, and notes what hooks have taken away from them. */
export class Briefs {
  readonly #parts: BriefsParts;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #heads = new Map<string, string>();
  /** How long the last rendering took, and when it ended. */
  #renderMs = 0;
  #renderedAt = Number.NEGATIVE_INFINITY;
  /** Projects in which something changed since their files were rendered, and how soon they are due. */
  readonly #soon = new Map<string, keyof typeof restShares>();
  /** When the files of a project go out of date by themselves. */
  readonly #ends = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  /** The last rendering of each project that is not done. */
  readonly #rendering = new Map<string, Promise<void>>();
  /** Claims whose taking is stored, but whose hook may still be printing them. */
  readonly #taken = new Set<string>();
  /** Claims of which no start has told yet, since when. */
  readonly #waiting = new Map<string, number>();

  constructor(parts: BriefsParts) {
    this.#parts = parts;
  }

  /** Renders what changed or went out of date while no daemon looked, without opening any other database. */
  begin(): void {
    for (const { project_id } of this.#parts.projects.user.read.all(allProjects, {})) {
      this.#guarded(() => {
        const folder = this.#folders(project_id)[0];
        if (!folder) return;
        const until = readText(join(folder.directory, validity))?.trim() ?? '';
        if (this.#claims(project_id).length > 0 || (until !== always && !this.#endsLater(project_id, until))) {
          this.wake(project_id);
        }
      });
    }
  }

  #endsLater(projectId: string, until: string): boolean {
    if (!(Number(until) > this.#parts.clock())) return false;
    this.#wakeAt(projectId, Number(until));
    return true;
  }

  /**
   * Something changed in a project: its files are rendered again soon. What sessions bring waits its turn, so that
   * rendering takes little of the time; what a person told is rendered at once, unless much is told one after the other.
   */
  wake(projectId: string, when: keyof typeof restShares = 'in turn'): void {
    // one that is due at once is not put off by the next, or a stream of them would never be rendered
    if (this.#soon.get(projectId) === 'at once' || (this.#soon.has(projectId) && when === 'in turn')) return;
    this.#soon.set(projectId, when);
    this.#guarded(() => {
      const [root] = this.#parts.projects.rootsOf(projectId);
      const key = this.#parts.briefKey();
      if (root !== undefined && key) removeFile(join(root, '.prsist', 'brief', key, validity));
    });
    const restMs = Math.min(restShares[when] * this.#renderMs, longestRestMs);
    this.#later(projectId, Math.max(settleMs, restMs), () => {
      this.#soon.delete(projectId);
      if (this.#parts.isBusy() && monotonic() - this.#renderedAt < longestRestMs) this.wake(projectId);
      else this.#run(projectId);
    });
  }

  #wakeAt(projectId: string, end: number): void {
    this.#ends.set(projectId, end);
    // a moment late, so that it is over; a timer that cannot wait so long finds everything as it was
    const inMs = Math.min(Math.max(end - this.#parts.clock(), 0) + 1000, longestTimerMs);
    this.#later(projectId, inMs, () => this.wake(projectId));
  }

  #later(projectId: string, inMs: number, work: () => void): void {
    clearTimeout(this.#timers.get(projectId));
    const timer = setTimeout(() => {
      this.#timers.delete(projectId);
      work();
    }, inMs);
    this.#timers.set(projectId, timer.unref());
  }

  #run(projectId: string): void {
    const running = this.render(projectId)
      .catch((error: unknown) => this.#parts.onBug('brief', error))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** A checkout changes which files are right: looks whether one happened, and what hooks have taken away. */
  lookAtHeads(): void {
    for (const projectId of this.#parts.projects.openProjects) {
      // a folder that is refused is no reason to leave the others unread
      this.#guarded(() => this.#lookAtHead(projectId));
    }
  }

  #lookAtHead(projectId: string): void {
    for (const { root } of this.#folders(projectId)) {
      const tree = workTreeOf(root);
      const head = tree ? headLine(tree) : '';
      const before = this.#heads.get(root);
      if (before !== head) this.wake(projectId);
      if (before !== undefined && before !== head) this.#parts.onHead?.(projectId, branchOf(head) ?? '');
      this.#heads.set(root, head);
    }
    if (this.#isThrownAway(projectId)) this.wake(projectId);
    if (this.#claims(projectId).length === 0 && !this.#folders(projectId).some(hasClaimedDelta)) return;
    this.takeClaims(projectId).catch((error: unknown) => this.#parts.onBug('brief', error));
  }

  /** A checkout put other files there, or took them: the folder was emptied. */
  #isThrownAway(projectId: string): boolean {
    const folder = this.#folders(projectId)[0];
    // while they are rendered, the word of it is missing too
    const isUnderWay = this.#soon.has(projectId) || this.#running.size > 0;
    if (!folder || isUnderWay || this.#isAway(projectId)) return false;
    return !fileInfo(join(folder.directory, validity));
  }

  /**
   * Renders the files of one project now, in all of its directories; those of a removed one are taken away. One rendering
   * of a project waits for the other, or what was read first might be written last.
   */
  render(projectId: string): Promise<void> {
    const before = this.#rendering.get(projectId) ?? Promise.resolve();
    const now = before
      .catch(() => undefined) // told to whoever waited for it
      .then(() => this.#renderNow(projectId))
      .finally(() => {
        if (this.#rendering.get(projectId) === now) this.#rendering.delete(projectId);
      });
    this.#rendering.set(projectId, now);
    return now;
  }

  async #renderNow(projectId: string): Promise<void> {
    if (this.#isAway(projectId)) {
      this.#soon.delete(projectId);
      this.#forget(projectId);
      for (const folder of this.#folders(projectId)) withdraw(folder);
      return;
    }
    await this.takeClaims(projectId);
    this.#soon.delete(projectId);
    this.#ends.delete(projectId);
    const { projects, clock } = this.#parts;
    const { name, root: top } = projects.resolve(projectId);
    const { enabled, max_tokens: maxTokens } = this.#parts.telling(top);
    const reads = { project: projects.store(projectId).read, user: projects.user.read };
    const now = clock();
    const folders = this.#folders(projectId);
    const ends = [...this.#parts.sources.entryEnds(reads, { now, root: top })];
    for (const folder of folders) {
      if (!enabled) {
        withdraw(folder);
        continue;
      }
      const git = await this.#parts.gitState(folder.root);
      const begun = monotonic();
      let othersMs = 0;
      const letOthers = async () => {
        const left = monotonic();
        await breathe();
        othersMs += monotonic() - left;
      };
      const publishing = { sources: readOnce(this.#parts.sources), maxTokens, breathe: letOthers };
      const until = await publish(publishing, folder, { reads, project: name, root: folder.root, git, now });
      this.#renderedAt = monotonic();
      this.#renderMs = this.#renderedAt - begun - othersMs;
      if (until !== undefined) ends.push(until);
      await layOutNews(this.#deltas, this.#standpoint(projectId, folder, git));
    }
    this.#rendered(projectId, folders[0], enabled ? ends : []);
  }

  get #deltas(): DeltaParts {
    const { sources, deltaMark: marker, projects } = this.#parts;
    return { sources, marker, writeUser: (work) => projects.user.write(work) };
  }

  #standpoint(projectId: string, folder: BriefFolder, git: GitState | null): Standpoint {
    const { projects, clock } = this.#parts;
    const { name, root } = projects.resolve(projectId);
    const tree = workTreeOf(folder.root);
    const reads = { project: projects.store(projectId).read, user: projects.user.read };
    const place = { worktree: tree?.name ?? 'main', branch: branchOf(tree ? headLine(tree) : '') };
    const setting = { reads, project: name, root: folder.root, place, git, now: clock() };
    return { projectId, folder, setting, maxTokens: this.#parts.telling(root).max_tokens };
  }

  /** A conversation begins and is told what is known, or its context was compressed and it is told again. */
  async told({ projectId, cwd, what, ...listener }: Told): Promise<void> {
    const { root } = this.#parts.projects.resolve(projectId);
    if (!this.#parts.telling(root).enabled) return;
    const tree = workTreeOf(cwd ?? '')?.name ?? 'main';
    const folder = this.#folders(projectId).find((each) => (workTreeOf(each.root)?.name ?? 'main') === tree);
    if (!folder) return;
    const git = what === 'compressed' ? await this.#parts.gitState(folder.root) : null;
    const from = this.#standpoint(projectId, folder, git);
    if (what === 'began') await noteBegun(this.#deltas, from, listener);
    else await layOutAnchor(this.#deltas, from, listener);
  }

  #rendered(projectId: string, folder: BriefFolder | undefined, ends: readonly number[]): void {
    if (this.#soon.has(projectId)) return; // something changed meanwhile
    this.#parts.onRendered?.(projectId);
    const end = folder && ends.length > 0 ? Math.min(...ends) : undefined;
    if (folder) replaceIfDifferent(join(folder.directory, validity), `${end ?? always}\n`);
    if (end !== undefined) this.#wakeAt(projectId, end);
    else this.#forget(projectId);
  }

  #forget(projectId: string): void {
    clearTimeout(this.#timers.get(projectId));
    this.#timers.delete(projectId);
    this.#ends.delete(projectId);
  }

  /**
   * Handoffs that a hook has taken away: shown to the conversation whose start hook had the process number at the end of
   * the name. The file goes after the commit, and after that hook: it may still be printing it. A claim of which no start
   * tells is given up: its handoff is laid out again.
   */
  async takeClaims(projectId: string): Promise<void> {
    for (const folder of this.#folders(projectId)) {
      if (hasClaimedDelta(folder)) await takeDeltas(this.#deltas, this.#standpoint(projectId, folder, null));
    }
    for (const { agent, folder, file } of this.#claims(projectId)) {
      const pid = Number(/\.(\d+)$/.exec(file)?.[1] ?? Number.NaN);
      if (!this.#taken.has(file)) {
        const place = { projectId, agent, worktree: workTreeOf(folder.root)?.name ?? 'main' };
        const start = lastStarts(this.#parts.projects.user.read, place).findLast((each) => each.pid === pid);
        const handoff_id = toldHandoffId(readText(file) ?? '');
        if (!start && !this.#isLost(file)) continue;
        if (start && handoff_id) {
          const shown = { native: start.native, at: start.at, handoff_id };
          await this.#parts.projects.store(projectId).write((tx) => noteShown(tx, shown));
        }
        this.#taken.add(file);
      }
      if (processExists(pid)) continue;
      removeFile(file);
      this.#taken.delete(file);
      this.#waiting.delete(file);
      this.wake(projectId);
    }
  }

  #isLost(file: string): boolean {
    const now = this.#parts.clock();
    const since = this.#waiting.get(file) ?? now;
    this.#waiting.set(file, since);
    return now - since >= lostMs;
  }

  /** The brief an agent would get when it resumes a session: for the verb that resumes. */
  resumed(setting: Parameters<typeof assemble>[1], session_id: string): string {
    const maxTokens = this.#parts.telling(mainTop(setting.root)).max_tokens;
    const wanted = { agent: 'claude-code', reason: 'resume' as const, session_id, maxTokens };
    return assemble(this.#parts.sources, setting, wanted).text;
  }

  /**
   * True while a rendering is due: for a change, or because a brief goes out of date by itself within two hours (so long
   * an unfinished session is told of). The daemon does not leave for idleness before.
   */
  get pending(): boolean {
    const near = this.#parts.clock() + unfinishedMs;
    return this.#soon.size > 0 || this.#running.size > 0 || [...this.#ends.values()].some((end) => end <= near);
  }

  /** True while the files of a project are to be rendered, or just are. */
  isDue(projectId: string): boolean {
    return this.#soon.has(projectId) || this.#rendering.has(projectId);
  }

  /** Renders what is due and stops. */
  async finish(): Promise<void> {
    const due = [...this.#soon.keys()];
    for (const projectId of due) this.#run(projectId);
    await Promise.all(this.#running);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const kept of [this.#timers, this.#ends, this.#soon]) kept.clear();
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.onBug('brief', error);
    }
  }

  /** Where the briefs of a project lie, one directory for each of its work trees. */
  directories(projectId: string): string[] {
    return this.#folders(projectId).map(({ directory }) => directory);
  }

  /** Those of the main directory first; what was joined into another project has none any more. */
  #folders(projectId: string): BriefFolder[] {
    const key = this.#parts.briefKey();
    return key ? this.#parts.projects.rootsOf(projectId).flatMap((root) => briefFolders(root, key)) : [];
  }

  #isAway(project_id: string): boolean {
    const state = this.#parts.projects.user.read.one(projectById, { project_id })?.state;
    return state !== 'active';
  }

  #claims(projectId: string): { agent: string; folder: BriefFolder; file: string }[] {
    return this.#folders(projectId).flatMap((folder) =>
      briefFiles(folder.directory).flatMap((name) => {
        const agent = /^([a-z-]+)\.handoff\./.exec(name)?.[1];
        if (agent === undefined || !toldAgents.some((each) => each.agent === agent)) return [];
        return [{ agent, folder, file: join(folder.directory, name) }];
      }),
    );
  }
}

function hasClaimedDelta({ directory }: BriefFolder): boolean {
  return briefFiles(directory).some((name) => /\.delta\.\d+$/.test(name));
}
