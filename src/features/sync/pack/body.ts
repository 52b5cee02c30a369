// What is inside a pack before it is encrypted: compressed, padded to blur its size, with a cap on what it may unpack to.
import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { constants, type ZstdOptions, zstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { limits } from '../../../core/limits.ts';
import { codecNone, codecZstd } from './header.ts';
import { refused } from './refused.ts';

const level = 10;
const quickLevel = 4;
const denseLevel = 19;
const zstdAside = promisify<Buffer, ZstdOptions, Buffer>(zstdCompress);
const lengths = 8;
export const saltBytes = 16;
export const hashBytes = 32;
const [smallPad, largePad, largeFrom] = [1024, 16 * 1024, 64 * 1024];

/** Who wrote a pack, and what its device held when it did: log → sequence number and head in hex. */
export interface PackMeta {
  readonly writer: string;
  readonly vector: Readonly<Record<string, readonly [seq: number, head: string]>>;
  /** Packs of the same log that it stands for: first 16 hex digits of the SHA-256 of each. */
  readonly replaces?: readonly string[];
}

export interface PackLine {
  readonly salt: Uint8Array;
  /** Exactly as it was written. */
  readonly body: string;
}

export interface PackText {
  /** SHA-256 of the bytes. */
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Bytes of records: meta, salts, lines. */
export function recordsPlain(meta: PackMeta, lines: readonly PackLine[]): Buffer {
  const text = Buffer.from(lines.map(({ body }) => `${body}\n`).join(''));
  return Buffer.concat([...sized(metaBytes(meta)), ...lines.map(({ salt }) => salt), ...sized(text)]);
}

/** Bytes of texts: meta, then hash, length and bytes of each. */
export function textsPlain(meta: PackMeta, texts: readonly PackText[]): Buffer {
  return Buffer.concat([...sized(metaBytes(meta)), ...texts.flatMap(({ hash, bytes }) => [hash, ...sized(bytes)])]);
}

/** Reads records back. count: from the header. */
export function readRecords(plain: Buffer, count: number): { readonly meta: PackMeta; readonly lines: PackLine[] } {
  const head = reader(plain);
  const meta = readMeta(head.sized());
  const salts = Array.from({ length: count }, () => head.take(saltBytes));
  const text = head.sized();
  head.end();
  if (!isUtf8(text)) throw refused('lines', 'its text is no UTF-8');
  const bodies = linesOf(text);
  if (bodies.length !== count) throw refused('lines', `it says ${count} records and holds ${bodies.length}`);
  // as many as there are salts: counted above
  return { meta, lines: bodies.map((body, i) => ({ body, salt: salts[i] as Buffer })) };
}

/** Reads texts back. */
export function readTexts(plain: Buffer, count: number): { readonly meta: PackMeta; readonly texts: PackText[] } {
  const head = reader(plain);
  const meta = readMeta(head.sized());
  const texts = Array.from({ length: count }, () => ({ hash: head.take(hashBytes), bytes: head.sized() }));
  head.end();
  return { meta, texts };
}

/** Compressed and padded, and how. */
export interface Packed {
  readonly codec: number;
  readonly body: Buffer;
}

/** Compressed and padded. Bytes that compress further than a reader believes stay as they are. */
export function packPlain(plain: Buffer): Packed {
  return padded(plain, zstdCompressSync(plain, paramsFor(plain, level)));
}

/** The same in a third of the time, some percent larger: for what is read once. */
export function packQuickly(plain: Buffer): Packed {
  return padded(plain, zstdCompressSync(plain, paramsFor(plain, quickLevel)));
}

/** The same as small as it goes, beside the thread that asks: for what is packed once and lies for years. */
export async function packDensely(plain: Buffer): Promise<Packed> {
  return padded(plain, await zstdAside(plain, paramsFor(plain, denseLevel)));
}

function paramsFor(plain: Buffer, compressionLevel: number) {
  // told the size, it takes tables for that size: a small pack costs a tenth
  return { pledgedSrcSize: plain.length, params: { [constants.ZSTD_c_compressionLevel]: compressionLevel } };
}

function padded(plain: Buffer, zipped: Buffer): Packed {
  const helps = zipped.length < plain.length && plain.length <= zipped.length * limits.packInflation;
  const inner = helps ? zipped : plain;
  const step = lengths + inner.length > largeFrom ? largePad : smallPad;
  const body = Buffer.alloc(Math.ceil((lengths + inner.length) / step) * step);
  body.writeUInt32BE(inner.length, 0);
  body.writeUInt32BE(plain.length, 4);
  body.set(inner, lengths);
  return { codec: helps ? codecZstd : codecNone, body };
}

/** The plain bytes of a decrypted body; a bomb is refused before it is unpacked. */
export function unpackPlain(codec: number, body: Buffer, most: number = limits.packPlainBytes): Buffer {
  if (body.length < lengths) throw refused('size', 'it is too short');
  const [inner, plain] = [body.readUInt32BE(0), body.readUInt32BE(4)];
  if (lengths + inner > body.length) throw refused('size', 'it is shorter than it says');
  if (body.subarray(lengths + inner).some((byte) => byte !== 0))
    throw refused('size', 'something stands behind its end');
  if (plain > most || plain > Math.max(1, inner) * limits.packInflation) {
    throw refused('inflate', `it would unpack to ${plain} bytes`);
  }
  const piece = body.subarray(lengths, lengths + inner);
  const out = codec === codecZstd ? inflated(piece, plain) : piece;
  if (out.length !== plain) throw refused('inflate', 'it unpacks to another length than it says');
  return out;
}

function inflated(piece: Buffer, most: number): Buffer {
  try {
    return zstdDecompressSync(piece, { maxOutputLength: Math.max(1, most) });
  } catch (cause) {
    throw refused('inflate', 'it does not unpack', 'bad', cause);
  }
}

export function linesOf(text: Buffer): string[] {
  if (text.length === 0) return [];
  if (text.at(-1) !== 10) throw refused('lines', 'its last line is cut');
  return text.toString('utf8', 0, text.length - 1).split('\n');
}

export function metaBytes(meta: PackMeta): Buffer {
  return Buffer.from(JSON.stringify(meta));
}

export function readMeta(bytes: Buffer): PackMeta {
  try {
    const meta: unknown = JSON.parse(bytes.toString('utf8'));
    if (isMeta(meta)) return meta;
  } catch (cause) {
    throw refused('lines', 'what it says of its writer is no JSON', 'bad', cause);
  }
  throw refused('lines', 'what it says of its writer has another form');
}

function isMeta(value: unknown): value is PackMeta {
  if (typeof value !== 'object' || value === null || !('vector' in value) || !('writer' in value)) return false;
  if (typeof value.writer !== 'string' || typeof value.vector !== 'object' || value.vector === null) return false;
  const { replaces = [] } = value as { readonly replaces?: unknown };
  if (!Array.isArray(replaces) || !replaces.every((each) => typeof each === 'string')) return false;
  return Object.values(value.vector).every(
    (each) => Array.isArray(each) && Number.isSafeInteger(each[0]) && typeof each[1] === 'string',
  );
}

/** A length, and the bytes. */
export function sized(bytes: Uint8Array): [Buffer, Uint8Array] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

/** Takes a body apart, piece by piece. */
export function reader(plain: Buffer) {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > plain.length) throw refused('lines', 'it ends too early');
    at += length;
    return plain.subarray(at - length, at);
  };
  return {
    take,
    sized: () => take(take(4).readUInt32BE(0)),
    end() {
      if (at !== plain.length) throw refused('lines', 'something stands behind its end');
    },
  };
}
