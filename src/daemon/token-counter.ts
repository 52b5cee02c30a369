// Tokens are counted in a thread that begins with the first text and ends soon after the last one: its vocabulary takes
// some 70 MB, which nobody pays for who does not count.
import { Worker } from 'node:worker_threads';

interface Waiting {
  readonly resolve: (counts: readonly number[]) => void;
  readonly reject: (error: unknown) => void;
}

/** From the source the thread is a file beside this one, in a build beside the daemon. */
const program = new URL(import.meta.url.endsWith('.ts') ? './count-worker.ts' : './count.mjs', import.meta.url);
const resourceLimits = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 };

/** How the thread is kept; tests have other times. */
export interface Patience {
  /** With nothing to count the thread ends after so much. */
  readonly idleMs?: number;
  /** One question that takes longer ends the thread, and is not answered. */
  readonly stuckMs?: number;
}

export class TokenCounter {
  readonly #patience: Required<Patience>;
  #worker: Worker | undefined;
  #last = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #waiting = new Map<number, Waiting>();

  constructor(patience: Patience = {}) {
    this.#patience = { idleMs: 5_000, stuckMs: 60_000, ...patience };
  }

  /** Tokens of some texts. Rejects when the thread dies over them. */
  readonly count = (texts: readonly string[]): Promise<readonly number[]> => {
    this.#worker ??= this.#start();
    const { worker, id } = { worker: this.#worker, id: ++this.#last };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#endAfter(this.#patience.stuckMs);
      worker.postMessage({ id, texts });
    });
  };

  /** True while the thread is there. */
  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  /** Ends the thread; who waits for it is told so. */
  close(): void {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    for (const { reject } of this.#waiting.values()) reject(new Error('counting was given up'));
    this.#waiting.clear();
  }

  #start(): Worker {
    const worker = new Worker(program, { resourceLimits, env: {} });
    worker.unref();
    worker.on('message', ({ id, counts }: { readonly id: number; readonly counts: readonly number[] }) => {
      this.#waiting.get(id)?.resolve(counts);
      this.#waiting.delete(id);
      this.#endAfter(this.#waiting.size === 0 ? this.#patience.idleMs : this.#patience.stuckMs);
    });
    const died = () => this.#worker === worker && this.close();
    worker.on('error', died).on('exit', died);
    return worker;
  }

  #endAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(), ms).unref();
  }
}
