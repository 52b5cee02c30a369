// How people and agents work on several machines, for measuring how often a merge needs a person (07 §18).
import fs from 'node:fs';
import { join } from 'node:path';
import { inMemory } from '../harness/in-memory.ts';
import type { Random } from '../harness/secrets/random.ts';
import { SimDevice } from './device.ts';
import { entityOf } from './hand.ts';
import { Hub } from './hub.ts';
import { type Deed, type Intent, type Shape, shapeOf } from './intent.ts';
import { Oracle } from './oracle.ts';
import { chance, source, weighted } from './random.ts';
import { doAndTell, heldOf } from './watch.ts';

export interface Workload {
  readonly name: string;
  readonly devices: number;
  readonly syncMinutes: number;
  /** Each device is away so much of the time, so long at a stretch. */
  readonly away: { readonly percent: number; readonly hours: number };
  readonly hours: number;
  /** Of each device. */
  readonly editsPerMinute: number;
  readonly createPercent: number;
  /** Targets by recency n(1 − u^power). */
  readonly power: number;
}

const usual = { createPercent: 55, power: 3 };

export const workloads: readonly Workload[] = [
  {
    ...usual,
    name: 'W1',
    devices: 2,
    syncMinutes: 30,
    away: { percent: 10, hours: 8 },
    hours: 40,
    editsPerMinute: 0.25,
  },
  { ...usual, name: 'W2', devices: 5, syncMinutes: 30, away: { percent: 8, hours: 4 }, hours: 16, editsPerMinute: 0.2 },
  {
    ...usual,
    name: 'W3',
    devices: 5,
    syncMinutes: 480,
    away: { percent: 20, hours: 16 },
    hours: 40,
    editsPerMinute: 0.08,
  },
  {
    ...{ name: 'W4', devices: 5, syncMinutes: 60, away: { percent: 10, hours: 4 }, hours: 8, editsPerMinute: 0.3 },
    ...{ createPercent: 10, power: 6 },
  },
];

/** Of a hundred edits. */
const edits: Readonly<Record<Deed, number>> = {
  ...{ content: 50, tag: 20, status: 18, priority: 5, category: 3, title: 2, retire: 2, layer: 0 },
};

/** What has a field that an edit changes: the description of a task is its content and its title. */
const changed: Readonly<Record<Deed, readonly Shape[]>> = {
  ...{ content: ['object', 'text', 'line', 'task'], priority: ['object', 'text', 'line', 'task'] },
  ...{ title: ['task'], status: ['task'] },
  ...{ tag: ['object', 'text', 'line'], category: ['object', 'text', 'line'] },
  ...{ retire: ['object', 'text', 'line'], layer: ['object', 'text', 'line'] },
};

export interface Worked {
  readonly devices: readonly SimDevice[];
  readonly oracle: Oracle;
  /** Records that were written. */
  readonly written: number;
}

interface Happening {
  readonly at: number;
  readonly device: number;
  readonly what: 'edit' | 'sync';
}

const minuteMs = 60_000;

/** Works through one seed of a workload and lets everybody have everything; then look is called, and all is removed. */
export async function worked<T>(workload: Workload, seed: number, look: (worked: Worked) => T): Promise<T> {
  const directory = fs.mkdtempSync(join(inMemory(), 'prsist-work-'));
  let now = Date.UTC(2026, 0, 5, 8);
  const began = now;
  const place = { seed, directory, clock: () => now };
  const devices = Array.from({ length: workload.devices }, (_, i) => new SimDevice(place, `d${i}`));
  const [oracle, hub] = [new Oracle(), new Hub()];
  const random = source(seed, workload.name, 'edits');
  const keys = new Keys(workload.devices);
  try {
    for (const { at, device: i, what } of happenings(workload, seed)) {
      now = began + Math.floor(at);
      const device = devices[i];
      if (!device) continue;
      if (what === 'sync') await hub.sync(device.store);
      else await doAndTell(device, drawn(workload, { device, i }, keys, random), `w${oracle.writes.size}`, oracle);
    }
    for (const device of [...devices, ...devices]) await hub.sync(device.store);
    return look({ devices, oracle, written: oracle.writes.size });
  } finally {
    for (const device of devices) device.abandon();
    fs.rmSync(directory, { recursive: true });
  }
}

/** Edits at random moments, syncs at even ones unless the device is away, in the order of time. */
function happenings(workload: Workload, seed: number): readonly Happening[] {
  const endMs = workload.hours * 60 * minuteMs;
  const all = Array.from({ length: workload.devices }, (_, device) => {
    const random = source(seed, workload.name, 'device', device);
    const isAway = absence(workload, random, endMs);
    const edits: Happening[] = [];
    for (let at = wait(random, workload); at < endMs; at += wait(random, workload))
      edits.push({ at, device, what: 'edit' });
    const everyMs = workload.syncMinutes * minuteMs;
    const syncs: Happening[] = [];
    for (let at = random.below(everyMs); at < endMs; at += everyMs)
      if (!isAway(at)) syncs.push({ at, device, what: 'sync' });
    return [...edits, ...syncs];
  });
  return all.flat().sort((a, b) => a.at - b.at || a.device - b.device);
}

/** Between two edits of one device: as if each minute were as likely. */
function wait(random: Random, { editsPerMinute }: Workload): number {
  return (-Math.log(1 - fraction(random)) / editsPerMinute) * minuteMs;
}

function absence({ away }: Workload, random: Random, endMs: number): (at: number) => boolean {
  const awayMs = away.hours * 60 * minuteMs;
  const presentMs = (awayMs * (100 - away.percent)) / away.percent;
  const stretches: (readonly [from: number, to: number])[] = [];
  // begins somewhere in the middle, as any look at it does
  let at = chance(random, away.percent) ? -fraction(random) * awayMs : -Math.log(1 - fraction(random)) * presentMs;
  while (at < endMs) {
    stretches.push([at, at + awayMs]);
    at += awayMs - Math.log(1 - fraction(random)) * presentMs;
  }
  return (moment) => stretches.some(([from, to]) => moment >= from && moment < to);
}

function fraction(random: Random): number {
  return random.below(2 ** 30) / 2 ** 30;
}

/** The keys of a world in the order of their creation, and which of them each device has. */
class Keys {
  readonly #all: string[] = [];
  readonly #missing: Set<string>[];

  constructor(devices: number) {
    this.#missing = Array.from({ length: devices }, () => new Set());
  }

  fresh(random: Random): string {
    const key = `${chance(random, 25) ? 'k' : chance(random, 60) ? 'o' : 't'}${this.#all.length}`;
    this.#all.push(key);
    for (const missing of this.#missing) missing.add(key);
    return key;
  }

  knownTo(device: SimDevice, i: number, shapes: readonly Shape[]): readonly string[] {
    const missing = this.#missing[i] ?? new Set();
    for (const key of missing) if (heldOf(device.store, entityOf(key)).size > 0) missing.delete(key);
    return this.#all.filter((key) => shapes.includes(shapeOf(key)) && !missing.has(key));
  }
}

function drawn(
  workload: Workload,
  { device, i }: { device: SimDevice; i: number },
  keys: Keys,
  random: Random,
): Intent {
  const common = { by: chance(random, 30) ? 'human' : 'agent', seed: random.below(2 ** 31) } as const;
  if (chance(random, workload.createPercent)) return { ...common, deed: 'content', key: keys.fresh(random) };
  const deed = weighted(random, edits);
  const known = keys.knownTo(device, i, changed[deed]);
  const key = known[Math.floor(known.length * (1 - fraction(random) ** workload.power))];
  return key === undefined ? { ...common, deed: 'content', key: keys.fresh(random) } : { ...common, deed, key };
}
