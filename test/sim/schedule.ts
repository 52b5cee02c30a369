// What happens in a world, as plain data: from a seed, and without any step that is to be left out.
import type { Random } from '../harness/secrets/random.ts';
import type { ClockChange } from './clock.ts';
import type { Death } from './device.ts';
import { type Intent, intentOn } from './intent.ts';
import { type Fault, faultKinds } from './lying-remote.ts';
import { chance, source, weighted } from './random.ts';

export type Step = { readonly device: number } & (
  | { readonly do: 'write'; readonly intent: Intent }
  | { readonly do: 'import'; readonly message: number }
  | { readonly do: 'sync'; readonly remote: number; readonly fault?: Fault }
  | { readonly do: 'leave' }
  | { readonly do: 'return' }
  | { readonly do: 'crash'; readonly death: Death }
  | { readonly do: 'save' }
  | { readonly do: 'clone' }
  | { readonly do: 'restore'; readonly what: 'database' | 'everything' }
  | { readonly do: 'clock'; readonly change: ClockChange }
  | { readonly do: 'erase'; readonly key: string }
  | { readonly do: 'repack' | 'snapshot'; readonly remote: number }
);

export interface Schedule {
  readonly seed: number;
  readonly devices: number;
  readonly remotes: number;
  readonly steps: readonly Step[];
}

type World = Pick<Schedule, 'devices' | 'remotes'>;

/** Which kinds of step a world has, and how often. */
export type Shares = Readonly<Record<Step['do'], number>>;

const shares: Shares = {
  ...{ write: 120, import: 6, sync: 48, leave: 4, return: 4, crash: 8 },
  ...{ save: 2, restore: 1, clone: 1, clock: 6, erase: 0, repack: 0, snapshot: 0 },
};

/** Crossings at which a device may die; the first ones are those of any write. */
const crossings = [
  ...['tx.begun', 'record.inserted', 'projection.applied', 'tx.before-commit', 'tx.after-commit'],
  ...['pack.cut', 'pack.fsynced', 'pack.rows', 'put.half', 'put.done', 'announce.put', 'ack.written'],
  ...['get.staged', 'verify.done', 'apply.half'],
];

/** Names the session that messages are of, where keys of entries stand. */
export const conversation = 'conversation';
const keys = ['o1', 'o2', 'o3', 'o4', 't1', 't2', 't3', 'l1', 'l2', 'k1', 'k2', 'k3'];

/** The schedule of a seed: 3 to 5 devices, 60 to 400 steps, most of them short. */
export function scheduleOf(seed: number, wanted: Partial<Shares> = {}): Schedule {
  const random = source(seed, 'schedule');
  const devices = 3 + random.below(3);
  const count = 60 + Math.floor(340 * (random.below(1000) / 1000) ** 4);
  const remotes = 1 + random.below(2);
  const steps = Array.from({ length: count }, () => step(random, { devices, remotes }, { ...shares, ...wanted }));
  return { seed, devices, remotes, steps };
}

function step(random: Random, world: World, all: Shares): Step {
  const device = random.below(world.devices);
  const what = weighted(random, all);
  switch (what) {
    case 'write':
      return { do: what, device, intent: intentOn(random.pick(keys), random) };
    case 'import':
      return { do: what, device, message: random.below(20) };
    case 'sync':
      return sync(random, device, world);
    case 'crash':
      return { do: what, device, death: { at: random.pick(crossings), nth: 1 + random.below(3) } };
    case 'restore':
      return { do: what, device, what: random.pick(['database', 'everything'] as const) };
    case 'erase':
      // one in five takes a whole conversation
      return { do: what, device, key: chance(random, 20) ? conversation : random.pick(keys) };
    case 'repack':
    case 'snapshot':
      return { do: what, device, remote: random.below(world.remotes) };
    case 'clock':
      return { do: what, device, change: clockChange(random) };
    default:
      return { do: what, device };
  }
}

function sync(random: Random, device: number, { remotes }: World): Step {
  const remote = random.below(remotes);
  if (!chance(random, 40)) return { do: 'sync', device, remote };
  const kind = random.pick(faultKinds);
  // bytes that are damaged in their place for ever have to be whole somewhere
  if (remote === remotes - 1 && kind === 'flipped-put') return { do: 'sync', device, remote };
  const fault: Fault = { kind, nth: 1 + random.below(4), seed: random.below(2 ** 31) };
  return { do: 'sync', device, remote, fault };
}

const tenYearsMs = 10 * 365 * 86_400_000;

function clockChange(random: Random): ClockChange {
  const ms = random.pick([tenYearsMs, -tenYearsMs, 3_600_000, -3_600_000, -1_000]);
  return random.pick<ClockChange>([{ to: 'jump', ms }, { to: 'jump', ms }, { to: 'stuck' }, { to: 'right' }]);
}
