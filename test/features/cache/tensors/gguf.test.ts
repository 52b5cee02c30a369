import fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeGguf, tiny } from '../../../../scripts/make-gguf.ts';
import { quantisationOf } from '../../../../src/features/cache/tensors/gguf.ts';
import { temporaryDirectory } from '../../../store/temporary-store.ts';

test('PC606: a model file says how it is quantised; what is none is refused, whatever it holds', () => {
  const file = join(temporaryDirectory(), 'm.gguf');
  const bytes = makeGguf(file, tiny);
  const head = fs.readFileSync(file);
  expect(head.length).toBe(bytes);
  expect(quantisationOf(head)).toBe('F16');
  expect(() => quantisationOf(Buffer.from('no model'))).toThrow('the model file is no GGUF file');
  // cut or damaged, it is read or refused, and never runs away
  const property = fc.property(fc.nat(400), fc.nat(255), fc.nat(400), (at, byte, cut) => {
    const other = Buffer.from(head.subarray(0, 24 + cut));
    if (24 + at < other.length) other[24 + at] = byte;
    expect(typeof quantisationOf(other)).toBe('string');
  });
  fc.assert(property);
});

test('PC606: the same model for the same seed, another for another', () => {
  const directory = temporaryDirectory();
  const made = (seed: number, name: string) => {
    makeGguf(join(directory, name), { ...tiny, seed });
    return fs.readFileSync(join(directory, name));
  };
  const first = made(1, 'a');
  expect(made(1, 'b').equals(first)).toBe(true);
  expect(made(2, 'c').equals(first)).toBe(false);
});
