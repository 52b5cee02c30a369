import { Worker } from 'node:worker_threads';
import type { CheckDepth } from '../store/check-file.ts';

/** From the source the thread is a file beside this one, in a build beside the daemon. */
const program = import.meta.url.endsWith('.ts') ? './check-worker.ts' : './check.mjs';

/** What SQLite's check says of a database file, found out in a thread of its own; undefined when that could not be had. */
export function checkAside(file: string, depth: CheckDepth): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL(program, import.meta.url), { workerData: { file, depth }, env: {} });
    worker.unref();
    worker.once('message', (words: readonly string[]) => resolve(words));
    worker.once('error', () => resolve(undefined));
    worker.once('exit', () => resolve(undefined));
  });
}
