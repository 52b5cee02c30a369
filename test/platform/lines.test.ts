import fs from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstBytes, type Line, readLines } from '../../src/platform/lines.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

async function linesOf(path: string, from = 0, limit?: number): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines(path, from, limit)) lines.push(line);
  return lines;
}

function written(name: string, bytes: string | Uint8Array): string {
  const path = join(temporaryDirectory(), name);
  fs.writeFileSync(path, bytes);
  return path;
}

const chunk = 1 << 20;
const texts = (path: Line[]) => path.map(({ text }) => text);

const content = fc
  .array(fc.tuple(fc.stringMatching(/^[a-zé€🙂 ]{0,40}$/u), fc.constantFrom('\n', '\r\n')), { maxLength: 12 })
  .chain((lines) => fc.tuple(fc.constant(lines), fc.constantFrom('', 'an unfinished line', '\r')));

test('PL50: a file is the lines it was written as, plain and packed, and reading goes on from any offset given', async () => {
  const directory = temporaryDirectory();
  const plain = join(directory, 'a.jsonl');
  const packed = join(directory, 'a.jsonl.gz');
  await fc.assert(
    fc.asyncProperty(content, async ([lines, open]) => {
      const whole = lines.map(([text, end]) => text + end).join('') + open;
      fs.writeFileSync(plain, whole);
      fs.writeFileSync(packed, gzipSync(whole));
      const read = await linesOf(plain);
      expect(texts(read)).toEqual([...lines.map(([text]) => text), ...(open ? [open.trim()] : [])]);
      expect(read.map((line) => line.open)).toEqual([...lines.map(() => false), ...(open ? [true] : [])]);
      expect(read.at(-1)?.next ?? 0).toBe(Buffer.byteLength(whole));
      expect(await linesOf(packed)).toEqual(read);
      for (const [at, { next }] of read.entries()) {
        expect(await linesOf(plain, next)).toEqual(read.slice(at + 1));
        expect(await linesOf(packed, next)).toEqual(read.slice(at + 1));
      }
    }),
    { numRuns: 40 },
  );
});

test.each([-2, -1, 0, 1])(
  'PL51: a line end %i bytes from where a piece of the file ends is found, letters stay whole',
  async (by) => {
    const long = `${'x'.repeat(chunk + by - 2)}é`;
    const path = written('long.jsonl', `${long}\r\nnext\n${'€'.repeat(chunk)}\nlast\n`);
    const read = await linesOf(path);
    expect(texts(read)).toEqual([long, 'next', '€'.repeat(chunk), 'last']);
    expect(read[1]?.offset).toBe(Buffer.byteLength(long) + 2);
  },
);

test.each([
  ['in one piece', 100],
  ['over three pieces', 2 * chunk + 10],
])('PL52: a line longer than the limit, %s, is passed over, those around it are read', async (_, limit) => {
  const path = written('a.jsonl', `${'a'.repeat(limit)}\n${'b'.repeat(limit + 1)}\nafter\n${'c'.repeat(limit + 1)}`);
  const read = await linesOf(path, 0, limit);
  expect(read.map(({ text, tooLong, open }) => [text.slice(0, 5), tooLong, open])).toEqual([
    ['aaaaa', false, false],
    ['', true, false],
    ['after', false, false],
    ['', true, true],
  ]);
  expect(read[2]?.offset).toBe(2 * limit + 3);
});

test('PL53: bytes that are no UTF-8 become U+FFFD and move no offset; a file cut in its packing is an error with a code', async () => {
  const path = written('a.jsonl', Buffer.from([0x61, 0xff, 0xc3, 0x0a, 0x62, 0x0a]));
  expect(await linesOf(path)).toMatchObject([
    { text: 'a\ufffd\ufffd', next: 4 },
    { text: 'b', next: 6 },
  ]);
  const packed = gzipSync('one\ntwo\n'.repeat(50));
  await expect(linesOf(written('a.gz', packed.subarray(0, -9)))).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
  await expect(linesOf(written('b.gz', 'never packed'))).rejects.toMatchObject({ code: 'Z_DATA_ERROR' });
  await expect(linesOf(join(path, 'none.gz'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test('PL54: the first bytes are those on disk, fewer when there are fewer', async () => {
  const path = written('a', 'abcdef');
  expect((await firstBytes(path, 4)).toString()).toBe('abcd');
  expect((await firstBytes(path, 400)).toString()).toBe('abcdef');
  expect(await firstBytes(written('b', ''), 4)).toHaveLength(0);
  await expect(firstBytes(`${path}x`, 4)).rejects.toMatchObject({ code: 'ENOENT' });
});
