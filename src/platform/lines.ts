import fs from 'node:fs';
import { createGunzip } from 'node:zlib';
import { limits } from '../core/limits.ts';
import { requireNotHeld } from './held-files.ts';

/** One line of a file: its text without the line end (LF or CRLF), and where it begins in the plain bytes. */
export interface Line {
  readonly text: string;
  readonly offset: number;
  /** Offset of the byte after its line end: where a later read goes on. */
  readonly next: number;
  /** The file ended before a line end came. */
  readonly open: boolean;
  /** Longer than the limit: `text` is empty, the line was passed over. */
  readonly tooLong: boolean;
}

const chunkBytes = 1 << 20;
const newline = 10;

/**
 * Lines of a file from an offset on, in chunks as they are read; `.gz` files are unpacked, offsets count plain bytes.
 * A line longer than the limit is never held in memory. Bytes that are no UTF-8 become U+FFFD.
 */
export async function* readLines(
  path: string,
  from: number,
  limitBytes: number = limits.transcriptLineBytes,
): AsyncGenerator<Line> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let lineStart = from;
  let dropping = false;
  const line = (end: number, open: boolean): Line => {
    const text = dropping ? '' : Buffer.concat(rest).toString('utf8');
    const made = { text: withoutReturn(text), offset: lineStart, next: end, open, tooLong: dropping };
    rest = [];
    restBytes = 0;
    dropping = false;
    lineStart = end;
    return made;
  };
  const hold = (piece: Buffer) => {
    restBytes += piece.length;
    dropping ||= restBytes > limitBytes;
    if (dropping) rest = [];
    else rest.push(piece);
  };
  let position = from;
  for await (const chunk of readChunks(path, from)) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      hold(chunk.subarray(start, end));
      yield line(position + end + 1, false);
      start = end + 1;
    }
    if (start < chunk.length) hold(Buffer.from(chunk.subarray(start)));
    position += chunk.length;
  }
  if (position > lineStart) yield line(position, true);
}

/** Of an unfinished line too: its line feed may still come. */
function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

/** The plain bytes of a file from an offset on, in chunks as they are read; `.gz` files are unpacked. */
export async function* readChunks(path: string, from: number): AsyncGenerator<Buffer> {
  requireNotHeld(path);
  if (!path.endsWith('.gz')) {
    yield* fs.createReadStream(path, { start: from, highWaterMark: chunkBytes });
    return;
  }
  let skip = from;
  const packed = fs.createReadStream(path, { highWaterMark: chunkBytes });
  const plain = packed.pipe(createGunzip({ chunkSize: chunkBytes }));
  packed.on('error', (error) => plain.destroy(error));
  // a gunzip stream yields buffers
  for await (const chunk of plain as AsyncIterable<Buffer>) {
    if (skip >= chunk.length) skip -= chunk.length;
    else {
      yield chunk.subarray(skip);
      skip = 0;
    }
  }
}

/** The first plain bytes of a file, at most `count`. */
export async function firstPlainBytes(path: string, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readChunks(path, 0)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= count) break;
  }
  return Buffer.concat(chunks).subarray(0, count);
}

/** The first bytes of a file as they lie on disk, at most `count`. */
export async function firstBytes(path: string, count: number): Promise<Buffer> {
  requireNotHeld(path);
  const handle = await fs.promises.open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
