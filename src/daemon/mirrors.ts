import { mirrorOn, mirrorPosition, notePosition, trimTraces } from '../features/entries/mirror.ts';
import type { Projects } from './projects.ts';

export interface MirrorsParts {
  readonly projects: () => Projects;
  readonly failpoint: (name: string) => void;
  readonly onFault: (projectId: string, error: unknown) => void;
}

/**
 * Keeps the second copies up to date behind the commits of every open database, one project at a time. Told of a commit
 * it begins at once; what it was not told of is found at the next one, or when the database is opened again.
 */
export class Mirrors {
  readonly #parts: MirrorsParts;
  readonly #waiting = new Set<string>();
  /** How far each open database has been looked through; further than its stored position where there was nothing. */
  readonly #positions = new Map<string, number>();
  readonly #failed = new Set<string>();
  #round: Promise<void> | undefined;

  constructor(parts: MirrorsParts) {
    this.#parts = parts;
  }

  /** Looks at what is new in a project. */
  wake(projectId: string): void {
    this.#waiting.add(projectId);
    this.#round ??= Promise.resolve()
      .then(() => this.#rounds())
      .finally(() => {
        this.#round = undefined;
        for (const id of this.#waiting) this.wake(id); // told of in the moment in which the round ended
      });
  }

  /** A database was opened, perhaps another one than before. */
  opened(projectId: string): void {
    this.#positions.delete(projectId);
    this.wake(projectId);
  }

  /** Resolves when nothing is left to copy, and notes how far everything was looked through. */
  async settle(): Promise<void> {
    for (const id of this.#failed) this.wake(id);
    this.#failed.clear();
    await this.#round;
    const { projects, onFault } = this.#parts;
    for (const [id, n] of this.#positions) {
      const store = projects().opened(id);
      if (!store || store.isHeld || mirrorPosition(store.read) >= n) continue;
      await store.write((tx) => notePosition(tx, n)).catch((error: unknown) => onFault(id, error));
    }
  }

  /** Forgets old traces. */
  async sweep(): Promise<void> {
    const { projects, onFault } = this.#parts;
    for (const id of projects().openProjects) {
      const trimming = Promise.resolve().then(() => projects().store(id).write(trimTraces));
      await trimming.catch((error: unknown) => onFault(id, error));
    }
  }

  async #rounds(): Promise<void> {
    for (const id of this.#waiting) {
      this.#waiting.delete(id);
      try {
        await this.#catchUp(id);
      } catch (error) {
        this.#failed.add(id);
        this.#parts.onFault(id, error);
      }
    }
  }

  async #catchUp(projectId: string): Promise<void> {
    const { projects, failpoint } = this.#parts;
    for (;;) {
      const store = projects().opened(projectId);
      if (!store) return;
      const user = projects().user;
      const after = this.#positions.get(projectId) ?? mirrorPosition(store.read);
      const parts = {
        ...{ projectId, failpoint, project: { read: store.read, write: store.write.bind(store) } },
        user: { read: user.read, write: user.write.bind(user) },
      };
      const now = await mirrorOn(parts, after);
      this.#positions.set(projectId, now);
      if (now === after) return;
    }
  }
}
