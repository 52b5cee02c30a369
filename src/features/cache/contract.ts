import type { Contract } from '../../core/operation.ts';
import { auditContract } from './contract-audit.ts';
import { blocksContract } from './contract-blocks.ts';
import { loadingContract } from './contract-loading.ts';
import { planContract } from './contract-plan.ts';
import { tensorContract } from './contract-tensors.ts';

/** Operations of the prefix cache. */
export const contract = {
  ...auditContract,
  ...planContract,
  ...blocksContract,
  ...loadingContract,
  ...tensorContract,
} as const satisfies Contract;
