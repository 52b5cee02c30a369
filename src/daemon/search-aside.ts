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
}

/** From the source the thread is a file beside this one, in a build beside the daemon. */
const program = import.meta.url.endsWith('.ts') ? './search-worker.ts' : './search.mjs';
const mostWaiting = 64;
/** As long as a search may be in the way of whoever closes a file. */
const leaveMs = 5_000;
/** No search takes that long: the thread is ended and the next search starts another. */
const stuckMs = 30_000;

export class SearchAside {
  #worker: Worker | undefined;
  #last = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** Answers a search. Throws daemon/busy when 64 are waiting already. */
  ask(request: SearchRequest): Promise<Reply> {
    if (this.#waiting.size >= mostWaiting) {
      throw new PrsistError('daemon/busy', `${mostWaiting} searches are waiting`, { retryMs: 200 });
    }
    const worker = this.#started();
    this.#last += 1;
    const id = this.#last;
    return new Promise<Reply>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, request });
      // its own, so that one that never ends takes nobody with it for long
      const stuck = setTimeout(() => this.#isStuck(id), stuckMs);
      stuck.unref();
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
    if (Atomics.wait(flag, 0, 0, leaveMs) === 'timed-out') this.close();
  }

  /** Ends the thread; searches that wait are told that the daemon leaves. */
  close(): void {
    const worker = this.#worker;
    this.#lost(new PrsistError('daemon/busy', 'the search was ended', { retryMs: 200 }));
    void worker?.terminate();
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL(program, import.meta.url), { env: {} });
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

  #isStuck(id: number): void {
    if (this.#waiting.has(id)) this.close();
  }

  #answered(message: Message): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('reply' in message) waiting?.resolve(message.reply);
    else if ('fault' in message) waiting?.reject(errorFromBody(message.fault));
    else waiting?.reject(new PrsistError('internal', message.broken));
  }

  #lost(error: unknown): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
