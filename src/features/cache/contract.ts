import { planContract } from './contract-plan.ts';

/** Operations of the prefix cache. */
export const contract = { ...planContract } as const;
