import type { Contract } from '../../core/operation.ts';
import { remoteContract } from './contract-remotes.ts';

export const contract = {
  ...remoteContract,
} as const satisfies Contract;
