/** Numbers by a key, the smallest first. */
export class Heap {
  readonly #keys: number[] = [];
  readonly #values: number[] = [];

  top(): { readonly key: number; readonly value: number } | undefined {
    const [key] = this.#keys;
    const [value] = this.#values;
    return key === undefined || value === undefined ? undefined : { key, value };
  }

  push(key: number, value: number): void {
    let at = this.#keys.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((this.#keys[above] ?? 0) <= key) break;
      this.#move(above, at);
      at = above;
    }
    this.#keys[at] = key;
    this.#values[at] = value;
  }

  pop(): void {
    const key = this.#keys.pop();
    const value = this.#values.pop();
    const size = this.#keys.length;
    if (key === undefined || value === undefined || size === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= size) break;
      if (below + 1 < size && (this.#keys[below + 1] ?? 0) < (this.#keys[below] ?? 0)) below += 1;
      if ((this.#keys[below] ?? 0) >= key) break;
      this.#move(below, at);
      at = below;
    }
    this.#keys[at] = key;
    this.#values[at] = value;
  }

  #move(from: number, to: number): void {
    this.#keys[to] = this.#keys[from] ?? 0;
    this.#values[to] = this.#values[from] ?? 0;
  }
}
