import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { claimMoment } from '../../src/platform/mark.ts';

test('PL60: of many that come at once one goes ahead, and another after a while', () => {
  const directory = mkdtempSync(join(tmpdir(), 'prsist-mark-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const mark = join(directory, 'starting');
  const now = Date.now();
  expect([0, 1, 2].map(() => claimMoment(mark, now, 1000))).toEqual([true, false, false]);
  expect(claimMoment(mark, now + 1500, 1000)).toBe(true);
  expect(claimMoment(mark, now + 1600, 1000)).toBe(false);
  expect(claimMoment(join(directory, 'no', 'such', 'place'), now, 1000)).toBe(true);
});
