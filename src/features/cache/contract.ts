/** Operations of the prefix cache. */
export const contract = {} as const;
