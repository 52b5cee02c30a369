import type { Contract } from '../../core/operation.ts';
import { keyContract } from './contract-keys.ts';
import { remoteContract } from './contract-remotes.ts';

export const contract = {
  ...remoteContract,
  ...keyContract,
} as const satisfies Contract;
