import { tensorContract } from './contract-tensors.ts';

/** Operations of the prefix cache. */
export const contract = { ...tensorContract } as const;
