import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Frames } from '../../src/client/frames.ts';

/** A frame as a server writes it. */
function frame(opcode: number, payload: Buffer, isLast = true): Buffer {
  const first = (isLast ? 0x80 : 0) | opcode;
  if (payload.length < 126) return Buffer.concat([Buffer.from([first, payload.length]), payload]);
  const head = Buffer.alloc(payload.length < 65_536 ? 4 : 10);
  head.writeUInt8(first, 0);
  if (head.length === 4) {
    head.writeUInt8(126, 1);
    head.writeUInt16BE(payload.length, 2);
  } else {
    head.writeUInt8(127, 1);
    head.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  return Buffer.concat([head, payload]);
}

const payloads = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(new Uint8Array(65_535), new Uint8Array(70_000)),
);

test('HT52: messages are the same however their bytes are cut, in parts and with a ping between', () => {
  fc.assert(
    fc.property(fc.array(payloads, { maxLength: 6 }), fc.integer({ min: 1, max: 900 }), (messages, step) => {
      const wire = Buffer.concat(
        messages.map((message) => {
          const bytes = Buffer.from(message);
          const half = bytes.length >> 1;
          const parts = [
            frame(1, bytes.subarray(0, half), false),
            frame(9, Buffer.from('p')),
            frame(0, bytes.subarray(half)),
          ];
          return Buffer.concat(parts);
        }),
      );
      const frames = new Frames();
      const found = [];
      for (let at = 0; at < wire.length; at += step) found.push(...frames.add(wire.subarray(at, at + step)));
      const texts = found.filter(({ opcode }) => opcode === 1).map(({ payload }) => [...payload]);
      expect(texts).toEqual(messages.map((message) => [...message]));
      expect(found.filter(({ opcode }) => opcode === 9)).toHaveLength(messages.length);
    }),
    { seed: 20261121, numRuns: 60 },
  );
});

test('HT53: a frame that is masked or beyond every bound is refused', () => {
  for (const bytes of [
    [0x81, 0x81],
    [0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0],
  ]) {
    expect(() => new Frames().add(Buffer.from(bytes))).toThrow(expect.objectContaining({ code: 'daemon/unavailable' }));
  }
});
