import { join } from 'node:path';
import { readProviders } from '../../../src/config/provider-rules.ts';
import { rulesIn } from '../../../src/features/cache/audit/known-rules.ts';

const providers = readProviders(join(import.meta.dirname, '../../..'));

/** Rules of caches by the name of a model, as the package ships them. */
export const rulesOf = rulesIn(() => providers);
