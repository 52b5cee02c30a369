// What tests of logs that went on in two ways have in common.
import { expect } from 'vitest';
import { digest } from '../../../src/store/digest.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { verify } from '../../../src/store/verify.ts';
import type { memoryRemote } from '../../harness/memory-remote.ts';
import type { Device } from './sync-world.ts';

export type MemoryRemote = ReturnType<typeof memoryRemote>;

/** Everybody syncs until nothing is new. */
export async function settle(remote: MemoryRemote, ...devices: readonly Device[]): Promise<void> {
  for (let round = 0; round < 4; round += 1) for (const each of devices) await synced(each, remote);
}

/** As the daemon does: rows that are told to be late are computed again. */
export async function synced(each: Device, remote: MemoryRemote): Promise<void> {
  const { late } = await each.sync(remote, { full: true });
  if (late.length > 0) rebuild(each.store);
}

const logsOf = ({ store }: Device) =>
  store.statements.all('select log, dev, seq, head from logs order by log', []) as readonly { log: string }[];

/** They hold the same logs, show the same, and a rebuild changes nothing. */
export function same(...devices: readonly Device[]): void {
  const [first] = devices;
  for (const each of devices) {
    if (first) expect(digest(each.store)).toEqual(digest(first.store));
    if (first) expect(logsOf(each)).toEqual(logsOf(first));
    expect(verify(each.store, 'deep').problems).toEqual([]);
    const before = digest(each.store);
    rebuild(each.store);
    expect(digest(each.store)).toEqual(before);
  }
}
