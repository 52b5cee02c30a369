// The clock of one device: it goes on with the world's, unless somebody sets it, or it stands still.

export type ClockChange =
  | { readonly to: 'jump'; readonly ms: number }
  | { readonly to: 'stuck' }
  | { readonly to: 'right' };

/** World time is that of the world; every clock differs from it by an offset, or does not go at all. */
export class DeviceClock {
  #offsetMs = 0;
  #stuckAt: number | undefined;
  readonly #world: () => number;

  constructor(world: () => number) {
    this.#world = world;
  }

  readonly now = (): number => Math.max(1, this.#stuckAt ?? this.#world() + this.#offsetMs);

  change(how: ClockChange): void {
    if (how.to === 'stuck') this.#stuckAt = this.now();
    else {
      this.#stuckAt = undefined;
      this.#offsetMs = how.to === 'right' ? 0 : how.ms;
    }
  }
}
