import { Lag } from './lag.ts';

export interface RoundsParts {
  readonly onStall: ConstructorParameters<typeof Lag>[0];
  readonly onFault: (error: unknown) => void;
}

/** What the daemon does again and again until it leaves, watched over for what holds everything else up. */
export class Rounds {
  readonly #parts: RoundsParts;
  readonly #lag: Lag;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(parts: RoundsParts) {
    this.#parts = parts;
    this.#lag = new Lag(parts.onStall);
  }

  /** Something that may take long begins. */
  begins(name: string): void {
    this.#lag.begins(name);
  }

  every(ms: number, work: () => Promise<void>): void {
    const run = () => {
      this.begins(`every ${ms} ms`);
      void work().catch(this.#parts.onFault);
    };
    this.#timers.add(setInterval(run, ms).unref());
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#lag.stop();
  }
}
