// Which session works in a work tree, for the git hook that notes it in commits: `<git dir>/prsist-session`, the id alone.
// It is there only while a session works there and a daemon runs, and only where somebody asked for it.
import { join } from 'node:path';
import { workingSession } from '../features/sessions/queries.ts';
import { replaceIfDifferent } from '../platform/brief-files.ts';
import { removeFile } from '../platform/files.ts';
import { workTreeLogs } from '../platform/reflog.ts';
import { exists } from '../platform/walk.ts';
import type { Projects } from './projects.ts';

export interface TrailersParts {
  readonly projects: () => Projects;
  /** What a project wants, by its root: whether commits name sessions, and after which silence one works no more. */
  readonly wanted: (root: string) => { readonly enabled: boolean; readonly idleMs: number };
  readonly clock: () => number;
  /** A repository that cannot be written to keeps the others from nothing. */
  readonly onFault: (what: string, error: unknown) => void;
}

const fileName = 'prsist-session';
/** An id goes into a commit as it is. */
const plainId = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

interface Laid {
  readonly root: string;
  readonly until: number;
}

/** Keeps that file in the git directory of every work tree in which a session works. */
export class Trailers {
  readonly #parts: TrailersParts;
  /** Projects of which there is news. */
  readonly #due = new Set<string>();
  /** By git directory: of which project a session stands there, and until when at most. */
  readonly #laid = new Map<string, Laid>();

  constructor(parts: TrailersParts) {
    this.#parts = parts;
  }

  /** Takes away what a daemon before this one left: nobody knows whether its sessions still work. */
  begin(): void {
    for (const root of this.#parts.projects().roots()) {
      for (const { gitDir } of this.#trees(root)) this.#remove(gitDir);
    }
  }

  /** Something was written down in a project: a session may have begun, gone on or ended there. */
  wake(projectId: string): void {
    this.#due.add(projectId);
  }

  /** Lays out which session works where in projects of which something was told; takes away what has had its time. */
  look(): void {
    const now = this.#parts.clock();
    // its database is only used when there is news of it, so that idle ones can be closed
    for (const projectId of this.#due) {
      this.#due.delete(projectId);
      this.#lookAt(projectId, now);
    }
    for (const [gitDir, { root, until }] of this.#laid) {
      if (until <= now || !this.#parts.wanted(root).enabled) this.#remove(gitDir);
    }
  }

  /** Takes everything away: without a daemon nobody would know when a session ends. */
  leave(): void {
    for (const gitDir of this.#laid.keys()) this.#remove(gitDir);
  }

  #lookAt(projectId: string, now: number): void {
    const projects = this.#parts.projects();
    const { root } = projects.resolve(projectId);
    const { enabled, idleMs } = root === undefined ? { enabled: false, idleMs: 0 } : this.#parts.wanted(root);
    if (root === undefined || !enabled) return;
    const { read } = projects.store(projectId);
    for (const { worktree, gitDir } of this.#trees(root)) {
      const working = read.one(workingSession, { worktree, since: now - idleMs });
      if (working && plainId.test(working.session_id)) {
        this.#lay(gitDir, working.session_id, { root, until: working.last_activity + idleMs });
      } else this.#remove(gitDir);
    }
  }

  #trees(root: string) {
    try {
      return workTreeLogs(root);
    } catch (error) {
      this.#parts.onFault('trailer', error);
      return [];
    }
  }

  #lay(gitDir: string, session_id: string, laid: Laid): void {
    try {
      // a linked work tree that is being removed has none any more
      if (!exists(gitDir)) return;
      this.#laid.set(gitDir, laid);
      replaceIfDifferent(join(gitDir, fileName), `${session_id}\n`);
    } catch (error) {
      this.#parts.onFault('trailer', error);
    }
  }

  #remove(gitDir: string): void {
    this.#laid.delete(gitDir);
    try {
      removeFile(join(gitDir, fileName));
    } catch (error) {
      this.#parts.onFault('trailer', error);
    }
  }
}
