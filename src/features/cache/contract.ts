import { loadingContract } from './contract-loading.ts';

/** Operations of the prefix cache. */
export const contract = { ...loadingContract } as const;
