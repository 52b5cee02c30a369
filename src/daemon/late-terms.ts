// Behind what came in bulk: the terms of its texts, a few at a time, and hardly any while something else is written.
import type { Showing } from '../features/findable.ts';
import { hasLate, makeTerms } from '../features/search/late-terms.ts';
import type { Store } from '../store/store.ts';
import { ownerContext } from './owner-context.ts';
import type { Projects } from './projects.ts';

export interface LateTermsParts {
  readonly projects: () => Projects;
  readonly showings: () => readonly Showing[];
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly breathe: () => Promise<void>;
  readonly onFault: (what: string, error: unknown) => void;
  /** Milliseconds without a write after which nothing is in the way; shorter in tests. */
  readonly quietMs?: number;
}

/** Of one write: about as long as others wait for anything. */
const atOnce = 100;
const usualQuietMs = 1_000;

/** One per daemon. */
export class LateTerms {
  readonly #parts: LateTermsParts;
  readonly #quietMs: number;
  readonly #waiting = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #writtenAt = 0;
  #left = false;

  constructor(parts: LateTermsParts) {
    this.#parts = parts;
    this.#quietMs = parts.quietMs ?? usualQuietMs;
  }

  /** Something was written to a project, or its database was opened. */
  wake(project: string): void {
    if (this.#left) return;
    this.#writtenAt = this.#parts.monotonic();
    this.#waiting.add(project);
    this.#later();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#left = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #later(): void {
    if (this.#timer || this.#running || this.#left) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#running = this.#run().finally(() => {
        this.#running = undefined;
        if (this.#waiting.size > 0) this.#later();
      });
    }, this.#quietMs).unref();
  }

  async #run(): Promise<void> {
    const due = [...this.#waiting];
    this.#waiting.clear();
    for (const project of due) {
      const projects = this.#parts.projects();
      // one that was closed is looked at when it is opened again: nothing is opened for this alone
      if (this.#left || !projects.openProjects.includes(project)) continue;
      try {
        await this.#make(project, projects.store(project));
      } catch (error) {
        // closed or removed meanwhile; its next write or opening wakes it again
        if (!this.#left && projects.openProjects.includes(project)) this.#parts.onFault('terms', error);
      }
    }
  }

  async #make(project: string, store: Store): Promise<void> {
    const { projects, showings, clock } = this.#parts;
    const context = ownerContext(projects(), { project, read: store.read, now: clock() });
    const terms = { showings: showings(), context };
    while (!this.#left && store.db.open && hasLate(store.read)) {
      if (this.#isQuiet()) await this.#parts.breathe();
      else await this.#rest();
      await store.write((tx) => makeTerms(tx, terms, atOnce));
    }
  }

  #isQuiet(): boolean {
    return this.#parts.monotonic() - this.#writtenAt >= this.#quietMs;
  }

  /** Others write: they are let go first for the most part, but never for ever. */
  #rest(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.#quietMs));
  }
}
