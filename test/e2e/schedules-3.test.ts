// Worlds of three to five devices, with everything that goes wrong between them: 07 §17, seeds 201 to 300. A failure
// names its seed: npm run sim -- --seed N --trace
import { expect, test } from 'vitest';
import { played } from '../sim/played.ts';

test.each([201, 226, 251, 276])(
  'T24: whatever is lost, doubled, turned, late, cut or changed on the way, and wherever a process dies: all have the same, and every edit; from seed %i on',
  async (first) => {
    expect(await played(first, 25)).toEqual([]);
  },
);
