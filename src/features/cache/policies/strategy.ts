/** The names that `cache_strategy` knows. */
export const strategies = ['lru', 'value', 'auto'] as const;
export type Strategy = (typeof strategies)[number];
