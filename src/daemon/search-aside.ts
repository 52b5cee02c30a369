// Searches in a thread of its own: a large store takes tens of milliseconds, and hooks are answered meanwhile.
import { Worker } from 'node:worker_threads';
import { type ErrorBody, errorFromBody, PrsistError } from '../core/errors.ts';
import type { SearchRequest } from './search-verbs.ts';

type Reply = Readonly<Record<string, unknown>>;
type Message = { readonly id: number } & (
  | { readonly reply: Reply }
  | { readonly fault: ErrorBody }
  | { readonly broken: string }
);

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
  readonly stuck: NodeJS.Timeout;
}

/** From the source the thread is a file beside this one, in a build beside the daemon. */
const program = new URL(import.meta.url.endsWith('.ts') ? './search-worker.ts' : './search.mjs', import.meta.url);
const mostWaiting = 64;

/** How the thread is kept; tests have other times, and programs that never answer. */
export interface Keeping {
  readonly program?: URL;
  /** As long as a search may be in the way of whoever closes a file. */
  readonly leaveMs?: number;
  /** No search takes that long: the thread is ended and the next search starts another. */
  readonly stuckMs?: number;
}

/** The memory of the thread: garbage is given back soon, and what would need more ends the thread and not the daemon. */
const resourceLimits = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };

export class SearchAside {
  #worker: Worker | undefined;
  #last = 0;
  readonly #waiting = new Map<number, Waiting>();
  readonly #keeping: Required<Keeping>;

  constructor(keeping: Keeping = {}) {
    this.#keeping = { program, leaveMs: 5_000, stuckMs: 30_000, ...keeping };
  }

  /** Answers a search. Throws daemon/busy when 64 are waiting already. */
  ask(request: SearchRequest): Promise<Reply> {
    if (this.#waiting.size >= mostWaiting) {
      throw new PrsistError('daemon/busy', `${mostWaiting} searches are waiting`, { retryMs: 200 });
    }
    const worker = this.#started();
    this.#last += 1;
    const id = this.#last;
    return new Promise<Reply>((resolve, reject) => {
      // its own, so that one that never ends takes nobody with it for long
      const stuck = setTimeout(() => this.close(), this.#keeping.stuckMs);
      stuck.unref();
      this.#waiting.set(id, { resolve, reject, stuck });
      worker.postMessage({ id, request });
    });
  }

  /**
   * Lets every file go, and returns when that is done: for whoever closes, replaces or erases one. A search that runs is
   * waited for.
   */
  leave(): void {
    if (!this.#worker) return;
    const flag = new Int32Array(new SharedArrayBuffer(4));
    this.#worker.postMessage({ leave: flag });
    if (Atomics.wait(flag, 0, 0, this.#keeping.leaveMs) === 'timed-out') this.close();
  }

  /** The same, and nothing of what it read stays in its memory: for whoever has erased something. */
  forget(): void {
    this.leave();
    this.close();
  }

  /** Ends the thread; searches that wait are told that the daemon leaves. */
  close(): void {
    const worker = this.#worker;
    this.#lost(new PrsistError('daemon/busy', 'the search was ended', { retryMs: 200 }));
    void worker?.terminate();
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#keeping.program, { env: {}, resourceLimits });
    worker.unref();
    worker.on('message', (message: Message) => this.#answered(message));
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#lost(error);
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#lost(new PrsistError('internal', 'the thread that searches ended'));
    });
    this.#worker = worker;
    return worker;
  }

  #answered(message: Message): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    clearTimeout(waiting?.stuck);
    if ('reply' in message) waiting?.resolve(message.reply);
    else if ('fault' in message) waiting?.reject(errorFromBody(message.fault));
    else waiting?.reject(new PrsistError('internal', message.broken));
  }

  #lost(error: unknown): void {
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject, stuck } of waiting) {
      clearTimeout(stuck);
      reject(error);
    }
  }
}
