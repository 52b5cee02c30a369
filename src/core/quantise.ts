// Vectors of texts, made small: one bit a number to look through many, one byte a number to put the best in order.

export interface Quantised {
  /** 1 where the number is above 0, eight to a byte, the first in the lowest bit. */
  readonly bits: Uint8Array;
  /** Every number as -127 to 127, the largest of them 127. */
  readonly bytes: Uint8Array;
}

/** How many numbers are stored of a vector of so many: a multiple of eight. */
export function storedDims(dims: number): number {
  return Math.ceil(dims / 8) * 8;
}

/**
 * A vector of finite numbers, not all of them 0, filled up with zeros to a multiple of eight. Each byte is off by at most
 * half a step of 1/127 of the largest number, so the cosine of two is off by less than
 * (√dims / 127) · (largest / length), summed over both.
 */
export function quantise(vector: Float32Array): Quantised {
  const dims = storedDims(vector.length);
  const bytes = new Int8Array(dims);
  const bits = new Uint8Array(dims / 8);
  const most = vector.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  for (const [i, value] of vector.entries()) {
    bytes[i] = Math.round((value / most) * 127);
    if (value > 0) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
  }
  return { bits, bytes: new Uint8Array(bytes.buffer) };
}

/** Whether numbers are a vector at all: finite, and pointing somewhere. */
export function isVector(numbers: Float32Array): boolean {
  return numbers.every(Number.isFinite) && numbers.some((value) => value !== 0);
}
