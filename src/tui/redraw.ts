import { later } from '../platform/time.ts';

/** Says when to draw: at once for a key, and not more often than every so many milliseconds for what changes by itself. */
export class Redraw {
  readonly #leastMs: number;
  #draw: (() => void) | undefined;
  #version = 0;
  #callOff: (() => void) | undefined;
  #due = false;

  constructor(leastMs: number) {
    this.#leastMs = leastMs;
  }

  readonly subscribe = (draw: () => void): (() => void) => {
    this.#draw = draw;
    return () => {
      this.#draw = undefined;
      this.#callOff?.();
    };
  };

  readonly version = (): number => this.#version;

  /** Something else is to be drawn. */
  soon(): void {
    if (this.#callOff) {
      this.#due = true;
      return;
    }
    this.now();
    this.#callOff = later(this.#leastMs, () => {
      this.#callOff = undefined;
      if (!this.#due) return;
      this.#due = false;
      this.soon();
    });
  }

  /** Draws without delay. */
  readonly now = (): void => {
    this.#version += 1;
    this.#draw?.();
  };
}
