// The inside of a memory package: a mark, then frames `u8 type ‖ u16 length of the name ‖ u64 length ‖ name ‖ bytes`.
import { isUtf8 } from 'node:buffer';
import { PrsistError } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';

/** What stands before the first frame; its digit is that of the format. */
export const packageMark = Buffer.from('PRSPKG1\0', 'latin1');
const markForm = /^PRSPKG(\d)\0$/;
const headBytes = 11;

/** manifest: first · texts: before the records that name them · records: a pack · insights: numbers · end: last. */
export const frameTypes = { manifest: 1, texts: 2, records: 3, insights: 4, end: 255 } as const;

export interface Frame {
  readonly type: number;
  readonly name: string;
  readonly bytes: Buffer;
  /** Everything of the frame, head and name included. */
  readonly whole: readonly Buffer[];
}

/** A frame as it is written. */
export function frame(type: number, name: string, bytes: Buffer): Frame {
  const text = Buffer.from(name);
  const head = Buffer.alloc(headBytes);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(text.length, 1);
  head.writeBigUInt64BE(BigInt(bytes.length), 3);
  return { type, name, bytes, whole: [head, text, bytes] };
}

/** A package that cannot be read, and why. */
export function unreadable(why: string, cause?: unknown): PrsistError {
  return new PrsistError('package/unreadable', `this package is damaged, cut off or altered: ${why}`, { cause });
}

/** A bound of packages that was passed. name: as it stands in the limits. */
export function beyond(name: string, found: number, most: number): PrsistError {
  return new PrsistError('limit/too-large', `the package is beyond the limit ${name}: ${found}, at most ${most}`, {
    hint: 'nothing was taken in: it was made by another program, or ask for one with --since',
    details: { limit: name, found, most },
  });
}

/**
 * Frames out of the plain bytes of a package, one at a time, each within its limits before it is held. Throws
 * package/newer for a later format, package/unreadable for what is none.
 */
export async function* readFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const held = new Held(chunks);
  checkMark(await held.take(packageMark.length));
  for (;;) {
    const head = await held.take(headBytes, 'or its end');
    if (head.length === 0) return;
    const [type, nameBytes, length] = [head.readUInt8(0), head.readUInt16BE(1), head.readBigUInt64BE(3)];
    if (nameBytes > limits.packageNameBytes) throw beyond('packageNameBytes', nameBytes, limits.packageNameBytes);
    if (length > BigInt(limits.packageFrameBytes)) {
      throw beyond('packageFrameBytes', Number(length), limits.packageFrameBytes);
    }
    const name = await held.take(nameBytes);
    const bytes = await held.take(Number(length));
    if (!isUtf8(name)) throw unreadable('a name is no UTF-8');
    yield { type, name: name.toString('utf8'), bytes, whole: [head, name, bytes] };
  }
}

function checkMark(mark: Buffer): void {
  const [, format] = markForm.exec(mark.toString('latin1')) ?? [];
  if (format === undefined) throw unreadable('what is sealed in it is no memory package');
  if (format !== '1') {
    throw new PrsistError('package/newer', `this package has format ${format}, which a later version of prsist reads`);
  }
}

/** Bytes that have come and are not used yet: never more than one frame and a chunk. */
class Held {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #total = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** So many bytes; none at all where it may end here. */
  async take(count: number, orEnd?: 'or its end'): Promise<Buffer> {
    while (this.#bytes < count) {
      const { done, value } = await this.#chunks.next();
      if (done) {
        if (orEnd && this.#bytes === 0) return Buffer.alloc(0);
        throw unreadable('it ends too early');
      }
      this.#total += value.length;
      if (this.#total > limits.packageBytes) throw beyond('packageBytes', this.#total, limits.packageBytes);
      this.#waiting.push(Buffer.from(value.buffer, value.byteOffset, value.length));
      this.#bytes += value.length;
    }
    const [first = Buffer.alloc(0)] = this.#waiting;
    // what lies in one piece is not copied
    const all = first.length >= count ? first : Buffer.concat(this.#waiting);
    this.#waiting = [all.subarray(count), ...(all === first ? this.#waiting.slice(1) : [])];
    this.#bytes -= count;
    return all.subarray(0, count);
  }
}
