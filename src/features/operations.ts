// Every operation there is, one line per feature. Clients import the type, the daemon the value.
import { contract as activity } from './activity/contract.ts';
import { contract as batch } from './batch/contract.ts';
import { contract as brief } from './brief/contract.ts';
import { contract as cache } from './cache/contract.ts';
import { contract as capture } from './capture/contract.ts';
import { contract as conflicts } from './conflicts/contract.ts';
import { contract as documents } from './documents/contract.ts';
import { contract as entries } from './entries/contract.ts';
import { contract as erasing } from './erasing/contract.ts';
import { contract as search } from './search/contract.ts';
import { contract as sessions } from './sessions/contract.ts';
import { contract as system } from './system/contract.ts';
import { contract as tokens } from './tokens/contract.ts';
import { contract as trust } from './trust/contract.ts';

export const operations = {
  ...entries,
  ...sessions,
  ...capture,
  ...activity,
  ...search,
  ...brief,
  ...cache,
  ...system,
  ...tokens,
  ...batch,
  ...erasing,
  ...documents,
  ...trust,
  ...conflicts,
} as const;
export type Operations = typeof operations;
