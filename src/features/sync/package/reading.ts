// A package read as it streams by: every byte checked, one pack held at a time.
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonical } from '../../../core/canonical.ts';
import { PrsistError } from '../../../core/errors.ts';
import { isId } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import { type Actor, genesisHead, type Origin } from '../../../core/record.ts';
import { origins } from '../../../core/words.ts';
import type { ChainRecord } from '../../../store/chain.ts';
import { word } from '../../wire.ts';
import { type PackName, parseName } from '../names.ts';
import { openRecords, openTexts, reopenRecords, reopenTexts } from '../pack/pack.ts';
import { PackRefused } from '../pack/refused.ts';
import { misfit } from './fitting.ts';
import { beyond, type Frame, frameTypes, packageMark, readFrames, unreadable } from './frames.ts';
import { checkEnd, endName, type Manifest, readManifest, type Told } from './manifest.ts';
import { packageKeys } from './package-keys.ts';

/** One record of a package, with its texts in place. */
export interface PackedRecord {
  readonly name: string;
  readonly id: string;
  readonly ent: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly actor: Actor;
  readonly origin: Origin;
}

export type Piece =
  | { readonly is: 'manifest'; readonly manifest: Manifest }
  /** Those of one pack. bytes: of their texts and of themselves. */
  | { readonly is: 'records'; readonly records: readonly PackedRecord[]; readonly bytes: number }
  | { readonly is: 'insights'; readonly insights: Insights };

const insightsForm = z
  .array(
    z.strictObject({
      day: z.iso.date(),
      numbers: z.record(z.string().regex(/^[a-z_]{1,64}$/), z.number().min(0)),
    }),
  )
  .max(40_000);
export type Insights = z.output<typeof insightsForm>;

const bodyForm = z.strictObject({
  hlc: z.string().regex(/^[0-9a-f]{16}$/),
  id: z.string().refine((text): boolean => isId(text)),
  ent: z.string().refine((text): boolean => isId(text)),
  type: z.string().regex(/^[a-z]{1,32}$/),
  op: z.string().regex(/^[a-z]{1,32}$/),
  base: z.tuple([]),
  fields: z.record(z.string(), z.unknown()),
  actor: z.strictObject({ user: z.string().max(limits.wordBytes), agent: word.optional(), session: word.optional() }),
  origin: z.enum(origins),
  schema: z.int().min(1),
});

/** What was read of a package once: read again, the same bytes need not be looked through again. */
export class ReadOnce {
  readonly #hashes: Buffer[] = [];
  #next: number | undefined;

  /** From here on it is read again. */
  again(): void {
    this.#next = 0;
  }

  /** True when these very bytes came at this place before. Throws package/unreadable where others did. */
  isKnown(bytes: Buffer): boolean {
    const hash = createHash('sha256').update(bytes).digest();
    if (this.#next === undefined) {
      this.#hashes.push(hash);
      return false;
    }
    const before = this.#hashes[this.#next];
    this.#next += 1;
    if (before?.equals(hash)) return true;
    throw unreadable('it was changed while it was read');
  }
}

/**
 * The pieces of a package, in their order. What it ends with is checked last, so nothing is to be believed before all has
 * been read. Throws package/unreadable, package/newer, limit/too-large.
 */
export async function* readPackage(
  plain: AsyncIterable<Uint8Array>,
  once: ReadOnce = new ReadOnce(),
): AsyncGenerator<Piece> {
  let reading: Reading | undefined;
  for await (const each of readFrames(plain)) {
    if (!reading) {
      const manifest = manifestIn(each);
      reading = new Reading(manifest, once);
      yield { is: 'manifest', manifest };
    } else if (reading.isEnded) throw unreadable('something stands behind its end');
    const piece = refusing(() => reading?.take(each));
    if (piece) yield piece;
  }
  if (!reading?.isEnded) throw unreadable('it ends too early');
}

function manifestIn({ type, bytes }: Frame): Manifest {
  if (type !== frameTypes.manifest) throw unreadable('it does not begin with what it is');
  const found = laterFormat(bytes);
  if (found !== undefined) {
    throw new PrsistError('package/newer', `this package has format ${found}, which a later version of prsist reads`);
  }
  return readManifest(bytes);
}

/** The format a manifest names, where it is a later one. */
function laterFormat(bytes: Buffer): number | undefined {
  const [, format] = /"format":(\d{1,6})[,}]/.exec(bytes.toString('utf8')) ?? [];
  return format !== undefined && Number(format) > 1 ? Number(format) : undefined;
}

function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PackRefused)) throw error;
    if (error.as === 'newer') throw new PrsistError('package/newer', `a pack of this package is of a later version`);
    throw unreadable(error.message, error);
  }
}

class Reading {
  readonly #manifest: Manifest;
  readonly #keys;
  readonly #hash = createHash('sha256').update(packageMark);
  readonly #told: Told & { records: number; packs: number; bytes: number } = { records: 0, packs: 0, bytes: 0 };
  #head: Uint8Array;
  #texts = new Map<string, string>();
  #held = 0;
  readonly #once: ReadOnce;
  isEnded = false;

  constructor(manifest: Manifest, once: ReadOnce) {
    this.#manifest = manifest;
    this.#once = once;
    this.#keys = packageKeys(manifest);
    this.#head = genesisHead(manifest);
  }

  take(each: Frame): Piece | undefined {
    if (each.type === frameTypes.end) {
      // the one frame that its signature is not over
      if (each.name !== endName) throw unreadable('its end has another name');
      checkEnd(each.bytes, this.#told, this.#hash.digest(), this.#manifest);
      this.isEnded = true;
      return undefined;
    }
    for (const piece of each.whole) this.#hash.update(piece);
    if (each.type === frameTypes.manifest) return undefined;
    if (each.type === frameTypes.insights) return { is: 'insights', insights: insightsIn(each.bytes) };
    if (each.type === frameTypes.texts) return this.#takeTexts(each);
    if (each.type === frameTypes.records) return this.#takeRecords(each);
    throw new PrsistError('package/newer', `this package holds what a later version of prsist reads (${each.type})`);
  }

  #takeTexts(each: Frame): undefined {
    const name = this.#named(each);
    const isKnown = this.#once.isKnown(each.bytes);
    const texts = isKnown ? reopenTexts(each.bytes, this.#keys) : openTexts(name, each.bytes, this.#keys).texts;
    for (const { hash, bytes } of texts) {
      if (bytes.length > limits.packageTextBytes)
        throw beyond('packageTextBytes', bytes.length, limits.packageTextBytes);
      if (!isUtf8(bytes) || bytes.includes(0)) throw unreadable('a text is no UTF-8');
      this.#texts.set(Buffer.from(hash).toString('hex'), Buffer.from(bytes).toString('utf8'));
      this.#held += bytes.length;
    }
    if (this.#held > 2 * limits.packageTextBytes) throw beyond('packageTextBytes', this.#held, limits.packageTextBytes);
    this.#told.packs += 1;
    return undefined;
  }

  #takeRecords(each: Frame): Piece {
    const name = this.#named(each);
    if (name.from !== this.#told.records + 1) throw unreadable('a piece of it is missing');
    if (name.to > limits.packageRecords) throw beyond('packageRecords', name.to, limits.packageRecords);
    const isKnown = this.#once.isKnown(each.bytes);
    const records = isKnown ? reopenRecords(each.bytes, this.#keys) : this.#proven(name, each);
    const before = this.#told.bytes;
    const read = records.map(({ body, parsed }) => this.#record(body, parsed, isKnown));
    this.#told.records = name.to;
    this.#told.packs += 1;
    this.#told.bytes += this.#held;
    this.#texts = new Map();
    this.#held = 0;
    if (this.#told.bytes > limits.packageBytes) throw beyond('packageBytes', this.#told.bytes, limits.packageBytes);
    return { is: 'records', records: read, bytes: this.#told.bytes - before };
  }

  #proven(name: PackName, { bytes }: Frame): readonly Pick<ChainRecord, 'body' | 'parsed'>[] {
    const { header, records } = openRecords(name, bytes, this.#keys);
    if (!Buffer.from(header.headBefore).equals(this.#head)) throw unreadable('its pieces do not follow one another');
    this.#head = header.headAfter;
    return records;
  }

  #named({ name, type }: Frame): PackName {
    const pack = parseName(name);
    const { ws, project, dev, log } = this.#manifest;
    if (pack?.is !== 'pack' || pack.texts !== (type === frameTypes.texts))
      throw unreadable('a pack has no name of ours');
    const isOurs = pack.ws === ws && pack.project === project.id && pack.dev === dev && pack.log === log;
    if (!isOurs) throw unreadable('a pack of it is of another package');
    return pack;
  }

  #record(body: string | null, parsed: unknown, isKnown: boolean): PackedRecord {
    if (body === null) throw unreadable('one of its records is empty');
    const bytes = Buffer.byteLength(body);
    if (bytes > limits.packageRecordBytes) throw beyond('packageRecordBytes', bytes, limits.packageRecordBytes);
    const read = isKnown ? (parsed as z.output<typeof bodyForm>) : checkedBody(parsed, body);
    this.#told.bytes += bytes;
    const { id, ent, type, op, fields, origin } = read;
    // optional members that are absent are so in what was read
    const actor = read.actor as Actor;
    return { name: `${type}.${op}`, id, ent, actor, origin, fields: this.#withTexts(fields) };
  }

  #withTexts(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const named = Object.keys(fields).filter((name) => name.endsWith('_blob'));
    if (named.length === 0) return fields;
    const whole: Record<string, unknown> = { ...fields };
    for (const name of named) {
      const plain = name.slice(0, -'_blob'.length);
      const text = this.#texts.get(String(fields[name]));
      if (text === undefined) throw unreadable('a text that it names is not in it');
      delete whole[name];
      delete whole[`${plain}_bytes`];
      whole[plain] = text;
    }
    return whole;
  }
}

/** The body of a record, when it is one that a package may hold. */
function checkedBody(parsed: unknown, body: string): z.output<typeof bodyForm> {
  const unfit = misfit(parsed);
  if (unfit === 'NUL') throw unreadable('one of its records holds the character NUL');
  if (unfit) throw beyond(unfit, limits[unfit] + 1, limits[unfit]);
  // exactly the bytes that its members make: none given twice, none named __proto__
  if (canonicalOf(parsed) !== body) throw unreadable('one of its records is not as it is written');
  const read = bodyForm.safeParse(parsed).data;
  if (!read) throw unreadable('one of its records has no known form');
  return read;
}

function canonicalOf(value: unknown): string | undefined {
  try {
    return canonical(value);
  } catch {
    return undefined; // it has no canonical form
  }
}

function insightsIn(bytes: Buffer): Insights {
  try {
    return insightsForm.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw unreadable('its numbers are none', cause);
  }
}
