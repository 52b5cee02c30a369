import { monotonic } from '../platform/time.ts';

const lookMs = 100;
const stallMs = 200;
const mostNames = 5;

/** Watches whether anything holds the event loop: a timer that comes late says for how long, and what was begun before. */
export class Lag {
  readonly #begun = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #due = monotonic() + lookMs;
  /** What was begun before the present turn. */
  #last = 'nothing';

  /** onStall: told of every stall of more than 200 ms. */
  constructor(onStall: (stall: { readonly ms: number; readonly doing: string }) => void) {
    this.#timer = setInterval(() => {
      const late = monotonic() - this.#due;
      this.#due = monotonic() + lookMs;
      const names = [...this.#begun];
      this.#begun.clear();
      this.#last = names.at(-1) ?? this.#last;
      if (late > stallMs) onStall({ ms: Math.round(late), doing: names.join(', ') || `after ${this.#last}` });
    }, lookMs).unref();
  }

  /** Something that may take long begins. */
  begins(name: string): void {
    if (this.#begun.size < mostNames) this.#begun.add(name);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
