// The inside of memory packages, made without a daemon.
import { createHash } from 'node:crypto';
import { type Id, uuidV8 } from '../../src/core/ids.ts';
import { toBase64 } from '../../src/features/sync/keyring/canonical-file.ts';
import { type Frame, frame, frameTypes, packageMark, readFrames } from '../../src/features/sync/package/frames.ts';
import { endBytes, type Manifest, manifestBytes } from '../../src/features/sync/package/manifest.ts';
import { type Draft, Packer } from '../../src/features/sync/package/packer.ts';
import { type Piece, readPackage } from '../../src/features/sync/package/reading.ts';
import { deviceKey } from './pack-keys.ts';

const id = (name: string) => uuidV8(['package test', name]);
const dev = id('device');
const { publicKey, sign } = deviceKey(dev);
const key = createHash('sha256').update('key of the package').digest();

export const manifest: Manifest = {
  ...{ format: 1, package: id('package'), made_at: '2026-03-04T00:00:00.000Z', writer: 'test', ws: id('ws'), dev },
  ...{ project: { id: id('project'), name: 'shop' }, device: 'laptop', log: id('log') },
  ...{ sign: toBase64(publicKey), key: toBase64(key), content: { entries: 1 }, left_out: {} },
  filters: { include_sensitive: false, kinds: ['entries'], insights: false, since: null, sessions: [] },
};

/** An entry as it stands in a package. */
export function draft(n: number, more: Partial<Draft> = {}): Draft {
  const fields = {
    ...{ key: `k${n}`, scope: 'project', layer: 'long_term', priority: 'medium', category: 'general', source: '' },
    ...{ value: `value ${n}`, metadata: {}, tags: [], links: [], expires_at: null },
  };
  const body = { hlc: '0199a3985b900000', id: id(`r${n}`), ent: id(`e${n}`), type: 'context', op: 'put' };
  return { body: { ...body, actor: { user: 'ana' }, origin: 'human' }, fields, texts: {}, ...more };
}

/** Frames of a package, the first being its manifest and the last its end. change: of what is in between. */
export function framesOf(
  drafts: readonly Draft[],
  { of = manifest, change = (frames) => frames }: { of?: Manifest; change?: (frames: Frame[]) => Frame[] } = {},
): Frame[] {
  let drawn = 0;
  const random = (bytes: number) => {
    drawn += 1;
    return createHash('sha256').update(`random ${drawn}`).digest().subarray(0, bytes);
  };
  const packer = new Packer({ ...of, project: of.project.id, key, sign, writer: 'test', random });
  const packs = drafts.flatMap((each) => {
    if (!packer.add(each)) throw new Error('a record that is too large');
    return packer.isFull ? packer.flush() : [];
  });
  packs.push(...packer.flush());
  const inner = change([frame(frameTypes.manifest, 'manifest.json', manifestBytes(of)), ...packs]);
  const hash = createHash('sha256').update(packageMark);
  for (const { whole } of inner) for (const piece of whole) hash.update(piece);
  const told = { records: packer.records, packs: packer.packs, bytes: packer.plain };
  return [...inner, frame(frameTypes.end, 'end.json', endBytes(told, hash.digest(), { sign }))];
}

/** Their bytes. */
export function bytesOf(frames: readonly Frame[]): Buffer {
  return Buffer.concat([packageMark, ...frames.flatMap(({ whole }) => whole)]);
}

/** Bytes in pieces of some length. */
export async function* inPieces(bytes: Buffer, length = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** Everything that a package says. */
export async function read(bytes: Buffer, length?: number): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for await (const piece of readPackage(inPieces(bytes, length))) pieces.push(piece);
  return pieces;
}

/** All its frames. */
export async function allFrames(bytes: Buffer, length?: number): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const each of readFrames(inPieces(bytes, length))) frames.push(each);
  return frames;
}

/** An id that no package of a test has otherwise. */
export function otherId(name: string): Id {
  return id(`other ${name}`);
}
