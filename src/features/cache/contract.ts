import type { Contract } from '../../core/operation.ts';
import { blocksContract } from './contract-blocks.ts';

/** Operations of the prefix cache. */
export const contract = { ...blocksContract } as const satisfies Contract;
