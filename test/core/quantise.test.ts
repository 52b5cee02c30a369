import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVector, quantise, storedDims } from '../../src/core/quantise.ts';

const vectors = (dims: number) =>
  fc.float32Array({ minLength: dims, maxLength: dims, min: -1000, max: 1000, noNaN: true }).filter(isVector);
const pair = fc.integer({ min: 1, max: 200 }).chain((dims) => fc.tuple(vectors(dims), vectors(dims)));

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from({ length: Math.min(a.length, b.length) }, (_, i) => (a[i] ?? 0) * (b[i] ?? 0)).reduce((x, y) => x + y, 0);
const length = (a: ArrayLike<number>) => Math.sqrt(dot(a, a));
const cosine = (a: ArrayLike<number>, b: ArrayLike<number>) => dot(a, b) / (length(a) * length(b));
const bytesOf = (vector: Float32Array) => new Int8Array(quantise(vector).bytes.buffer);
const bit = (bits: Uint8Array, i: number) => ((bits[i >> 3] ?? 0) >> (i & 7)) & 1;
const largest = (a: Float32Array) => a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe('vectors made small', () => {
  it('VE1: every byte is within half a step of its number', () => {
    fc.assert(
      fc.property(pair, ([vector]) => {
        const step = largest(vector) / 127;
        for (const [i, byte] of bytesOf(vector).entries()) {
          expect(Math.abs(byte * step - (vector[i] ?? 0))).toBeLessThanOrEqual(step * 0.5001);
        }
      }),
    );
  });

  it('VE1: the cosine of two is off by no more than its bound', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const off = (v: Float32Array) => ((Math.sqrt(v.length) / 127) * largest(v)) / length(v);
        const found = cosine(bytesOf(a), bytesOf(b));
        expect(Math.abs(found - cosine(a, b))).toBeLessThanOrEqual(off(a) + off(b) + 1e-5);
      }),
    );
  });

  it('VE1: bits are the signs, and a larger vector of the same direction is the same', () => {
    fc.assert(
      fc.property(pair, ([vector]) => {
        const { bits, bytes } = quantise(vector);
        expect(bytes).toHaveLength(storedDims(vector.length));
        expect(bits).toHaveLength(storedDims(vector.length) / 8);
        for (let i = 0; i < bytes.length; i++) expect(bit(bits, i)).toBe((vector[i] ?? 0) > 0 ? 1 : 0);
        expect(quantise(vector.map((value) => value * 4))).toEqual({ bits, bytes });
      }),
    );
  });

  it('VE1: what is not finite, or nothing, is no vector', () => {
    for (const wrong of [[0, 0], [Number.NaN, 1], [Number.POSITIVE_INFINITY], []]) {
      expect(isVector(Float32Array.from(wrong))).toBe(false);
    }
    expect(isVector(Float32Array.of(0, -1e-30))).toBe(true);
  });
});
