import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextLink } from '../../../src/core/prefix-chain.ts';
import { chainOf, knownPrefix, slotName, startOf } from '../../../src/features/cache/chain.ts';
import { changeProbability, mayRefold } from '../../../src/features/cache/volatility.ts';
import { chainNamed, segmentNamed } from './world.ts';

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
const sha = (...parts: (string | Uint8Array)[]) =>
  parts.reduce((all, part) => all.update(part), createHash('sha256')).digest();

test('PC410: the chain is SHA-256 of what stood before and the segment, cut to 16 bytes, from the fingerprint on', () => {
  const start = sha('prsist.prefix.v1', '{"model":"m","render":1}').subarray(0, 16);
  expect(hex(startOf({ model: 'm' }))).toBe(hex(start));
  const [a, b] = chainNamed(['a', 'b']);
  const first = sha(start, sha('a\n')).subarray(0, 16);
  expect(hex(a?.h)).toBe(hex(first));
  expect(hex(b?.h)).toBe(hex(sha(first, sha('b\n')).subarray(0, 16)));
  expect(a?.hash).toBe(sha('a\n').toString('hex'));
});

test('PC410: another fingerprint, order, byte or role is another chain; the slot is not', () => {
  const of = (fingerprint: Record<string, string>, ...more: Parameters<typeof segmentNamed>[]) =>
    hex(
      chainOf(
        fingerprint,
        more.map((each) => segmentNamed(...each)),
      ).at(-1)?.h,
    );
  const base = of({ model: 'm' }, ['a'], ['b']);
  expect(of({ model: 'm' }, ['a', { slot: 'elsewhere' }], ['b'])).toBe(base);
  const others = [
    ...[
      of({ model: 'n' }, ['a'], ['b']),
      of({ model: 'm' }, ['b'], ['a']),
      of({ model: 'm' }, ['a'], ['b', { role: 'user' }]),
    ],
    ...[of({ model: 'm' }, ['a'], ['b', { role: 'assistant' }]), of({ model: 'm' }, ['b'])],
  ];
  expect(new Set([base, ...others]).size).toBe(6);
  expect(hex(nextLink(startOf({}), sha('x')))).toHaveLength(32);
});

test('PC411: bisection finds what looking one by one finds, in a twelfth of the questions', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_000 }), fc.nat(), (length, cut) => {
      const known = cut % (length + 1);
      const links = Array.from({ length }, (_, at) => ({ h: Uint8Array.of(at >> 8, at & 255) }));
      let asked = 0;
      const isKnown = (h: Uint8Array) => {
        asked += 1;
        return (h[0] ?? 0) * 256 + (h[1] ?? 0) < known;
      };
      const linear = links.findIndex(({ h }) => !isKnown(h));
      asked = 0;
      expect(knownPrefix(links, isKnown)).toBe(linear === -1 ? length : linear);
      expect(asked).toBeLessThanOrEqual(Math.ceil(Math.log2(length + 1)));
    }),
  );
});

test('PC412: the odds of a change are learnt beside a prior worth twenty requests, turns as one place', () => {
  expect(changeProbability('system', { changes: 0, requests: 0 })).toBe(0.0005);
  expect(changeProbability('documentation', { changes: 5, requests: 80 })).toBeCloseTo(5.2 / 100);
  expect(changeProbability('dynamic', { changes: 9, requests: 0 })).toBeLessThanOrEqual(1);
  expect(changeProbability('system', { changes: 0, requests: 1000 })).toBeLessThan(0.0005);
  expect(['turn:12', 'turn:9#3', 'doc:a#2', 'doc:a'].map(slotName)).toEqual(['turn', 'turn', 'doc:a', 'doc:a']);
});

test('PC413: a new order comes only when the cache is cold, and only for more than it costs', () => {
  const warm = { begins: false, quietMs: 1_000, lifetimeMs: 300_000, saves: 500, rewrites: 100 };
  expect(mayRefold(warm)).toBe(false);
  expect(
    [{ begins: true }, { quietMs: undefined }, { quietMs: 300_001 }].map((c) => mayRefold({ ...warm, ...c })),
  ).toEqual([true, true, true]);
  expect(mayRefold({ ...warm, begins: true, saves: 100 })).toBe(false);
});
