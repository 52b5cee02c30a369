import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { PrsistError } from '../core/errors.ts';
import { query } from './record-type.ts';
import type { Statements } from './statements.ts';

// Texts too large for a record, once each, by the SHA-256 of their plain bytes.

const codecRaw = 0;
const codecZstd = 2;
/** Below this compression saves less than its frame costs. */
const compressFrom = 512;

/** What all blobs of a database take, packed. */
export const blobBytes = query<Record<string, never>, { bytes: number }>(
  'select ifnull(sum(length(data)), 0) as bytes from blobs',
);

interface BlobRow {
  readonly codec: number;
  readonly data: Uint8Array | null;
}

/** Stores a text once and counts the record that names it; returns its hash in hex and its size in bytes. */
export function putBlob(statements: Statements, text: string, nowMs: number): { hash: string; bytes: number } {
  const plain = Buffer.from(text, 'utf8');
  const hash = createHash('sha256').update(plain).digest();
  const known = statements.run('update blobs set refs = refs + 1 where hash = ? and data is not null', [hash]);
  if (known === 0) {
    const { codec, data } = packed(plain);
    statements.run(
      `insert into blobs (hash, codec, bytes, refs, data, created_at) values (?, ?, ?, 1, ?, ?)
       on conflict (hash) do update set codec = excluded.codec, data = excluded.data, refs = refs + 1`,
      [hash, codec, plain.length, data, nowMs],
    );
  }
  return { hash: hash.toString('hex'), bytes: plain.length };
}

/** The plain bytes of a blob; undefined when it is not here. Throws store/corrupt when it does not unpack. */
export function getBlob(statements: Statements, hash: string): Buffer | undefined {
  const row = statements.one<BlobRow>('select codec, data from blobs where hash = ?', [Buffer.from(hash, 'hex')]);
  if (!row?.data) return undefined;
  try {
    return unpacked(row.codec, row.data);
  } catch (cause) {
    throw new PrsistError('store/corrupt', `text ${hash.slice(0, 12)} is damaged`, { cause });
  }
}

/** A compressed form of bytes with its codec number (0 raw, 2 zstd). */
export function packed(plain: Uint8Array): { codec: number; data: Uint8Array } {
  if (plain.length < compressFrom) return { codec: codecRaw, data: plain };
  return { codec: codecZstd, data: zstdCompressSync(plain) };
}

/** The plain bytes of a compressed form. */
export function unpacked(codec: number, data: Uint8Array): Buffer {
  return codec === codecZstd ? zstdDecompressSync(data) : Buffer.from(data);
}
