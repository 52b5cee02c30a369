// Two devices that work for weeks without hearing of each other, some of it on the same things.
import fs from 'node:fs';
import { join } from 'node:path';
import { inMemory } from '../harness/in-memory.ts';
import { rebuiltOtherwise, unequalRows, unequalVectors, wrongValues } from './checks.ts';
import { SimDevice } from './device.ts';
import { Hub } from './hub.ts';
import { intentOn } from './intent.ts';
import { Oracle } from './oracle.ts';
import { source } from './random.ts';
import { isOpen, shownBy } from './shown.ts';
import { doAndTell } from './watch.ts';

export interface Apart {
  readonly failures: readonly string[];
  readonly edits: number;
  /** Entities that both changed, and those of them with something left for a person. */
  readonly overlapping: number;
  readonly open: number;
}

/** Each makes so many edits, one in `meets` of them on what both know; then they meet, twice. */
export async function weeksApart(seed: number, edits: number, meets = 20): Promise<Apart> {
  const directory = fs.mkdtempSync(join(inMemory(), 'prsist-apart-'));
  const random = source(seed, 'weeks apart');
  let now = Date.UTC(2026, 0, 5, 8);
  const devices = ['a', 'b'].map((name) => new SimDevice({ seed, directory, clock: () => now }, name));
  const [oracle, hub] = [new Oracle(), new Hub()];
  try {
    for (let n = 0; n < 2 * edits; n += 1) {
      const i = n % 2;
      const device = devices[i];
      if (!device) continue;
      now += 60_000;
      // what both know has no letter of a device in its key; half as many of them as edits that meet there
      const shared = random.below(meets) === 0;
      const number = random.below(shared ? edits / meets / 2 + 1 : edits / 4 + 1);
      const key = `${random.pick(['o', 't', 'l', 'k'])}${shared ? '' : device.name}${number}`;
      await doAndTell(device, intentOn(key, random), `w${oracle.writes.size}`, oracle);
    }
    for (const device of [...devices, ...devices]) await hub.sync(device.store);
    return looked(devices, oracle);
  } finally {
    for (const device of devices) device.abandon();
    fs.rmSync(directory, { recursive: true });
  }
}

function looked(devices: readonly SimDevice[], oracle: Oracle): Apart {
  const overlapping = oracle.entities.filter((ent) => oracle.isConcurrent(ent));
  const open = overlapping.filter((ent) => devices.some(({ store }) => isOpen(shownBy(store, ent))));
  const failures = [
    ...unequalVectors(devices),
    ...devices.flatMap((device) => wrongValues(device, oracle, 'exact')),
    ...unequalRows(devices),
    ...devices.flatMap(rebuiltOtherwise),
  ];
  return { failures, edits: oracle.writes.size, overlapping: overlapping.length, open: open.length };
}
