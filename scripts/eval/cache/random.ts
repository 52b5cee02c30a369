/** Numbers that are the same for the same seed, on every machine. */
export interface Random {
  /** A whole number from least to most, both included. */
  between(least: number, most: number): number;
  pick<T>(list: readonly T[]): T;
  /** So many made-up words. */
  words(count: number): string;
}

/** Mulberry32. */
export function seeded(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    between,
    pick<T>(list: readonly T[]): T {
      const picked = list[between(0, list.length - 1)];
      if (picked === undefined) throw new Error('nothing to pick from');
      return picked;
    },
    words: (count) => Array.from({ length: count }, () => between(0, 2_000_000_000).toString(36)).join(' '),
  };
}
