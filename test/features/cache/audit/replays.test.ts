import { expect, test } from 'vitest';
import { faultsOf } from '../../../../src/features/cache/audit/breaks.ts';
import { fromUsage } from '../../../../src/features/cache/audit/from-usage.ts';
import { inputOf } from '../../../../src/features/cache/audit/outcome.ts';
import { withInserted } from '../../../../src/features/cache/audit/replays.ts';
import type { ModelRequest } from '../../../../src/features/cache/audit/request.ts';
import { auditSession, replay } from '../../../../src/features/cache/audit/session-audit.ts';
import { request, rulesOf, tariff } from './made.ts';

/** 60 requests, each a minute after the other and 1,000 tokens longer, on a head that others have written. */
const steady: readonly ModelRequest[] = Array.from({ length: 60 }, (_, n) =>
  request({ minutes: n, read: n === 0 ? 15_000 : 29_000 + 1_000 * n, write: n === 0 ? 15_000 : 1_000, uncached: 5 }),
);
const told = (requests: readonly ModelRequest[]) => {
  const { breaks } = faultsOf({ requests, compactions: [] }, rulesOf);
  return fromUsage({ requests, compactions: [] }, { rulesOf, told: breaks });
};
const replayed = (requests: readonly ModelRequest[], inserted?: Parameters<typeof withInserted>[1]) => {
  const prompts = told(requests);
  return replay(inserted ? withInserted(prompts, inserted) : prompts, requests, tariff);
};

test('PC318: a brief that stays keeps the cached share; what changes with every request loses all after it', () => {
  const alone = replayed(steady);
  const { recorded } = auditSession({ requests: steady, compactions: [] }, tariff, 0);
  expect(alone.share).toBeCloseTo(recorded.share, 10);
  const brief = replayed(steady, { tokens: 2000, where: 'after-head', every: 0 });
  expect(inputOf(brief)).toBe(inputOf(alone) + 60 * 2000);
  expect(Math.abs(brief.share - alone.share)).toBeLessThan(0.001);
  expect(brief.units / inputOf(brief)).toBeLessThan((alone.units / inputOf(alone)) * 1.005);
  // only the head is read, 60 times
  const naive = replayed(steady, { tokens: 2000, where: 'after-head', every: 1 });
  expect(naive.read).toBe(60 * 15_000);
  expect(naive.units / inputOf(naive)).toBeGreaterThan((6 * alone.units) / inputOf(alone));
  expect(replayed(steady, { tokens: 20, where: 'top', every: 1 }).read).toBe(0);
  const tail = replayed(steady, { tokens: 2000, where: 'tail', every: 1 });
  expect([tail.read, tail.uncached]).toEqual([alone.read, alone.uncached + 60 * 2000]);
});

test('PC319: a history that goes back to what it was reads what was written then', () => {
  const requests = [
    request({ minutes: 0, write: 20_000 }),
    request({ minutes: 1, read: 20_000, write: 500 }),
    // off to another history after the first 6,000 tokens, and back
    request({ minutes: 2, read: 6_000, write: 9_000 }),
    request({ minutes: 3, read: 20_500, write: 300 }),
  ];
  const outcome = replayed(requests);
  expect(outcome.read).toBe(46_500);
});

test('PC319: after a compaction only the head is still read', () => {
  const requests = [...steady.slice(0, 3), request({ minutes: 3, read: 15_000, write: 2_000, uncached: 5 })];
  const moment = (requests[2]?.at ?? 0) + 1;
  const { error, breaks } = auditSession({ requests, compactions: [moment] }, tariff, 0);
  expect(breaks.map(({ because }) => because)).toEqual(['compaction']);
  expect(error).toBeCloseTo(0, 10);
});
