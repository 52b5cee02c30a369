/** One block of a chain as a policy knows it: a number that stands for its chain hash, and how much room it takes. */
export interface Block {
  /** A whole number from 0 to 2^53 − 1; of a chain hash its first 53 bits (`blockKey`). */
  readonly key: number;
  /** In the unit of the capacity. */
  readonly size: number;
  /** Tokens that cost again when it is missing; absent: as many as its size. */
  readonly tokens?: number;
}

/**
 * Decides which leaf of a full cache of prefix chains leaves. It keeps no content: who owns the cache tells it what is asked
 * for, what was stored and what went.
 */
export interface Eviction {
  /** A request asks for this chain, root to leaf, at a time in milliseconds. Until the next one its blocks do not leave. */
  request(chain: readonly Block[], at: number): void;
  /**
   * This chain is stored, and was last asked for at a time: of a cache that is older than its policy, the oldest first.
   * Nothing is learnt of it: how often somebody came before nobody knows.
   */
  remind(chain: readonly Block[], at: number): void;
  /** A block of the last request is stored, its parent before it. What nobody asked for is not known and stays so. */
  stored(key: number): void;
  /** The leaf that should leave, among those that may; undefined where none may. It stays until it is `gone`. */
  victim(mayLeave?: (key: number) => boolean): number | undefined;
  /** A leaf went, chosen by `victim` or not. Throws where a child of it is still stored. */
  gone(key: number): void;
  /** All who asked for these have ended: they leave before others, until they are asked for again. */
  retire(keys: readonly number[]): void;
  /** The cache may take another size from now on. */
  resize(capacity: number): void;
}

/** The number that stands for a chain hash: its first 53 bits. */
export function blockKey(hash: Uint8Array): number {
  const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
  return view.getUint32(0) * 0x20_0000 + (view.getUint32(4) >>> 11);
}

/** Between which hashes those lie that a number stands for: from the first to before the second. */
export function hashesOf(key: number): readonly [Uint8Array, Uint8Array] {
  return [firstHash(key), firstHash(key + 1)];
}

function firstHash(key: number): Uint8Array {
  // behind the last number: later than every hash
  if (key > Number.MAX_SAFE_INTEGER) return new Uint8Array(17).fill(0xff);
  const hash = new Uint8Array(8);
  const view = new DataView(hash.buffer);
  view.setUint32(0, Math.floor(key / 0x20_0000));
  view.setUint32(4, (key % 0x20_0000) * 0x800);
  return hash;
}
