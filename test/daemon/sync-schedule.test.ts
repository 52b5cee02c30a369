import { expect, test } from 'vitest';
import { type Scheduled, SyncSchedule } from '../../src/daemon/sync-schedule.ts';
import { type Random, seeded } from '../harness/seed.ts';

type Outcome = 'ok' | 'failed' | 'full' | 'stopped';

const second = 1_000;
const minute = 60 * second;

/** A schedule whose time and luck the test rules, and runs that end when the test says how. */
function scheduling(remotes: Scheduled[] = [{ remote_id: 'home', kind: 'folder' }]) {
  const world = { now: 1_000_000, luck: 0.5, enabled: true, remotes };
  const runs: string[] = [];
  const under = new Map<string, { end: (how: Outcome) => void; fail: () => void }>();
  const schedule = new SyncSchedule({
    remotes: () => world.remotes,
    run(remoteId) {
      expect(under.has(remoteId)).toBe(false);
      expect(world.enabled).toBe(true);
      runs.push(remoteId);
      return new Promise<Outcome>((resolve, reject) => {
        under.set(remoteId, { end: resolve, fail: () => reject(new Error('a bug')) });
      }).finally(() => under.delete(remoteId));
    },
    isEnabled: () => world.enabled,
    minutes: () => 30,
    monotonic: () => world.now,
    random: () => world.luck,
  });
  /** Time goes by as in the daemon, which looks every two seconds; returns how many runs began. */
  const pass = (ms: number): number => {
    const before = runs.length;
    for (const until = world.now + ms; world.now < until; ) {
      world.now = Math.min(until, world.now + 2 * second);
      schedule.look();
    }
    return runs.length - before;
  };
  const end = async (how: Outcome, remoteId = 'home') => {
    under.get(remoteId)?.end(how);
    await schedule.settle();
  };
  /** The first run of all is done. */
  const begun = async () => {
    pass(30 * second);
    for (const { remote_id } of world.remotes) under.get(remote_id)?.end('ok');
    await schedule.settle();
  };
  return { world, schedule, runs, under, pass, end, begun };
}

test('SN3: the first run comes 5 to 30 seconds after the start', () => {
  for (const [luck, at] of [
    [0, 5],
    [0.5, 17.5],
    [1, 30],
  ] as const) {
    const { world, schedule, runs } = scheduling();
    world.luck = luck;
    expect(schedule.dueIn('home')).toBe(at * second);
    schedule.look();
    world.now += at * second - 1;
    schedule.look();
    expect(runs).toEqual([]);
    world.now += 1;
    schedule.look();
    expect(runs).toEqual(['home']);
  }
});

test('SN3: without a change it runs every so many minutes, a tenth more or less', async () => {
  const { world, schedule, pass, end, begun } = scheduling();
  await begun();
  expect(schedule.dueIn('home')).toBe(30 * minute);
  expect(pass(30 * minute - second)).toBe(0);
  world.luck = 0;
  expect(pass(second)).toBe(1);
  await end('ok');
  expect(schedule.dueIn('home')).toBe(27 * minute);
});

test('SN4: what is written is sent when it was quiet for five seconds, and after a minute of noise all the same', async () => {
  const { schedule, pass, end, begun } = scheduling();
  await begun();
  schedule.changed();
  expect(pass(4 * second)).toBe(0);
  schedule.changed();
  expect(pass(4 * second)).toBe(0);
  expect(pass(2 * second)).toBe(1);
  await end('ok');
  let noisy = 0;
  while ((schedule.changed(), pass(2 * second) === 0)) noisy += 2;
  expect(noisy).toBe(58);
});

test('SN4: what is written while a run goes on is for the next one, and of an own run as of one by hand', async () => {
  const { schedule, pass, end, begun } = scheduling();
  await begun();
  schedule.changed();
  expect(pass(6 * second)).toBe(1);
  schedule.changed();
  await end('ok');
  expect(schedule.dueIn('home')).toBe(5 * second);
  expect(pass(6 * second)).toBe(1);
  await end('ok');
  schedule.changed();
  schedule.begins('home');
  schedule.ran('home', 'ok');
  expect(schedule.dueIn('home')).toBe(30 * minute);
  schedule.begins('home');
  schedule.urgent();
  schedule.ran('home', 'ok');
  expect(schedule.dueIn('home')).toBe(0);
});

test('SN4: what somebody looks for elsewhere soon is sent at once, and later changes do not delay it', async () => {
  const { schedule, pass, begun } = scheduling();
  await begun();
  schedule.urgent();
  schedule.changed();
  expect(schedule.dueIn('home')).toBe(0);
  expect(pass(1)).toBe(1);
});

test('SN4: a remote that takes a process for everything is asked once a minute at most', async () => {
  const remotes = [
    { remote_id: 'home', kind: 'folder' },
    { remote_id: 'host', kind: 'git' },
  ];
  const { world, schedule, runs, under, pass, begun } = scheduling(remotes);
  await begun();
  const since = world.now;
  schedule.urgent();
  expect(pass(second)).toBe(1);
  expect(runs.at(-1)).toBe('home');
  under.get('home')?.end('ok');
  expect(pass(57 * second)).toBe(0);
  expect(pass(2 * second)).toBe(1);
  expect([runs.at(-1), world.now - since]).toEqual(['host', minute]);
});

test('SN5: a remote that fails is asked again later and later, half an hour at most; a success forgets it', async () => {
  const { world, schedule, pass, end, begun } = scheduling();
  await begun();
  world.luck = 1;
  schedule.urgent();
  expect(pass(second)).toBe(1);
  const pauses: number[] = [];
  for (let n = 0; n < 40; n += 1) {
    await end('failed');
    const due = schedule.dueIn('home') ?? -1;
    pauses.push(due / second);
    schedule.urgent();
    expect(schedule.dueIn('home')).toBe(due);
    expect(pass(due)).toBe(1);
  }
  expect(pauses.slice(0, 8)).toEqual([30, 60, 120, 240, 480, 960, 1_800, 1_800]);
  expect(Math.max(...pauses)).toBe(1_800);
  await end('ok');
  schedule.changed();
  expect(schedule.dueIn('home')).toBe(5 * second);
  pass(6 * second);
  await end('failed');
  expect(schedule.dueIn('home')).toBe(30 * second);
});

test('SN5: the pause is drawn, so that devices do not come back all at once; a full one is asked hourly', async () => {
  const { world, schedule, pass, end, begun } = scheduling();
  await begun();
  schedule.urgent();
  pass(second);
  world.luck = 0.25;
  await end('failed');
  expect(schedule.dueIn('home')).toBe(7.5 * second);
  pass(8 * second);
  await end('full');
  expect(schedule.dueIn('home')).toBe(60 * minute);
});

test('SN5: a run that ends in a bug is a failure like any other', async () => {
  const { schedule, pass, under, begun } = scheduling();
  await begun();
  schedule.urgent();
  pass(second);
  under.get('home')?.fail();
  await schedule.settle();
  expect(schedule.dueIn('home')).toBe(15 * second);
});

test('SN6: one that waits for a person is left alone until something was mended, also during its run', async () => {
  const { schedule, pass, end, begun } = scheduling();
  await begun();
  schedule.urgent();
  pass(second);
  await end('stopped');
  expect(schedule.dueIn('home')).toBeUndefined();
  schedule.urgent();
  expect(pass(3 * 60 * minute)).toBe(0);
  schedule.again('home');
  expect(pass(second)).toBe(1);
  schedule.again('home');
  await end('stopped');
  expect(schedule.dueIn('home')).toBe(0);
  expect(pass(second)).toBe(1);
  await end('stopped');
  expect(schedule.dueIn('home')).toBeUndefined();
});

test('SN6: one that is gone is forgotten, but not while its run goes on', async () => {
  const { world, schedule, under, pass, begun } = scheduling();
  await begun();
  schedule.urgent();
  expect(pass(second)).toBe(1);
  const [home] = world.remotes;
  world.remotes = [];
  pass(2 * second);
  world.remotes = home ? [home] : [];
  schedule.urgent();
  expect(pass(minute)).toBe(0);
  under.get('home')?.end('ok');
  await schedule.settle();
  expect(pass(minute)).toBe(1);
});

test('SN7: whatever happens, a remote has one run at a time, and none begins while sync is switched off', async () => {
  const random = seeded('SN7');
  for (let n = 0; n < 60; n += 1) {
    const made = scheduling([...both]);
    for (let step = 0; step < 120; step += 1) await happens(made, random);
    expect(made.runs.length).toBeGreaterThan(0);
  }
});

const both = [
  { remote_id: 'home', kind: 'folder' },
  { remote_id: 'host', kind: 'git' },
] as const;
const outcomes = ['ok', 'failed', 'full', 'stopped'] as const;

/** One thing out of all that can. What must not be is looked at where runs begin. */
async function happens({ world, schedule, under, pass }: ReturnType<typeof scheduling>, random: Random): Promise<void> {
  const remoteId = random.pick(['home', 'host']);
  world.luck = random.below(101) / 100;
  const things = [
    () => schedule.changed(),
    () => schedule.urgent(),
    () => schedule.again(remoteId),
    () => schedule.begins(remoteId),
    () => schedule.ran(remoteId, random.pick(outcomes)),
    () => {
      world.enabled = !world.enabled;
    },
    () => {
      world.remotes = world.remotes.length > 1 ? world.remotes.slice(1) : [...both];
    },
    () => under.get(remoteId)?.end(random.pick(outcomes)),
    () => under.get(remoteId)?.fail(),
    () => void pass(random.below(90) * second),
    () => void pass(random.below(40) * minute),
  ];
  random.pick(things)();
  await new Promise((resolve) => setImmediate(resolve));
}
