// Takes a JSON document apart that may be larger than memory: the members of its list of messages, one by one, and the rest.

/** A member of the list, as it stands in the document. */
export interface Entry {
  readonly text: string;
  /** Longer than the limit: `text` is empty. */
  readonly tooLong: boolean;
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [open, close, openList, closeList] = [0x7b, 0x7d, 0x5b, 0x5d];
const longestName = 64;

/** Finds the members of the list `name` at the top of one JSON object, in the chunks in which it is read. */
export class EntryScanner {
  readonly #name: string;
  readonly #limit: number;
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  /** Bytes of the last string at the top, which may be the name of a member. */
  #word: number[] = [];
  #member = '';
  #inList = false;
  #found = false;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #rest: Buffer[] = [];
  #restBytes = 0;

  constructor(name: string, limitBytes: number) {
    this.#name = name;
    this.#limit = limitBytes;
  }

  /** True once the list has begun. */
  get found(): boolean {
    return this.#found;
  }

  /** True when the document has ended. */
  get isWhole(): boolean {
    return this.#depth === 0 && this.#restBytes > 0;
  }

  /** Everything but the members of the list; '' when it is longer than the limit. */
  get rest(): string {
    return this.#restBytes > this.#limit ? '' : Buffer.concat(this.#rest).toString('utf8');
  }

  /** Members of the list that end in this chunk. */
  *push(chunk: Buffer): Generator<Entry> {
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      if (this.#inString && this.#depth > 1) at = this.#passString(chunk, at);
      if (at >= chunk.length) break;
      const byte = chunk[at] ?? 0;
      if (this.#inString) {
        this.#readString(byte);
        continue;
      }
      const wasInList = this.#inList;
      const ends = this.#read(byte);
      if (wasInList && ends) {
        this.#hold(chunk.subarray(from, at));
        yield* this.#taken();
        from = this.#inList ? at + 1 : at;
      } else if (!wasInList && this.#inList) {
        this.#hold(chunk.subarray(from, at + 1), { isRest: true });
        from = at + 1;
      }
    }
    this.#hold(chunk.subarray(from), { isRest: !this.#inList });
  }

  /** Most of a document is text: where its string ends, or the last byte of the chunk. */
  #passString(chunk: Buffer, from: number): number {
    let at = this.#isEscaped ? from + 1 : from;
    this.#isEscaped = false;
    for (;;) {
      const found = chunk.indexOf(quote, at);
      const end = found === -1 ? chunk.length : found;
      let first = end;
      while (first > at && chunk[first - 1] === backslash) first -= 1;
      const isEscaped = (end - first) % 2 === 1;
      if (found === -1) this.#isEscaped = isEscaped;
      if (found === -1 || !isEscaped) return end;
      at = end + 1;
    }
  }

  #readString(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === backslash) this.#isEscaped = true;
    else if (byte === quote) this.#inString = false;
    if (this.#inString && this.#depth === 1 && this.#word.length < longestName) this.#word.push(byte);
  }

  /** Reads a byte outside of strings; true where a member of the list ends. */
  #read(byte: number): boolean {
    const isAtMember = this.#inList && this.#depth === 2;
    if (byte === quote) {
      this.#inString = true;
      this.#word = [];
    } else if (byte === colon && this.#depth === 1) this.#member = Buffer.from(this.#word).toString('utf8');
    else if (byte === open || byte === openList) this.#enter(byte);
    else if (byte === close || byte === closeList) {
      this.#depth = Math.max(0, this.#depth - 1);
      if (isAtMember) this.#inList = false;
      return isAtMember;
    }
    return isAtMember && byte === comma;
  }

  #enter(byte: number): void {
    this.#depth += 1;
    if (byte !== openList || this.#depth !== 2 || this.#found || this.#member !== this.#name) return;
    this.#inList = true;
    this.#found = true;
  }

  #hold(piece: Buffer, { isRest = false } = {}): void {
    if (isRest) {
      this.#restBytes += piece.length;
      if (this.#restBytes <= this.#limit) this.#rest.push(Buffer.from(piece));
      return;
    }
    this.#heldBytes += piece.length;
    if (this.#heldBytes <= this.#limit) this.#held.push(Buffer.from(piece));
    else this.#held = [];
  }

  *#taken(): Generator<Entry> {
    const tooLong = this.#heldBytes > this.#limit;
    const text = tooLong ? '' : Buffer.concat(this.#held).toString('utf8').trim();
    this.#held = [];
    this.#heldBytes = 0;
    if (tooLong || text !== '') yield { text, tooLong };
  }
}
