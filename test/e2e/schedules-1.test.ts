// Worlds of three to five devices, with everything that goes wrong between them: 07 §17, seeds 1 to 100. A failure
// names its seed: npm run sim -- --seed N --trace
import { expect, test } from 'vitest';
import { played } from '../sim/played.ts';

test.each([1, 26, 51, 76])(
  'T24: whatever is lost, doubled, turned, late, cut or changed on the way, and wherever a process dies: all have the same, and every edit; from seed %i on',
  async (first) => {
    expect(await played(first, 25)).toEqual([]);
  },
);
