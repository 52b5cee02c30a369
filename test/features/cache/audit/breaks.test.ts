import { expect, test } from 'vitest';
import { faultsOf, restlessIn } from '../../../../src/features/cache/audit/breaks.ts';
import { causeInSegments } from '../../../../src/features/cache/audit/causes.ts';
import { contradictionsIn } from '../../../../src/features/cache/audit/contradictions.ts';
import type { ModelRequest } from '../../../../src/features/cache/audit/request.ts';
import { wasteOf } from '../../../../src/features/cache/audit/waste.ts';
import { minute, request, rulesOf, segment } from './made.ts';

const found = (requests: readonly ModelRequest[], compactions: readonly number[] = []) =>
  faultsOf({ requests, compactions }, rulesOf);
const first = request({ minutes: 0, write: 9000, uncached: 5 });

test('PC310: a request that read less than there was is a break, named by usage alone', () => {
  const after = (given: Parameters<typeof request>[0]) => found([first, request(given)]).breaks[0];
  expect(after({ minutes: 1, read: 9000, write: 40 })).toBeUndefined();
  expect(after({ minutes: 1, read: 3000, write: 7000 })).toMatchObject({ n: 1, cause: 'prefix changed', lost: 6000 });
  expect(after({ minutes: 1, read: 3000, write: 50 })).toMatchObject({ cause: 'history shorter', lost: 50 });
  expect(after({ minutes: 5.1, write: 9100 })).toMatchObject({ cause: 'expired', before: 9000, lost: 9000 });
});

test('PC311: entries of an hour expire after an hour', () => {
  const hour = request({ minutes: 0, write1h: 9000 });
  expect(found([hour, request({ minutes: 59, write1h: 9100 })]).breaks[0]?.cause).toBe('prefix changed');
  expect(found([hour, request({ minutes: 61, write1h: 9100 })]).breaks[0]?.cause).toBe('expired');
  // of a provider that has none, the usual lifetime
  const other = (minutes: number, read: number) => request({ minutes, model: 'gpt-5-codex', read, uncached: 9000 });
  expect(found([hour, other(1, 8000), other(8, 0)]).breaks[0]).toMatchObject({ n: 2, cause: 'expired' });
});

test('PC312: a summary between two requests is a compaction', () => {
  const shorter = request({ minutes: 2, read: 3000, write: 500 });
  expect(found([first, shorter], [first.at + minute]).breaks[0]).toMatchObject({
    cause: 'history shorter',
    because: 'compaction',
  });
  expect(found([first, shorter], [first.at - minute]).breaks[0]?.because).toBeNull();
});

test('PC313: another model, and what is too short to be cached, are told apart from breaks', () => {
  const other = request({ minutes: 1, model: 'claude-haiku-4-5', write: 9100 });
  expect(found([first, other])).toEqual({ breaks: [], misses: [{ n: 1, because: 'model switch', tokens: 9100 }] });
  // going back within the lifetime reads what is still there
  expect(found([first, other, request({ minutes: 2, read: 9000 })]).breaks).toEqual([]);
  expect(found([request({ minutes: 0, uncached: 900 })]).misses).toEqual([
    { n: 0, because: 'below minimum', tokens: 900 },
  ]);
});

test('PC314: what differs first between two prompts is the cause', () => {
  const prompt = [
    segment('tools', 'tools', '[{"name":"a"},{"name":"b"}]'),
    segment('system', 'rules', 'be brief; it is 2026-03-04 10:00'),
    segment('system', 'snapshot', 'we use tabs'),
    segment('messages', 'turn:1', 'hello'),
  ];
  const but = (n: number, text: string) => prompt.map((each, at) => (at === n ? { ...each, text } : each));
  const cause = (now: typeof prompt) => causeInSegments(prompt, now);
  expect(cause([...prompt, segment('messages', 'turn:2', 'more')])).toBeUndefined();
  expect(cause(but(0, '[{"name":"b"},{"name":"a"}]'))).toBe('tool order');
  expect(cause(but(0, '[{"name":"a"}]'))).toBe('tools');
  expect(cause(but(0, 'no list'))).toBe('tools');
  expect(cause(but(1, 'be brief; it is 2026-03-05 11:30'))).toBe('time in the prefix');
  expect(cause(but(1, 'be long; it is 2026-03-04 10:00'))).toBe('system');
  expect(cause(but(2, 'we use blanks'))).toBe('memory');
  expect(cause(but(3, 'hallo'))).toBe('history edited');
  expect(cause(prompt.slice(0, 3))).toBe('history edited');
  // one that went, one that came
  expect(cause(prompt.filter((_, n) => n !== 2))).toBe('memory');
  expect(cause(prompt.filter((_, n) => n !== 1))).toBe('system');
  expect(cause(prompt.toSpliced(2, 0, segment('system', 'style', 'rhyme')))).toBe('system');
  expect(cause(prompt.toSpliced(3, 1, segment('messages', 'summary', 'what was said')))).toBe('compaction');
});

test('PC315: what is written anew for every request is told once', () => {
  const naive = [0, 1, 2, 3, 4].map((n) => request({ minutes: n, read: n === 0 ? 0 : 2000, write: 8000 + n }));
  expect(restlessIn(naive, found(naive).breaks)).toEqual({ n: 1, requests: 4, read: 2000 });
  const twice = naive.slice(0, 3);
  expect(restlessIn(twice, found(twice).breaks)).toBeNull();
});

test('PC316: waste is what was written and never read', () => {
  const requests = [
    first,
    request({ minutes: 1, read: 9000, write: 500 }),
    request({ minutes: 2, read: 9200, write: 100 }),
  ];
  expect(wasteOf(requests, () => true)).toBe(300);
  expect(wasteOf(requests, () => false)).toBe(400);
  expect(wasteOf([first, request({ minutes: 9, write: 9000 })], () => true)).toBe(9000);
});

test('PC317: usage that contradicts a rule is named with what it shows', () => {
  const requests = (...rest: readonly ModelRequest[]) => [request({ minutes: 0, write: 9000 }), ...rest];
  const never = request({ minutes: 1, uncached: 5000 });
  expect(contradictionsIn([requests(never)], rulesOf)).toEqual([
    {
      ...{ model: 'claude-opus-4-5', rule: 'minimum', says: '4096 tokens' },
      found: 'a prompt of 5000 tokens was never cached: minimum ≥ 5001',
    },
  ]);
  const small = request({ minutes: 1, read: 3000 });
  expect(contradictionsIn([requests(small)], rulesOf).map((each) => each.found)).toEqual([
    'a prefix of 3000 tokens was cached: minimum ≤ 3000',
  ]);
  const late = request({ minutes: 12, read: 9000 });
  expect(contradictionsIn([requests(late)], rulesOf)).toMatchObject([
    { rule: 'lifetime', says: '5 min', found: 'everything was read after 12 min' },
  ]);
  // nothing is said of an agent that caches nothing, and of a single sum
  expect(contradictionsIn([[never, never], [request({ minutes: 0, read: 5 })]], rulesOf)).toEqual([]);
});
