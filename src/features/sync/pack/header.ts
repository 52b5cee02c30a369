// The 288 bytes every pack begins with: the associated data of its cipher, and what its signature is over.
import { idBytes } from '../../../core/ids.ts';
import { refused } from './refused.ts';

export const headerBytes = 288;
/** Kinds that are read here. */
export const kindRecords = 1;
export const kindSnapshot = 2;
export const kindTexts = 3;
export const codecNone = 0;
export const codecZstd = 1;
const codecDeflate = 2;
const magic = 'PRSK';
const formatKnown = 1;
const reservedFrom = 272;

export interface PackHeader {
  readonly kind: typeof kindRecords | typeof kindSnapshot | typeof kindTexts;
  readonly codec: number;
  /** Envelope version of all its records. */
  readonly v: number;
  readonly ws: string;
  readonly project: string;
  readonly dev: string;
  readonly log: string;
  readonly signer: string;
  readonly from: number;
  readonly to: number;
  readonly rev: number;
  /** Records, or texts. */
  readonly count: number;
  /** Records among them whose text was erased before they were packed. */
  readonly stubs: number;
  readonly epoch: number;
  readonly kid: Uint8Array;
  /** Version of the keyring its signer held. */
  readonly keyring: number;
  /** Of the encrypted body, its tag included. */
  readonly bodyLength: number;
  /** Greatest clock reading in it. */
  readonly hlcMax: string;
  readonly headBefore: Uint8Array;
  readonly headAfter: Uint8Array;
  readonly salt: Uint8Array;
  readonly keyCommit: Uint8Array;
}

/** The bytes of a header. */
export function encodeHeader(header: PackHeader): Buffer {
  const out = Buffer.alloc(headerBytes);
  out.write(magic, 0, 'latin1');
  out.set([formatKnown, header.kind, header.codec, header.v], 4);
  [header.ws, header.project, header.dev, header.log, header.signer].forEach((id, i) => {
    out.set(idBytes(id), 8 + 16 * i);
  });
  out.writeBigUInt64BE(BigInt(header.from), 88);
  out.writeBigUInt64BE(BigInt(header.to), 96);
  [header.rev, header.count, header.stubs, header.epoch].forEach((value, i) => {
    out.writeUInt32BE(value, 104 + 4 * i);
  });
  out.set(header.kid, 120);
  out.writeUInt32BE(header.keyring, 128);
  out.writeUInt32BE(header.bodyLength, 132);
  out.writeBigUInt64BE(BigInt(`0x${header.hlcMax}`), 136);
  out.set(header.headBefore, 144);
  out.set(header.headAfter, 176);
  out.set(header.salt, 208);
  out.set(header.keyCommit, 240);
  return out;
}

/** What a header says. bytes: a whole pack. Throws PackRefused for what is no pack, or one of a later version. */
export function decodeHeader(bytes: Buffer): PackHeader {
  if (bytes.length < headerBytes || bytes.toString('latin1', 0, 4) !== magic) throw refused('magic', 'it is no pack');
  checkFormat(bytes);
  const id = (at: number) => textId(bytes.subarray(at, at + 16));
  const piece = (at: number, length: number) => Buffer.from(bytes.subarray(at, at + length));
  const header: PackHeader = {
    // checked above
    kind: bytes[5] as PackHeader['kind'],
    ...{ codec: bytes[6] ?? 0, v: bytes[7] ?? 0 },
    ...{ ws: id(8), project: id(24), dev: id(40), log: id(56), signer: id(72) },
    ...{ from: position(bytes, 88), to: position(bytes, 96), rev: bytes.readUInt32BE(104) },
    ...{ count: bytes.readUInt32BE(108), stubs: bytes.readUInt32BE(112), epoch: bytes.readUInt32BE(116) },
    ...{ kid: piece(120, 8), keyring: bytes.readUInt32BE(128), bodyLength: bytes.readUInt32BE(132) },
    hlcMax: bytes.toString('hex', 136, 144),
    ...{ headBefore: piece(144, 32), headAfter: piece(176, 32), salt: piece(208, 32), keyCommit: piece(240, 32) },
  };
  checkStage(header);
  return header;
}

function checkFormat(bytes: Buffer): void {
  const [format = 0, kind = 0, codec = 0] = bytes.subarray(4, 7);
  if (format !== formatKnown) throw refused('format', `its format is ${format}`, 'newer');
  if (kind !== kindRecords && kind !== kindSnapshot && kind !== kindTexts)
    throw refused('format', `its kind is ${kind}`, 'newer');
  if (codec === codecDeflate || codec > codecDeflate) throw refused('format', `its codec is ${codec}`, 'newer');
  if (bytes.subarray(reservedFrom, headerBytes).some((byte) => byte !== 0)) {
    throw refused('reserved', 'it says what this version does not know', 'newer');
  }
}

/** What later versions write and this one cannot read yet, told before anything else is looked at. */
function checkStage(header: PackHeader): void {
  if (header.signer !== header.dev && header.rev === 0)
    throw refused('signer', 'another device than its own signed it');
  if (header.stubs > (header.kind === kindRecords ? header.count : 0)) throw refused('count', 'it counts wrongly');
  if (header.from < 1 || header.to < header.from) throw refused('count', 'its range is none');
  if (header.kind === kindRecords && header.count !== header.to - header.from + 1) {
    throw refused('count', 'its range and its count differ');
  }
}

function position(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64BE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw refused('count', 'its range is none');
  return Number(value);
}

function textId(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
