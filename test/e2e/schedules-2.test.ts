// Worlds of three to five devices, with everything that goes wrong between them: 07 §17, seeds 101 to 200. A failure
// names its seed: npm run sim -- --seed N --trace
import { expect, test } from 'vitest';
import { played } from '../sim/played.ts';

test.each([101, 126, 151, 176])(
  'T24: whatever is lost, doubled, turned, late, cut or changed on the way, and wherever a process dies: all have the same, and every edit; from seed %i on',
  async (first) => {
    expect(await played(first, 25)).toEqual([]);
  },
);
