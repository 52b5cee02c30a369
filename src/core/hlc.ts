// Hybrid logical clock: 48 bits of milliseconds, 16 bits of counter, as 16 hex digits. It orders ties and nothing else.

const counterBits = 16n;

/** The next reading: `max(previous + 1, now)`. previous: 16 hex digits, or '' before the first. */
export function nextHlc(previous: string, nowMs: number): string {
  const now = BigInt(nowMs) << counterBits;
  const after = previous === '' ? 0n : BigInt(`0x${previous}`) + 1n;
  return (after > now ? after : now).toString(16).padStart(16, '0');
}

/** The milliseconds part of a reading. */
export function hlcMs(hlc: string): number {
  return Number.parseInt(hlc.slice(0, 12), 16);
}

const aheadMs = 5 * 60_000;

/** The reading up to which another device may take our clock along: five minutes ahead of it. */
export function latestOfPeers(nowMs: number): string {
  return nextHlc('', nowMs + aheadMs);
}
