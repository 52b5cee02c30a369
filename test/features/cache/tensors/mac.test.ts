import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isIntact, type Sealed, seal } from '../../../../src/features/cache/tensors/mac.ts';

const key = Buffer.alloc(32, 7);
const nonce = Buffer.alloc(12, 9);
const sealed: Sealed = { state_key: 'ab'.repeat(32), tokens: 2_000, bytes: 300 };
const content = Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 31) % 251));

async function* slices(bytes: Uint8Array, size = 64): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('PC601: a file is intact however it is cut into slices, and under no other key', async () => {
  const mac = await seal(key, nonce, sealed, slices(content));
  for (const size of [1, 7, 300, 1000]) expect(await isIntact(key, mac, sealed, slices(content, size))).toBe(true);
  expect(await isIntact(Buffer.alloc(32, 8), mac, sealed, slices(content))).toBe(false);
  expect(mac.subarray(0, 12)).toEqual(nonce);
});

test('PC602: every flipped bit of a file is detected', async () => {
  const mac = await seal(key, nonce, sealed, slices(content));
  for (let bit = 0; bit < content.length * 8; bit += 1) {
    const flipped = Buffer.from(content);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(await isIntact(key, mac, sealed, slices(flipped))).toBe(false);
  }
});

test('PC602: any other bytes, length, code or facts are detected', async () => {
  const mac = await seal(key, nonce, sealed, slices(content));
  const change = fc.record({ at: fc.nat(299), cut: fc.nat(20), add: fc.uint8Array({ maxLength: 20 }) });
  const property = fc.asyncProperty(change, async ({ at, cut, add }) => {
    const other = Buffer.concat([content.subarray(0, at), add, content.subarray(at + cut)]);
    expect(await isIntact(key, mac, sealed, slices(other))).toBe(other.equals(content));
  });
  await fc.assert(property);
  for (let at = 0; at < mac.length; at += 1) {
    const other = Buffer.from(mac);
    other[at] = (other[at] ?? 0) ^ 1;
    expect(await isIntact(key, other, sealed, slices(content))).toBe(false);
  }
  const facts = [{ tokens: 1_999 }, { bytes: 301 }, { state_key: 'ac'.repeat(32) }];
  for (const fact of facts) expect(await isIntact(key, mac, { ...sealed, ...fact }, slices(content))).toBe(false);
});
