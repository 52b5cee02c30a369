import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digest } from '../../../src/store/digest.ts';
import { blobSource } from '../../../src/store/foreign.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { type Random, random as seeds } from '../../harness/secrets/random.ts';
import { seeded } from '../../harness/seed.ts';
import { type Device, device, exchange, give, ownRecords } from './devices.ts';
import { happens } from './happenings.ts';

/** Hands a new device the logs of all others: each in its order, and otherwise in any, a few records at a time. */
async function deliver(to: Device, from: readonly Device[], random: Random): Promise<void> {
  const logs = from.map((each) => ({ left: [...ownRecords(each)], blobs: blobSource(each.store.statements) }));
  while (logs.some(({ left }) => left.length > 0)) {
    const { left, blobs } = random.pick(logs.filter((log) => log.left.length > 0));
    const some = left.splice(0, 1 + random.below(random.pick([1, 4, 30])));
    await to.store.write(() => to.store.appendForeign(some, blobs));
  }
}

async function history(devices: readonly Device[], random: Random): Promise<void> {
  for (let step = 0; step < 45; step += 1) {
    const one = random.pick(devices);
    if (random.below(8) === 0) await give(random.pick(devices.filter((each) => each !== one)), one);
    else await happens(one, random);
  }
}

async function differences(seed: number): Promise<readonly string[]> {
  const random = seeds(seed);
  const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-devices-'));
  const opened: Device[] = [];
  const open = (name: string) => {
    const one = device(name, directory);
    opened.push(one);
    return one;
  };
  try {
    const devices = ['a', 'b', 'c'].slice(0, 2 + random.below(2)).map(open);
    await history(devices, random);
    // what a device writes for itself when it is made has no rows
    await exchange(devices);
    const [first] = devices as [Device];
    const want = digest(first.store);
    const told: string[] = [];
    const compare = (what: string, { store }: Device) => {
      const got = digest(store);
      const tables = Object.keys(want).filter((table) => table !== 'all' && want[table] !== got[table]);
      if (tables.length > 0) told.push(`seed ${seed}: ${what} differs in ${tables.join(', ')}`);
    };
    for (const each of devices) compare(`device ${each.name}`, each);
    for (const name of ['x', 'y']) {
      const fresh = open(name);
      await deliver(fresh, devices, random);
      compare(`delivery ${name}`, fresh);
    }
    for (const each of opened) {
      rebuild(each.store);
      compare(`rebuilt ${each.name}`, each);
    }
    return told;
  } finally {
    for (const { store } of opened) store.close();
    fs.rmSync(directory, { recursive: true });
  }
}

test('CF1: whatever the order in which records come, all devices have the same rows, rebuilt or not', async () => {
  const { seed } = seeded('CF1');
  const told: string[] = [];
  for (let n = 0; n < 3; n += 1) told.push(...(await differences(seed + n)));
  expect(told).toEqual([]);
}, 300_000);
