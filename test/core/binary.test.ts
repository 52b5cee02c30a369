import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutBinary } from '../../src/core/binary.ts';

const bytes = Buffer.from(Array.from({ length: 600 }, (_, index) => (index * 37) % 256));
const data = bytes.toString('base64');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const mark = `⟨binary:image/png 600 bytes sha256:${sha256}⟩`;

describe('withoutBinary', () => {
  it("replaces Claude's base64 source and keeps the block around it", () => {
    const block = { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
    expect(withoutBinary([block])).toEqual([{ type: 'image', source: { type: 'image/png', bytes: 600, sha256 } }]);
  });

  it('replaces a payload beside its media type, however the agent calls it', () => {
    const kept = { type: 'image/png', bytes: 600, sha256 };
    expect(withoutBinary({ inlineData: { mimeType: 'image/png', data } })).toEqual({ inlineData: kept });
    expect(withoutBinary({ file: { base64: data, type: 'image/png', originalSize: 600 } })).toEqual({ file: kept });
  });

  it('replaces data URLs, alone and inside a text', () => {
    const url = `data:image/png;base64,${data}`;
    expect(withoutBinary({ type: 'input_image', image_url: url })).toEqual({ type: 'input_image', image_url: mark });
    expect(withoutBinary(`![a](${url}) and ![b](${url})`)).toBe(`![a](${mark}) and ![b](${mark})`);
    expect(withoutBinary(`data:text/html;charset=utf-8;base64,${data}`)).toContain('⟨binary:text/html 600 bytes');
  });

  it('replaces an unbroken run over 4 KiB, wherever it begins, and nothing shorter', () => {
    const big = 'Qk0x'.repeat(2000);
    for (const before of [0, 1, 4095, 4096, 9000]) {
      const text = `${'. '.repeat(before)}${big} end`;
      expect(withoutBinary(text)).toMatch(
        /^(?:\. )*⟨binary:application\/octet-stream 6000 bytes sha256:[0-9a-f]{64}⟩ end$/,
      );
    }
    const edge = `(${'Q'.repeat(4096)})`;
    expect(withoutBinary(edge)).toBe(edge);
    expect(withoutBinary(`(${'Q'.repeat(4097)})`)).not.toContain('QQQQ');
  });

  it('gives back the very same value when there is nothing binary', () => {
    const value = { type: 'text', data: 'not base64!', a: [1, null, { text: 'data:,x;base64,short' }] };
    expect(withoutBinary(value)).toBe(value);
  });

  it('keeps a member called __proto__ and survives any depth', () => {
    const value: unknown = JSON.parse(`{"__proto__":{"x":1},"u":"data:image/png;base64,${data}"}`);
    // JSON.parse gives a JsonValue
    expect(JSON.stringify(withoutBinary(value as never))).toBe(`{"__proto__":{"x":1},"u":"${mark}"}`);
    // as above
    const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`) as never;
    expect(withoutBinary(deep)).toBe(deep);
  });

  it('is done after one pass', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 9000 }), (value, length) => {
        // fast-check gives a JsonValue
        const once = withoutBinary({
          value: value as never,
          run: `x ${'Ab9+'.repeat(length / 4)}`,
          url: `data:a/b;base64,${data}`,
        });
        expect(withoutBinary(once)).toEqual(once);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
