import { expect, test } from 'vitest';
import { rates } from '../../scripts/eval/cache/faults.ts';

test('PC330: of twenty injected faults of each kind at least 95 % are named, and none where there is none', () => {
  const found = rates(20, 1);
  const injected = found.filter(({ fault }) => fault !== 'none');
  expect(injected.length).toBe(7);
  const named = injected.reduce((sum, each) => sum + each.named, 0);
  expect(named / injected.reduce((sum, each) => sum + each.made, 0)).toBeGreaterThanOrEqual(0.95);
  expect(found.find(({ fault }) => fault === 'none')).toMatchObject({ made: 20, named: 20, byUsage: 20 });
});
