import fs from 'node:fs';

/** More would cost the system more than the minute that a missed one waits. */
const watchesMost = 256;

/**
 * Watches what comes and goes in some directories, each by itself and not what lies below. What the system tells is only a hint that somebody
 * should look; whoever is told looks for himself, and goes on looking where the system tells nothing.
 */
export class Hints {
  readonly #watchers = new Map<string, fs.FSWatcher>();
  readonly #heard: () => void;
  readonly #delayMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** heard: called so long after something changed, once for all that changed until then. Keeps no process alive. */
  constructor(delayMs: number, heard: () => void) {
    this.#delayMs = delayMs;
    this.#heard = heard;
  }

  /** Watches exactly these from now on, the first 256 of them. Returns how many of them were not watched before. */
  watch(directories: readonly string[]): number {
    const wanted = new Set(directories.slice(0, watchesMost));
    for (const [directory, watcher] of this.#watchers) {
      if (wanted.has(directory)) continue;
      watcher.close();
      this.#watchers.delete(directory);
    }
    return [...wanted].filter((directory) => !this.#watchers.has(directory) && this.#begin(directory)).length;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.watch([]);
  }

  #begin(directory: string): boolean {
    try {
      const watcher = fs.watch(directory, { persistent: false }, (kind) => {
        if (kind === 'rename') this.#soon(); // what came or went; what only grows is followed anyway
      });
      watcher.on('error', () => this.#watchers.delete(directory)); // gone: it is looked for again with the others
      this.#watchers.set(directory, watcher);
      return true;
    } catch {
      return false; // no watches left, or no such directory
    }
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#heard();
    }, this.#delayMs).unref();
  }
}
