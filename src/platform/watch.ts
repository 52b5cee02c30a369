import fs from 'node:fs';

export interface Watching {
  /** Resolves when something below the directory has changed and it has been quiet since, else after so long. */
  readonly changed: (mostMs: number) => Promise<void>;
  readonly stop: () => void;
}

/**
 * Watches a directory and everything below it. What the system tells is only a hint: whoever waits looks for itself, and
 * goes on looking where the system tells nothing. Nothing of this keeps the process alive but a running wait.
 */
export function watchDirectory(directory: string, quietMs: number): Watching {
  let wake: (() => void) | undefined;
  let quiet: NodeJS.Timeout | undefined;
  let isNews = false;
  const heard = () => {
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      isNews = true;
      wake?.();
    }, quietMs).unref();
  };
  const watcher = startWatching(directory, heard);
  return {
    changed: (mostMs) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          wake = undefined;
          isNews = false;
          resolve();
        };
        const timer = setTimeout(done, mostMs);
        wake = done;
        if (isNews) done();
      }),
    stop: () => {
      clearTimeout(quiet);
      watcher?.close();
      wake?.();
    },
  };
}

function startWatching(directory: string, heard: () => void): fs.FSWatcher | undefined {
  try {
    return fs.watch(directory, { recursive: true, persistent: false }, heard).on('error', () => undefined);
  } catch {
    return undefined; // no watches left, or no such directory: it is looked at every few seconds anyway
  }
}
