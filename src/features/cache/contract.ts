/** Operations of the prefix cache. */
import type { Contract } from '../../core/operation.ts';
import { auditContract } from './contract-audit.ts';

export const contract = { ...auditContract } as const satisfies Contract;
