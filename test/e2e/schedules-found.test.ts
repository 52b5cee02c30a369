// Worlds in which a defect was found once, each of them whole, since shorter ones find others: what named a record behind
// a fork meant another one (by the clocks, or since nothing of its entity was there yet), or stayed what nobody had seen.
import { expect, test } from 'vitest';
import { played } from '../sim/played.ts';

test.each([200050, 200141, 200198, 200311, 200773])(
  'T24: seed %i, in which who had seen one record counted as having seen another, or not to have seen it',
  async (seed) => {
    expect(await played(seed, 1)).toEqual([]);
  },
);
