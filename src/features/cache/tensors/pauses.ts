// After a failure an engine's tier rests: what made one file wrong may have made others wrong too.

const restMs = 3_600_000;
/** More engines than anybody runs: the oldest is forgotten. */
const most = 100;

export interface Pause {
  readonly why: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Of the life of one daemon: a file that was found wrong is gone anyway. */
export class Pauses {
  readonly #pauses = new Map<string, Pause>();

  begin(engine: string, why: string, now: number): Pause {
    const pause = { why, until: now + restMs };
    this.#pauses.delete(engine);
    this.#pauses.set(engine, pause);
    const [oldest] = this.#pauses.keys();
    if (this.#pauses.size > most && oldest !== undefined) this.#pauses.delete(oldest);
    return pause;
  }

  of(engine: string, now: number): Pause | undefined {
    const pause = this.#pauses.get(engine);
    return pause && pause.until > now ? pause : undefined;
  }

  all(now: number): readonly (Pause & { readonly engine: string })[] {
    return [...this.#pauses].flatMap(([engine, pause]) => (pause.until > now ? [{ engine, ...pause }] : []));
  }

  clear(): void {
    this.#pauses.clear();
  }
}
