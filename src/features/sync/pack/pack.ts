// A whole pack: made from records or texts, and opened again with every check, the cheapest first.
import { createHash } from 'node:crypto';
import { limits } from '../../../core/limits.ts';
import { commitment, nextHead } from '../../../core/record.ts';
import type { ChainRecord } from '../../../store/chain.ts';
import type { Epoch, PackKeys, Signer } from '../keys.ts';
import { type PackName, packName } from '../names.ts';
import {
  type Packed,
  type PackLine,
  type PackMeta,
  type PackText,
  packPlain,
  readRecords,
  readTexts,
  recordsPlain,
  textsPlain,
  unpackPlain,
} from './body.ts';
import { decodeHeader, headerBytes, kindRecords, kindTexts, type PackHeader } from './header.ts';
import { refused } from './refused.ts';
import { isSigned, seal, signatureBytes, tagBytes, unseal } from './seal.ts';

/** A run of one log, as it is packed. */
export interface PackRun {
  readonly ws: string;
  readonly project: string;
  readonly dev: string;
  readonly log: string;
  readonly v: number;
  readonly from: number;
  readonly to: number;
  readonly hlcMax: string;
  readonly headBefore: Uint8Array;
  readonly headAfter: Uint8Array;
  /** How often it was sealed again; 0 when absent. */
  readonly rev?: number;
  /** Who seals it again in place of its device; that device itself when absent. */
  readonly signer?: string;
}

export interface Sealed {
  readonly name: string;
  readonly bytes: Buffer;
}

export type Sealing = Pick<PackKeys, 'sign' | 'version'> & { readonly current: Epoch };

/** Packs the records of a run. salt: 32 random bytes; packed: their plain bytes, where these were compressed before. */
export function sealRecords(
  run: PackRun,
  content: { readonly meta: PackMeta; readonly lines: readonly PackLine[]; readonly packed?: Packed },
  keys: Sealing,
  salt: Uint8Array,
): Sealed {
  const stubs = content.lines.filter(({ body }) => stubOf(body) !== undefined).length;
  const as = { kind: kindRecords, count: content.lines.length, stubs, salt } as const;
  return sealed(run, as, content.packed ?? packPlain(recordsPlain(content.meta, content.lines)), keys);
}

/** Packs texts that records of a run name. */
export function sealTexts(
  run: PackRun,
  content: { readonly meta: PackMeta; readonly texts: readonly PackText[]; readonly packed?: Packed },
  keys: Sealing,
  salt: Uint8Array,
): Sealed {
  const as = { kind: kindTexts, count: content.texts.length, stubs: 0, salt } as const;
  return sealed(run, as, content.packed ?? packPlain(textsPlain(content.meta, content.texts)), keys);
}

function sealed(
  run: PackRun,
  as: Pick<PackHeader, 'kind' | 'count' | 'stubs' | 'salt'>,
  { codec, body }: Packed,
  keys: Sealing,
): Sealed {
  const rev = run.rev ?? 0;
  const bytes = seal({ ...run, ...as, codec, rev }, body, keys);
  const placed = { ...run, rev, len: bytes.length, hash16: hash16(bytes), texts: as.kind === kindTexts };
  return { name: packName(placed), bytes };
}

/** First 16 hex digits of SHA-256: what a name says of the bytes under it. */
export function hash16(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

interface Opened {
  readonly header: PackHeader;
  readonly meta: PackMeta;
}
export interface OpenedRecords extends Opened {
  readonly records: readonly ChainRecord[];
}
export interface OpenedTexts extends Opened {
  readonly texts: readonly PackText[];
}

/** Opens a pack of records: its chain runs unbroken from the head its header begins with to the one it ends with. */
export function openRecords(name: PackName, bytes: Buffer, keys: PackKeys): OpenedRecords {
  const { lines, ...opened } = openedLines(name, bytes, keys);
  const chaining = new Chaining(opened.header);
  for (const line of lines) chaining.take(line);
  return { ...opened, records: chaining.end() };
}

/** The same in turns with others: a pack that was joined from many holds some thousand records. */
export async function openRecordsInTurns(
  name: PackName,
  bytes: Buffer,
  keys: PackKeys,
  breathe: () => Promise<void>,
): Promise<OpenedRecords> {
  const { lines, ...opened } = openedLines(name, bytes, keys);
  const chaining = new Chaining(opened.header);
  for (const [n, line] of lines.entries()) {
    if (n % linesInTurn === linesInTurn - 1) await breathe();
    chaining.take(line);
  }
  return { ...opened, records: chaining.end() };
}

const linesInTurn = 1_000;

function openedLines(name: PackName, bytes: Buffer, keys: PackKeys): Opened & { readonly lines: readonly PackLine[] } {
  const { header, plain } = openedPlain(name, bytes, keys);
  if (header.kind !== kindRecords) throw refused('path', 'its name says records, it holds texts');
  return { header, ...readRecords(plain, header.count) };
}

/** Opens a companion: each text is the one its hash names. */
export function openTexts(name: PackName, bytes: Buffer, keys: PackKeys): OpenedTexts {
  const { header, plain } = openedPlain(name, bytes, keys);
  if (header.kind !== kindTexts) throw refused('path', 'its name says texts, it holds records');
  const { meta, texts } = readTexts(plain, header.count);
  for (const { hash, bytes: text } of texts) {
    if (!createHash('sha256').update(text).digest().equals(hash))
      throw refused('text', 'a text is not the one it is named by');
  }
  return { header, meta, texts };
}

/** The bodies of a pack of records, of whose very bytes openRecords was told before: they are not proven again. */
export function reopenRecords(bytes: Buffer, keys: PackKeys): readonly Pick<ChainRecord, 'body' | 'parsed'>[] {
  const { header, plain } = unsealed(bytes, keys);
  const { lines } = readRecords(plain, header.count);
  return lines.map(({ body }) => (stubOf(body) ? { body: null, parsed: undefined } : { body, parsed: parsed(body) }));
}

/** The texts of a companion, of whose very bytes openTexts was told before. */
export function reopenTexts(bytes: Buffer, keys: PackKeys): readonly PackText[] {
  const { header, plain } = unsealed(bytes, keys);
  return readTexts(plain, header.count).texts;
}

function unsealed(bytes: Buffer, keys: PackKeys, header = decodeHeader(bytes), most?: number) {
  return { header, plain: unpackPlain(header.codec, unseal(bytes, header, epochOf(header, keys)), most) };
}

/** Every check that does not depend on what is in it: bytes, path, signature, key, size. */
export function openedPlain(
  name: PackName,
  bytes: Buffer,
  keys: PackKeys,
  most?: number,
): { readonly header: PackHeader; readonly plain: Buffer } {
  if (bytes.length !== name.len) throw refused('length', `it has ${bytes.length} bytes, its name says ${name.len}`);
  if (hash16(bytes) !== name.hash16) throw refused('hash', 'its bytes are not those of its name');
  const header = decodeHeader(bytes);
  if (headerBytes + header.bodyLength + signatureBytes !== bytes.length || header.bodyLength < tagBytes) {
    throw refused('length', 'its body has another length than its header says');
  }
  checkPath(name, header);
  checkSigner(header, bytes, keys);
  return unsealed(bytes, keys, header, most);
}

function checkPath(name: PackName, header: PackHeader): void {
  const fits =
    (['ws', 'project', 'dev', 'log', 'from', 'to', 'rev'] as const).every((field) => name[field] === header[field]) &&
    name.texts === (header.kind === kindTexts);
  if (!fits) throw refused('path', 'it lies where it was not made for');
}

function checkSigner(header: PackHeader, bytes: Buffer, keys: PackKeys): void {
  const owner = keys.signer(header.dev);
  const signer = keys.signer(header.signer);
  if (!owner || !signer) throw refused('signer', `device ${owner ? header.signer : header.dev} is not in the keyring`);
  if (owner.lastAccepted && header.to > (owner.lastAccepted[header.log] ?? 0)) {
    throw refused('signer', `device ${header.dev} was revoked before it wrote this`);
  }
  if (header.signer !== header.dev && !mayStandIn(signer)) {
    throw refused('signer', `device ${header.signer} may not seal for others`);
  }
  if (!isSigned(bytes, signer.publicKey)) throw refused('signature', 'its signature is not that of its device');
}

/** An admin may put a pack without what was erased in the place of one of a device that cannot. */
function mayStandIn({ isAdmin, lastAccepted }: Signer): boolean {
  return isAdmin && lastAccepted === undefined;
}

function epochOf(header: PackHeader, keys: PackKeys): Epoch {
  const epoch = keys.epoch(header.epoch);
  if (!epoch) throw refused('epoch', `its key, of epoch ${header.epoch}, is not here`, 'no key');
  if (!header.kid.every((byte, i) => byte === epoch.kid[i])) {
    throw refused('kid', `another key is in use in epoch ${header.epoch}`, 'wrong key');
  }
  return epoch;
}

/** Lines become records, each proven by the head it leads to. */
class Chaining {
  readonly #header: PackHeader;
  readonly #records: ChainRecord[] = [];
  #head: Uint8Array;
  #stubs = 0;

  constructor(header: PackHeader) {
    this.#header = header;
    this.#head = header.headBefore;
  }

  take({ salt, body }: PackLine): void {
    const seq = this.#header.from + this.#records.length;
    const stub = stubOf(body);
    if (stub && stub.seq !== seq) throw refused('lines', 'an erased record stands where it does not belong');
    const com = stub?.com ?? commitment(salt, body);
    const head = nextHead(this.#head, seq, com);
    this.#head = head;
    if (stub) this.#stubs += 1;
    this.#records.push(
      stub ? { salt: null, body: null, com, head, parsed: undefined } : { salt, body, com, head, parsed: parsed(body) },
    );
  }

  /** All of them, when they end where the header says. */
  end(): readonly ChainRecord[] {
    const { stubs, headAfter } = this.#header;
    if (this.#stubs !== stubs) throw refused('count', `it says ${stubs} erased records and holds ${this.#stubs}`);
    if (!Buffer.from(this.#head).equals(headAfter))
      throw refused('chain', 'its chain does not end where its header says');
    return this.#records;
  }
}

const stubForm = /^\{"com":"([0-9a-f]{64})","seq":(\d{1,15}),"stub":1\}$/;

/** The line of a record whose text is gone: its commitment is left, so the chain still verifies. */
export function stubLine(seq: number, com: Uint8Array): string {
  return `{"com":"${Buffer.from(com).toString('hex')}","seq":${seq},"stub":1}`;
}

function stubOf(body: string): { readonly com: Buffer; readonly seq: number } | undefined {
  const [, com, seq] = stubForm.exec(body) ?? [];
  return com === undefined ? undefined : { com: Buffer.from(com, 'hex'), seq: Number(seq) };
}

/** What is no JSON stays a record: its author signed it, so it is kept and told as one that cannot be shown. */
function parsed(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    if (!isDeeper(value, limits.recordDepth)) return value;
  } catch {
    return undefined;
  }
  throw refused('lines', 'one of its records is nested too deeply');
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const member of Object.values(value)) if (isDeeper(member, levels - 1)) return true;
  return false;
}
