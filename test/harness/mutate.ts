// Bytes that were right once: cut, repeated, swapped, flipped, and spiced with what breaks parsers.
import type { seeded } from './seed.ts';

type Random = ReturnType<typeof seeded>;

const spices = [
  ...[
    '\0',
    '\r\n\r\n',
    '\n',
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ':',
    '\ud800',
    '\u2028',
    '\ufeff',
    '%00',
    '../',
    '__proto__',
  ],
  ...['9'.repeat(400), '1e999', '-0', 'null', '['.repeat(5_000), 'a'.repeat(70_000), '\\u0000', '\\ud800', '<private>'],
  ...[
    'Transfer-Encoding: chunked\r\n',
    'content-length: 7\r\n',
    'Content-Length: -1\r\n',
    '&a *a',
    '!!js/function',
    '- ',
  ],
];

/** One to four changes at random places. */
export function mutated(random: Random, seed: Uint8Array): Buffer {
  let bytes = Buffer.from(seed);
  for (let n = 1 + random.below(4); n > 0; n -= 1) bytes = Buffer.from(changed(random, bytes));
  return bytes;
}

function changed(random: Random, bytes: Buffer): Uint8Array {
  const [a, b] = [random.below(bytes.length + 1), random.below(bytes.length + 1)].sort((x, y) => x - y);
  const [from = 0, to = 0] = [a, b];
  const [head, piece, tail] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
  const how = random.below(6);
  if (how === 0) return head; // cut
  if (how === 1) return Buffer.concat([head, tail]);
  if (how === 2) return Buffer.concat([head, piece, piece, tail]);
  if (how === 3) return Buffer.concat([head, Buffer.from(random.pick(spices)), bytes.subarray(from)]);
  if (how === 4) return Buffer.concat([head, Buffer.from(Array.from({ length: 8 }, () => random.below(256))), tail]);
  const flipped = Buffer.from(bytes);
  if (flipped.length > 0) flipped[random.below(flipped.length)] = random.below(256);
  return flipped;
}
