/** One block of a chain as a policy knows it: a number that stands for its chain hash, and how much room it takes. */
export interface Block {
  /** A whole number from 0 to 2^53 − 1; of a chain hash its first 53 bits (`blockKey`). */
  readonly key: number;
  /** In the unit of the capacity. */
  readonly size: number;
}

/**
 * Decides which leaf of a full cache of prefix chains leaves. It keeps no content: who owns the cache tells it what is asked
 * for, what was stored and what went.
 */
export interface Eviction {
  /** A request asks for this chain, root to leaf, at a time in milliseconds. Until the next one its blocks do not leave. */
  request(chain: readonly Block[], at: number): void;
  /** A block of the last request, or of a chain told by `restore`, is stored; a parent before its child or after it. */
  stored(key: number): void;
  /** The leaf that should leave, among those that may; undefined where none may. It stays until `gone`. */
  victim(mayLeave?: (key: number) => boolean): number | undefined;
  /** A leaf went, chosen by `victim` or not. */
  gone(key: number): void;
  /** The reason to keep these is over (`isLive`): they leave first. A request for one of them makes it live again. */
  retire(keys: readonly number[]): void;
}

/** The number that stands for a chain hash: its first 53 bits. */
export function blockKey(hash: Uint8Array): number {
  const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
  return view.getUint32(0) * 0x20_0000 + (view.getUint32(4) >>> 11);
}
