import { Worker } from 'node:worker_threads';

/** From the source the thread is a file beside this one, in a build beside the daemon. */
const program = import.meta.url.endsWith('.ts') ? './check-worker.ts' : './check.mjs';

/** What the short check says of a database file, found out in a thread of its own; undefined when that could not be had. */
export function checkAside(file: string): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL(program, import.meta.url), { workerData: file, env: {} });
    worker.unref();
    worker.once('message', (words: readonly string[]) => resolve(words));
    worker.once('error', () => resolve(undefined));
    worker.once('exit', () => resolve(undefined));
  });
}
