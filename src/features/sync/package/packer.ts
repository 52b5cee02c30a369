// Fresh records become packs of one new log, made for the package and signed by this device.
import { createHash } from 'node:crypto';
import { limits } from '../../../core/limits.ts';
import { bodyText, commitment, genesisHead, nextHead, type RecordBody } from '../../../core/record.ts';
import type { SigningKey } from '../keyring/ed25519.ts';
import { type PackLine, type PackText, packQuickly, recordsPlain, textsPlain } from '../pack/body.ts';
import { type PackRun, sealRecords, sealTexts } from '../pack/pack.ts';
import { textGroups } from '../pack/text-groups.ts';
import { type Frame, frame, frameTypes } from './frames.ts';
import { packageEpoch } from './package-keys.ts';

/** Where the records of a package say that they are from. */
export interface PackerOf {
  readonly ws: string;
  readonly project: string;
  readonly dev: string;
  readonly log: string;
  /** 32 bytes, of this package alone. */
  readonly key: Uint8Array;
  readonly sign: SigningKey['sign'];
  readonly writer: string;
  readonly random: (bytes: number) => Uint8Array;
}

export interface Draft {
  readonly body: Omit<RecordBody, 'fields' | 'base' | 'schema'>;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Texts of the record by the names of their fields. */
  readonly texts: Readonly<Record<string, string>>;
}

const envelope = 1;
const saltBytes = 16;

/** Gathers records until they make a pack. */
export class Packer {
  readonly #of: PackerOf;
  readonly #sealing;
  #bodies: string[] = [];
  #texts = new Map<string, PackText>();
  #bytes = 0;
  #seq = 0;
  #head: Buffer;
  #hlcMax = '0'.repeat(16);
  /** Plain bytes of records and texts so far, and how many packs there are. */
  plain = 0;
  packs = 0;

  constructor(of: PackerOf) {
    this.#of = of;
    this.#sealing = { sign: of.sign, version: 0, current: packageEpoch(of.key) };
    this.#head = genesisHead(of);
  }

  /** True when what was added makes a pack. */
  get isFull(): boolean {
    return this.#bodies.length >= limits.packagePackRecords || this.#bytes >= limits.packagePackBytes;
  }

  get records(): number {
    return this.#seq + this.#bodies.length;
  }

  /** Takes one record in. False: it is larger than one may be. */
  add({ body, fields, texts }: Draft): boolean {
    const long = Object.entries(texts).map(([name, text]) => this.#kept(name, text));
    const told = { ...fields, ...Object.assign({}, ...long.map(({ field }) => field)) };
    const text = bodyText({ ...body, base: [], fields: told, schema: 1 });
    const bytes = Buffer.byteLength(text);
    if (bytes > limits.packageRecordBytes) return false;
    for (const { held } of long) if (held) this.#hold(held);
    this.#bodies.push(text);
    this.#bytes += bytes;
    if (body.hlc > this.#hlcMax) this.#hlcMax = body.hlc;
    return true;
  }

  /** Frames of what was gathered: texts before the records that name them; none for nothing. */
  flush(): Frame[] {
    if (this.#bodies.length === 0) return [];
    const lines = this.#bodies.map((body): PackLine => ({ body, salt: this.#of.random(saltBytes) }));
    const run = this.#run(lines);
    const meta = { writer: this.#of.writer, vector: {} };
    const frames = textGroups([...this.#texts.values()]).map((texts) => {
      const { name, bytes } = sealTexts(
        run,
        { meta, texts, packed: packQuickly(textsPlain(meta, texts)) },
        this.#sealing,
        this.#of.random(32),
      );
      return frame(frameTypes.texts, name, bytes);
    });
    const records = sealRecords(
      run,
      { meta, lines, packed: packQuickly(recordsPlain(meta, lines)) },
      this.#sealing,
      this.#of.random(32),
    );
    frames.push(frame(frameTypes.records, records.name, records.bytes));
    this.plain += this.#bytes;
    this.packs += frames.length;
    this.#bodies = [];
    this.#texts = new Map();
    this.#bytes = 0;
    this.#hlcMax = '0'.repeat(16);
    return frames;
  }

  #run(lines: readonly PackLine[]): PackRun {
    const { ws, project, dev, log } = this.#of;
    const from = this.#seq + 1;
    const headBefore = this.#head;
    for (const { salt, body } of lines) {
      this.#seq += 1;
      this.#head = nextHead(this.#head, this.#seq, commitment(salt, body));
    }
    const heads = { headBefore, headAfter: this.#head };
    return { ws, project, dev, log, v: envelope, from, to: this.#seq, hlcMax: this.#hlcMax, ...heads };
  }

  #kept(name: string, text: string): { readonly field: Readonly<Record<string, unknown>>; readonly held?: PackText } {
    const bytes = Buffer.from(text);
    if (bytes.length <= limits.inlineTextBytes) return { field: { [name]: text } };
    const hash = createHash('sha256').update(bytes).digest();
    const field = { [`${name}_blob`]: hash.toString('hex'), [`${name}_bytes`]: bytes.length };
    return { field, held: { hash, bytes } };
  }

  #hold(text: PackText): void {
    const name = Buffer.from(text.hash).toString('hex');
    if (this.#texts.has(name)) return;
    this.#texts.set(name, text);
    this.#bytes += text.bytes.length;
  }
}
