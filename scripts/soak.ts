// The long set: what the tests of test/e2e do in short, over and over. One JSON line per test, exit 1 when one is red.
// npm run test:soak [-- --only T1] [--minutes 20, of T13]
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { productVersion } from '../src/core/protocol.ts';
import { failpointNames } from '../src/platform/failpoint.ts';
import { crash } from '../test/harness/crash.ts';
import { createHome, ended, type Home } from '../test/harness/home.ts';
import { faultsOf, history } from '../test/harness/merge-history.ts';
import { powerLoss } from '../test/harness/power-loss.ts';
import { createRepository } from '../test/harness/repository.ts';
import { seeded } from '../test/harness/seed.ts';
import { startRace } from '../test/harness/start-race.ts';
import { storm } from '../test/harness/storm.ts';
import { allTogether, longDay, thousandClients } from './soak-load.ts';
import { farApart, manySchedules, special } from './soak-sync.ts';

interface Outcome {
  readonly failures: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

type Soak = (random: ReturnType<typeof seeded>) => Promise<Outcome>;

const { only, minutes } = parseArgs({
  options: { only: { type: 'string' }, minutes: { type: 'string', default: '20' } },
}).values;

/** Runs work in a home with a project and no daemon. */
async function inProject<T>(work: (home: Home, cwd: string) => Promise<T>): Promise<T> {
  const home = createHome();
  try {
    const { path } = createRepository(home);
    await home.json(['init', '--no-import'], { cwd: path });
    await home.prsist(['daemon', 'stop']);
    return await work(home, path);
  } finally {
    await home.remove();
  }
}

const kills: Soak = (random) =>
  inProject(async (home, cwd) => {
    const { lost, doubled, problems, ...counts } = await storm({ home, cwd, random, kills: 500, writers: 16 });
    const told = [...lost.map((word) => `lost ${word}`), ...doubled.map((word) => `twice ${word}`), ...problems];
    const left = [...(counts.sockets === 1 ? [] : ['a stale socket']), ...(counts.processes === 0 ? [] : ['a child'])];
    return { failures: [...told, ...left], counts };
  });

const failpoints: Soak = () =>
  inProject(async (home, cwd) => {
    const first = await home.serve();
    first.kill('SIGTERM');
    await ended(first);
    const failures: string[] = [];
    const counts = { runs: 0, died: 0 };
    for (const name of failpointNames) {
      for (const action of ['kill', 'error'] as const) {
        const isStart = name === 'lock.taken' || name === 'endpoint.renamed';
        for (const by of isStart ? (['start'] as const) : (['event', 'request'] as const)) {
          for (const nth of isStart ? [1] : [1, 2, 3]) {
            const got = await crash(home, cwd, { name, action, nth, by });
            counts.runs += 1;
            counts.died += got.died ? 1 : 0;
            const wrong = got.after !== (isStart ? 0 : 1) || got.sockets !== 1 || got.problems.length > 0;
            if (wrong) failures.push(`${name} ${action} ${nth} ${by}: ${JSON.stringify(got)}`);
          }
        }
      }
    }
    return { failures, counts };
  });

const power: Soak = async (random) => {
  const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-soak-'));
  try {
    const { bad, ...counts } = await powerLoss({ directory, random, images: 2_000 });
    return { failures: bad, counts };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
};

const starts: Soak = () =>
  inProject(async (home, cwd) => {
    const failures: string[] = [];
    const [rounds, each, clients] = [25, 200, 20];
    for (let n = 0; n < rounds; n += 1) {
      const race = await startRace(home, { cwd, starts: each, clients });
      const wanted = { running: 1, pids: 1, served: clients, zombies: 0, sockets: 1 };
      if (JSON.stringify(race) !== JSON.stringify(wanted)) failures.push(`round ${n}: ${JSON.stringify(race)}`);
      if (n % 2 === 0) await home.kill();
      else await home.prsist(['daemon', 'stop']);
    }
    return { failures, counts: { rounds, starts: rounds * each } };
  });

const merges: Soak = async (random) => {
  const [histories, orders] = [125_000, 8];
  const failures: string[] = [];
  for (let n = 0; n < histories && failures.length < 20; n += 1) {
    const one = history(random);
    const records = JSON.stringify(one.writes.map(({ record }) => record));
    failures.push(...faultsOf(one, random, orders).map((fault) => `${fault} of ${records}`));
  }
  return { failures, counts: { histories, cases: histories * orders } };
};

const soaks: Readonly<Record<string, Soak>> = {
  ...{ T1: kills, T2: failpoints, T3: power, T7: starts },
  T5: () => inProject(allTogether),
  T6: (random) => inProject((home, cwd) => thousandClients(home, cwd, random)),
  T13: () => inProject((home, cwd) => longDay(home, cwd, Number(minutes))),
  T23: merges,
  T24: (random) => manySchedules(random.below(2 ** 31), 10_000),
  T25: (random) => special(random, 500, { clock: 40 }),
  T30: (random) => special(random, 500, { erase: 12 }),
  CP9: (random) => special(random, 500, { repack: 24, erase: 6 }),
  CP16: (random) => special(random, 500, { snapshot: 60, sync: 10, erase: 6 }),
  T26: (random) => farApart(random, 10_000),
};

if (only !== undefined && !Object.hasOwn(soaks, only)) {
  process.stderr.write(`error: no test ${only}\ntry: --only ${Object.keys(soaks).join('|')}\n`);
  process.exit(2);
}
for (const [name, soak] of Object.entries(soaks)) {
  if (only !== undefined && only !== name) continue;
  const random = seeded(name);
  const began = performance.now();
  const { failures, counts } = await soak(random).catch((error: unknown) => {
    return { failures: [error instanceof Error ? (error.stack ?? error.message) : String(error)], counts: {} };
  });
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const told = { test: name, passed: failures.length === 0, seed: random.seed, seconds, ...counts };
  const versions = { version: productVersion, node: process.version };
  process.stdout.write(`${JSON.stringify({ ...told, ...versions, failures: failures.slice(0, 20) })}\n`);
  if (failures.length > 0) process.exitCode = 1;
}
