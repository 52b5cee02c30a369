import { PrsistError } from '../core/errors.ts';

/** Whether the daemon answers: everything that asks it tells here how that went. */
export class Link {
  readonly #changed: () => void;
  #away: string | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Why the daemon is away; undefined while it answers. */
  get away(): string | undefined {
    return this.#away;
  }

  /** Passes an answer on and notes that one came, or why not. */
  async heard<T>(answer: Promise<T>): Promise<T> {
    try {
      const reply = await answer;
      this.#note(undefined);
      return reply;
    } catch (error) {
      this.#note(error instanceof PrsistError && error.code.startsWith('daemon/') ? error.message : undefined);
      throw error;
    }
  }

  #note(away: string | undefined): void {
    if (away === this.#away) return;
    this.#away = away;
    this.#changed();
  }
}

/** Something of the daemon's that is kept and asked for again: the last answer stays while it is away. */
export class Known<T> {
  readonly #ask: () => Promise<T>;
  readonly #changed: () => void;
  #value: T | undefined;
  #failure: string | undefined;
  #running: Promise<void> | undefined;

  constructor(ask: () => Promise<T>, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  get value(): T | undefined {
    return this.#value;
  }

  /** Why the last question had no answer. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Asks again; while a question is under way, that one. */
  refresh(): Promise<void> {
    this.#running ??= this.#refresh().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #refresh(): Promise<void> {
    try {
      this.#value = await this.#ask();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = failureOf(error);
    }
    this.#changed();
  }
}

/** What a person is told of an error, with what to do about it. */
export function failureOf(error: unknown): string {
  if (!(error instanceof PrsistError)) return error instanceof Error ? error.message : String(error);
  return error.hint === '' ? error.message : `${error.message} (try: ${error.hint})`;
}
