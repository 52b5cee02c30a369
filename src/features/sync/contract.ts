import type { Contract } from '../../core/operation.ts';
import { keyContract } from './contract-keys.ts';
import { packageContract } from './contract-packages.ts';
import { remoteContract } from './contract-remotes.ts';
import { runContract } from './contract-runs.ts';
import { verifyContract } from './contract-verify.ts';

export const contract = {
  ...remoteContract,
  ...keyContract,
  ...runContract,
  ...verifyContract,
  ...packageContract,
} as const satisfies Contract;
