// Plays a schedule: real stores, a real engine, a remote that lies; then heals everything and looks at what is left.
import fs from 'node:fs';
import { join } from 'node:path';
import { inMemory } from '../harness/in-memory.ts';
import {
  brokenLogs,
  idsOn,
  leftOfErased,
  lostRecords,
  rebuiltOtherwise,
  type Strictness,
  unequalHeads,
  unequalRows,
  unequalVectors,
  wrongValues,
} from './checks.ts';
import { Died, type Place, SimDevice } from './device.ts';
import { RemotePlace } from './lying-remote.ts';
import { Oracle } from './oracle.ts';
import type { Schedule, Step } from './schedule.ts';
import { type How, type SyncTold, syncWith } from './sync.ts';
import { addMessage, doAndTell, eraseAndTell } from './watch.ts';

export interface Outcome {
  readonly failures: readonly string[];
  /** What happened, a line for each step. */
  readonly trace: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** World time between two steps. */
const stepMs = 60_000;
/** What everybody must have after so many rounds in which nothing goes wrong. */
const healingRounds = 8;

/**
 * Plays a schedule in a directory of its own, which is gone afterwards. spoil: is handed the devices before they are looked
 * at, to see whether what it does to them is noticed.
 */
export async function simulate(
  schedule: Schedule,
  spoil: (devices: readonly SimDevice[]) => void = () => undefined,
): Promise<Outcome> {
  const directory = fs.mkdtempSync(join(inMemory(), 'prsist-sim-'));
  const world = new World(schedule, directory);
  try {
    await world.play();
    await world.heal();
    spoil(world.devices);
    world.check();
  } catch (error) {
    world.failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    world.close();
    fs.rmSync(directory, { recursive: true, force: true });
  }
  return world;
}

class World implements Outcome {
  readonly failures: string[] = [];
  readonly trace: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly #schedule: Schedule;
  readonly #oracle = new Oracle();
  readonly devices: SimDevice[];
  readonly #remotes: readonly RemotePlace[];
  readonly #place: Place;
  /** Writes that may be gone with a disk, unless somebody else has them. */
  readonly #mayBeLost = new Set<string>();
  readonly #saved = new Map<SimDevice, string>();
  #now = Date.UTC(2026, 0, 2, 3, 4, 5);
  #step = 0;
  #isSplit = false;

  constructor(schedule: Schedule, directory: string) {
    this.#schedule = schedule;
    this.#place = { seed: schedule.seed, directory, clock: () => this.#now };
    this.devices = Array.from({ length: schedule.devices }, (_, i) => new SimDevice(this.#place, `d${i}`));
    this.#remotes = Array.from({ length: schedule.remotes }, (_, i) => new RemotePlace(`r${i}`));
  }

  async play(): Promise<void> {
    for (const step of this.#schedule.steps) {
      this.#step += 1;
      this.#now += stepMs;
      const device = this.devices[step.device % this.devices.length];
      if (!device) continue;
      const told = await this.#survived(device, () => this.#take(step, device));
      this.trace.push(`${this.#step} ${device.name} ${describe(step)} ${told}`);
      this.#count(step.do);
    }
  }

  /** Everybody is back, nothing goes wrong any more; only the clocks stay as they are. */
  async heal(): Promise<void> {
    for (const device of this.devices) {
      device.isAway = false;
      if (device.isDead) device.restart();
      device.dieAt(undefined);
    }
    for (const remote of this.#remotes) remote.settle();
    for (let round = 1; round <= healingRounds; round += 1) {
      const moved = await this.#round(round);
      if (moved === 0 && unequalVectors(this.devices).length === 0) return;
    }
    this.failures.push(`after ${healingRounds} rounds there was still something to do`);
  }

  check(): void {
    const [devices, oracle] = [this.devices, this.#oracle];
    const here = idsOn(devices);
    // an erase that went down with a disk erased nothing any more; what it had erased there is gone all the same
    const erased = [...oracle.writes.values()].filter((write) => oracle.isErased(write));
    for (const id of this.#mayBeLost) if (!here.has(id)) oracle.forget(id);
    for (const write of erased) if (!here.has(write.id) && !oracle.isErased(write)) oracle.forget(write.id);
    const strictness: Strictness = this.#isSplit ? 'loose' : 'exact';
    this.failures.push(
      ...unequalVectors(devices),
      ...brokenLogs(devices),
      ...lostRecords(devices, oracle),
      ...devices.slice(0, 1).flatMap((device) => wrongValues(device, oracle, strictness)),
      ...unequalRows(devices),
      ...leftOfErased(
        devices,
        oracle,
        this.#remotes.map((remote) => remote.objects.keys()),
      ),
      ...unequalHeads(devices),
      ...devices.slice(-1).flatMap(rebuiltOtherwise),
    );
  }

  close(): void {
    for (const device of this.devices) device.abandon();
  }

  async #round(round: number): Promise<number> {
    let moved = 0;
    for (const device of this.devices) {
      for (const remote of this.#remotes) {
        this.#now += stepMs;
        const report = await this.#run(device, remote, { full: round > 1 });
        moved += report.moved;
        this.trace.push(`healing ${round} ${device.name} ${remote.name} ${report.told}`);
      }
    }
    return moved;
  }

  /** What happens in a step when its process may end in the middle: then a new one begins. */
  async #survived(device: SimDevice, work: () => Promise<string>): Promise<string> {
    try {
      const told = await work();
      if (!device.isDead) return told;
      device.restart();
      return `${told}; died`;
    } catch (error) {
      if (!device.isDead && !(error instanceof Died)) throw error;
      device.restart();
      this.#count('deaths');
      return 'died';
    }
  }

  async #take(step: Step, device: SimDevice): Promise<string> {
    switch (step.do) {
      case 'write':
        return (await doAndTell(device, step.intent, `w${this.#step}`, this.#oracle)) ? 'written' : 'nothing to do';
      case 'import':
        return addMessage(device, step.message);
      case 'sync':
        return this.#sync(step, device);
      case 'leave':
      case 'return':
        device.isAway = step.do === 'leave';
        return '';
      case 'crash':
        device.dieAt(step.death);
        return '';
      case 'erase':
        return eraseAndTell(device, step.key, this.#oracle);
      case 'repack':
        return this.#sync({ ...step, do: 'sync', tidy: true }, device);
      case 'snapshot':
        return this.#sync({ ...step, do: 'sync', snapshots: true }, device);
      case 'clock':
        device.clock.change(step.change);
        return '';
      default:
        return this.#copy(step, device);
    }
  }

  async #sync({ remote, fault, tidy = false, snapshots = false }: Exchange, device: SimDevice): Promise<string> {
    const place = this.#remotes[remote % this.#remotes.length];
    if (device.isAway || !place) return 'away';
    if (fault) this.#count(`fault ${fault.kind}`);
    return (await this.#run(device, place, { tidy, snapshots, ...(fault ? { fault } : {}) })).told;
  }

  async #run(device: SimDevice, place: RemotePlace, how: How): Promise<SyncTold> {
    const members = [...new Set(this.devices.map(({ dev }) => dev))];
    const told = await syncWith(device, members, place, how);
    for (const note of told.notes) this.#count(`told ${note}`);
    return told;
  }

  #copy(step: CopyStep, device: SimDevice): string {
    const path = join(this.#place.directory, `saved-${this.#step}`);
    if (step.do === 'save') {
      device.save(path);
      this.#saved.set(device, path);
      return '';
    }
    this.#isSplit = true;
    if (step.do === 'clone') {
      if (this.devices.length > this.#schedule.devices) return 'one copy is enough';
      this.devices.push(new SimDevice(this.#place, `d${this.devices.length}`, device));
      return `as d${this.devices.length - 1}`;
    }
    const saved = this.#saved.get(device);
    if (!saved) return 'nothing was saved';
    const before = idsOn([device]);
    device.restore(saved, step.what);
    const after = idsOn([device]);
    for (const id of before) if (!after.has(id)) this.#mayBeLost.add(id);
    return `lost ${before.size - after.size}`;
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}

type Exchange = Extract<Step, { do: 'sync' }> & {
  readonly tidy?: boolean;
  readonly snapshots?: boolean;
};
type CopyStep = Extract<Step, { do: 'save' }> | Extract<Step, { do: 'clone' }> | Extract<Step, { do: 'restore' }>;

function describe({ do: what, device: _, ...more }: Step): string {
  return `${what} ${JSON.stringify(more)}`;
}
