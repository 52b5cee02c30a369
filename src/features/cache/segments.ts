// Segments as they are kept: packed, under their hash, which is checked whenever one is read.
import { PrsistError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { packed, unpacked } from '../../store/blobs.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { addSegment, type SegmentRow, segmentById, segmentOfKey } from './block-queries.ts';
import type { Link } from './chain.ts';
import { renderVersion } from './render-version.ts';

/** Its text stands in the record of a message and is not stored a second time. */
const codecElsewhere = 1;
const codecRaw = 0;
/** Smaller ones are not worth the time of unpacking them. */
const packFrom = 1024;
/** What the rows of a segment and of its block take beside the text: measured at a million blocks. */
export const rowBytes = 256;

/** A segment ready to be written, packed outside of the transaction that writes it. */
export interface Packed {
  readonly codec: number;
  readonly content: Uint8Array;
}

/**
 * Packs the text of a link. compress: as the setting says.
 * Throws limit/too-large for a stored text of more than 64 KiB: it has to be split before (`split.ts`).
 */
export function packedLink(link: Link, compress: boolean): Packed {
  if (link.ent !== undefined) return { codec: codecElsewhere, content: new Uint8Array(0) };
  if (link.bytes > limits.segmentBytes) {
    throw new PrsistError(
      'limit/too-large',
      `${link.slot} has ${link.bytes} bytes, a segment at most ${limits.segmentBytes}`,
    );
  }
  const plain = Buffer.from(link.text ?? '', 'utf8');
  if (!compress || plain.length < packFrom) return { codec: codecRaw, content: plain };
  const { codec, data } = packed(plain);
  return { codec, content: data };
}

/** The row of a segment; written where it is not there yet. */
export function putSegment(tx: Write, link: Link, { codec, content }: Packed): number {
  const { hash, kind, tokens, bytes, ent } = link;
  // one that stands elsewhere is one for each place: it goes when that place is erased
  const cache_key = `${kind}:${hash}:${renderVersion}${ent === undefined ? '' : `:${ent}`}`;
  const known = tx.one(segmentOfKey, { cache_key });
  if (known) return known.id;
  const size_bytes = content.length + rowBytes;
  const row = { cache_key, content_hash: hash, kind, codec, plain_bytes: bytes, size_bytes, tokens, content };
  tx.run(addSegment, { ...row, ent: ent ?? null, now: tx.now });
  return tx.one(segmentOfKey, { cache_key })?.id ?? 0;
}

/** The canonical texts that stand in a message or call as it is now; none where it is gone. */
export type TextsOf = (read: Read, ent: string) => readonly string[];

/** The text of a segment; undefined for one that is not there, or is not what a hash says (its own when absent). */
export function segmentText(read: Read, id: number, textsOf: TextsOf, hash?: string): string | undefined {
  const row = read.one(segmentById, { id });
  const wanted = hash ?? row?.content_hash;
  return row && plainTexts(read, row, textsOf).find((text) => sha256Hex(text) === wanted);
}

function plainTexts(read: Read, { codec, content, ent }: SegmentRow, textsOf: TextsOf): readonly string[] {
  if (codec === codecElsewhere) return ent === null ? [] : textsOf(read, ent);
  try {
    return [unpacked(codec, content).toString('utf8')];
  } catch {
    return []; // damaged: as if it were not there
  }
}
