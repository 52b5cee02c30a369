// Puts bytes into a Linux program as a note that it finds in its own memory: the way Node looks for what a single
// executable brings. A new segment at the end of the file holds the table of segments and the note.

const headerBytes = 64;
const segmentBytes = 56;
const page = 0x1000n;
const kinds = { load: 1, note: 4, table: 6 } as const;
const readable = 4;

interface Segment {
  readonly kind: number;
  readonly flags: number;
  readonly offset: bigint;
  readonly address: bigint;
  readonly fileBytes: bigint;
  readonly memoryBytes: bigint;
  readonly align: bigint;
}

/** The program with a note of this name. Throws for what is no 64-bit little-endian ELF program. */
export function withNote(program: Buffer, name: string, content: Buffer): Buffer {
  if (program.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') throw new Error('this is no 64-bit ELF program');
  const segments = readSegments(program);
  const [first] = segments.filter(({ kind }) => kind === kinds.load);
  if (!first) throw new Error('the program has nothing to load');
  // as far from its offset as the first segment is: the system finds the table of segments by that
  const shift = first.address - first.offset;
  const end = segments.reduce((most, { address, memoryBytes }) => max(most, address + memoryBytes), 0n);
  const offset = upTo(max(BigInt(program.length), end - shift), page);
  const tableBytes = (segments.length + 2) * segmentBytes;
  const note = noteOf(name, content);
  const region = { offset, address: offset + shift, flags: readable };
  const all = [
    ...segments.map((each) => (each.kind === kinds.table ? { ...each, ...region, ...sized(tableBytes) } : each)),
    { ...region, kind: kinds.note, ...sized(note.length), ...moved(region, tableBytes), align: 4n },
  ];
  const lastLoad = all.findLastIndex(({ kind }) => kind === kinds.load);
  // segments to load stand in the order of their addresses
  all.splice(lastLoad + 1, 0, { ...region, kind: kinds.load, ...sized(tableBytes + note.length), align: page });
  const header = Buffer.from(program);
  header.writeBigUInt64LE(offset, 32);
  header.writeUInt16LE(all.length, 56);
  const gap = Buffer.alloc(Number(offset) - program.length);
  return Buffer.concat([header, gap, ...all.map(segmentOf), note]);
}

function readSegments(program: Buffer): Segment[] {
  const at = Number(program.readBigUInt64LE(32));
  if (program.readUInt16LE(52) !== headerBytes || program.readUInt16LE(54) !== segmentBytes) {
    throw new Error('the program has headers of another size');
  }
  return Array.from({ length: program.readUInt16LE(56) }, (_, n) => {
    const from = at + n * segmentBytes;
    const word = (place: number) => program.readBigUInt64LE(from + place);
    return {
      ...{ kind: program.readUInt32LE(from), flags: program.readUInt32LE(from + 4) },
      ...{ offset: word(8), address: word(16), fileBytes: word(32), memoryBytes: word(40), align: word(48) },
    };
  });
}

function segmentOf({ kind, flags, offset, address, fileBytes, memoryBytes, align }: Segment): Buffer {
  const bytes = Buffer.alloc(segmentBytes);
  bytes.writeUInt32LE(kind, 0);
  bytes.writeUInt32LE(flags, 4);
  const words = [offset, address, address, fileBytes, memoryBytes, align];
  for (const [n, word] of words.entries()) bytes.writeBigUInt64LE(word, 8 + 8 * n);
  return bytes;
}

/** Length of name and content, a kind, then both, each filled up to four bytes. */
function noteOf(name: string, content: Buffer): Buffer {
  const named = Buffer.from(`${name}\0`);
  const head = Buffer.alloc(12);
  head.writeUInt32LE(named.length, 0);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, filled(named), filled(content)]);
}

function filled(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function sized(bytes: number) {
  return { fileBytes: BigInt(bytes), memoryBytes: BigInt(bytes) };
}

function moved({ offset, address }: Pick<Segment, 'offset' | 'address'>, by: number) {
  return { offset: offset + BigInt(by), address: address + BigInt(by) };
}

function upTo(value: bigint, step: bigint): bigint {
  return ((value + step - 1n) / step) * step;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
