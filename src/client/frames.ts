import { PrsistError } from '../core/errors.ts';

/** One message of a WebSocket. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** No event comes near. */
const mostBytes = 1024 * 1024;

/** Frames of a server, which are not masked, out of bytes as they come. Throws daemon/unavailable for what is none. */
export class Frames {
  #bytes: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #opcode = 0;

  /** The messages that are whole with these bytes. */
  add(bytes: Buffer): Frame[] {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    const found: Frame[] = [];
    for (;;) {
      const size = this.#size();
      if (size === undefined || this.#bytes.length < size.head + size.body) return found;
      const first = this.#bytes.readUInt8(0);
      const payload = this.#bytes.subarray(size.head, size.head + size.body);
      this.#bytes = this.#bytes.subarray(size.head + size.body);
      const whole = this.#whole(first, payload);
      if (whole) found.push(whole);
    }
  }

  /** Control frames stand alone, also between the parts of a message. */
  #whole(first: number, payload: Buffer): Frame | undefined {
    const opcode = first & 0x0f;
    const isLast = (first & 0x80) !== 0;
    if (opcode >= 8) return { opcode, payload };
    if (opcode !== 0) [this.#opcode, this.#parts] = [opcode, []];
    this.#parts.push(payload);
    if (this.#parts.reduce((sum, part) => sum + part.length, 0) > mostBytes) throw wrong();
    return isLast ? { opcode: this.#opcode, payload: Buffer.concat(this.#parts) } : undefined;
  }

  #size(): { readonly head: number; readonly body: number } | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 2) return undefined;
    const second = bytes.readUInt8(1);
    if ((second & 0x80) !== 0) throw wrong();
    if (second < 126) return { head: 2, body: second };
    const head = second === 126 ? 4 : 10;
    if (bytes.length < head) return undefined;
    const body = second === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (body > mostBytes) throw wrong();
    return { head, body };
  }
}

function wrong(): PrsistError {
  return new PrsistError('daemon/unavailable', 'the daemon said something that is no event');
}
