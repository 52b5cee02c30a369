// From a write to the listener that hears of it, and what 500 listeners cost everybody else. One JSON line. Bar: with 500
// listeners p99 of other requests at most 20 ms. Beside it E, a line over a local socket and back: what the way costs on
// this machine without us. Listeners live in a thread of their own: what they take must not count as waiting of others.
import net from 'node:net';
import { join } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { followEvents } from '../../src/client/events.ts';
import { Wire } from '../../test/harness/wire.ts';
import { pinging, quantile, residentMiB, rest, rounded, type World, world } from './measure.ts';

const perSecond = 50;
const bars = { others_p99_ms: 20, listeners: 500 };
type Heard = readonly (readonly [ent: string, at: number])[];

/** The same on the clocks of all threads. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

async function main(): Promise<void> {
  const seconds = Math.max(2, Number(process.argv[2] ?? 10));
  const here = await world();
  try {
    const reference = { echo_ms: rounded(await echoMs(here.home), 3), what: 'E: a line over a local socket and back' };
    const none = await measured(here, 0, seconds);
    const alone = await measured(here, 1, seconds);
    const crowd = await measured(here, bars.listeners, seconds);
    const ok = crowd.others_p99_ms <= bars.others_p99_ms && alone.missed === 0 && crowd.missed === 0;
    const results = [none, alone, crowd];
    process.stdout.write(
      `${JSON.stringify({ bench: 'events', seconds, per_s: perSecond, reference, results, bars, ok })}\n`,
    );
  } finally {
    await here.stop();
  }
}

/** Writes so many entries a second with so many listeners: how long until each of them heard, and what others waited. */
async function measured(here: World, listeners: number, seconds: number) {
  const endpoint = readEndpoint(here.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  const wire = new Wire(endpoint, here);
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { home: here.home, project: here.project, listeners },
  });
  await told(worker);
  const others = pinging(here);
  const written = new Map<string, number>();
  const begun = performance.now();
  for (let n = 0; n < seconds * perSecond; n += 1) {
    await rest(Math.max(0, begun + (n * 1_000) / perSecond - performance.now()));
    const at = now();
    const answer = JSON.parse((await wire.ask('context.store', { key: `k${listeners}-${n}`, value: `v ${n}` })).body);
    written.set(answer.entry_id, at);
  }
  await rest(1_000);
  const times = await others.stop();
  wire.close();
  const rss = residentMiB(Number(here.daemon().pid));
  worker.postMessage('stop');
  const heard = (await told(worker)) as Heard;
  await worker.terminate();
  const took = heard.map(([ent, at]) => at - (written.get(ent) ?? Number.NaN));
  const heardIn =
    took.length === 0 ? {} : { p50_ms: rounded(quantile(took, 0.5), 2), p95_ms: rounded(quantile(took, 0.95), 2) };
  return {
    ...{ listeners, ...heardIn, missed: written.size * listeners - heard.length, rss_mib: rss },
    ...{ others_p50_ms: rounded(quantile(times, 0.5), 2), others_p99_ms: rounded(quantile(times, 0.99), 2) },
  };
}

function told(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** The thread of the listeners: says when all listen, and on being stopped what they heard. */
async function listening({
  home,
  project,
  listeners,
}: {
  home: string;
  project: string;
  listeners: number;
}): Promise<void> {
  const called = new AbortController();
  const heard: [string, number][] = [];
  let current = 0;
  const all = Array.from({ length: listeners }, () =>
    followEvents({
      ...{ env: { HOME: home, PRSIST_HOME: home }, project, types: ['context.*'], signal: called.signal },
      onEvent: ({ ent }) => heard.push([ent, now()]),
      onState: (state) => {
        if (state === 'current') current += 1;
      },
    }),
  );
  while (current < listeners) await rest(20);
  parentPort?.postMessage('listening');
  parentPort?.once('message', async () => {
    called.abort();
    await Promise.all(all);
    parentPort?.postMessage(heard satisfies Heard);
  });
}

async function echoMs(home: string): Promise<number> {
  const path = join(home, 'echo.sock');
  const server = net.createServer((socket) => socket.pipe(socket)).listen(path);
  await new Promise((resolve) => server.once('listening', resolve));
  const socket = net.connect(path);
  const times: number[] = [];
  for (let n = 0; n < 500; n += 1) {
    const begun = performance.now();
    const back = new Promise((resolve) => socket.once('data', resolve));
    socket.write('one line\n');
    await back;
    times.push(performance.now() - begun);
  }
  socket.destroy();
  server.close();
  return quantile(times, 0.5);
}

await (parentPort ? listening(workerData) : main());
