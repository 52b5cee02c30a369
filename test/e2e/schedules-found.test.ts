// Worlds in which a defect was found once, each of them whole, since shorter ones find others.
import { expect, test } from 'vitest';
import { played } from '../sim/played.ts';

test.each([200050, 200141, 200198, 200311, 200773])(
  'T24: seed %i, in which who had seen one record counted as having seen another, or not to have seen it',
  async (seed) => {
    expect(await played(seed, 1)).toEqual([]);
  },
);

test.each([400641])(
  'T24: seed %i, in which half a pack kept the place of a whole one whose writer had been set back to before it',
  async (seed) => {
    expect(await played(seed, 1)).toEqual([]);
  },
);

test.each([401532])(
  'T24: seed %i, in which what came after something that waited was shown before it',
  async (seed) => {
    expect(await played(seed, 1)).toEqual([]);
  },
);

test.each([401120, 402683, 404149])(
  'T24: seed %i, in which two went on from different sides of a conflict, and one side’s choice undid the other’s unseen',
  async (seed) => {
    expect(await played(seed, 1)).toEqual([]);
  },
);
