import { randomFillSync } from 'node:crypto';

/** A source of random bytes that asks the system for 8 KiB at a time: small draws are hot in every append. */
export function createRandom(): (bytes: number) => Uint8Array {
  const pool = Buffer.alloc(8192);
  let used = pool.length;
  return (bytes) => {
    if (used + bytes > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const drawn = Uint8Array.prototype.slice.call(pool, used, used + bytes);
    used += bytes;
    return drawn;
  };
}

/** Random hex digits, for tokens and names. */
export function randomHex(bytes: number): string {
  return randomFillSync(Buffer.alloc(bytes)).toString('hex');
}

/** A number in [0, 1), for jitter. */
export function jitter(): number {
  return Math.random();
}
