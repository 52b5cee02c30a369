// From a write to the listener that hears of it, and what 500 listeners cost everybody else. One JSON line. Bars: with 500
// listeners p99 of other requests at most 20 ms. Beside it E, an echo of one line over a socket between two processes' worth
// of turns: what the way there costs on this machine without us.
import net from 'node:net';
import { join } from 'node:path';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { followEvents } from '../../src/client/events.ts';
import { Wire } from '../../test/harness/wire.ts';
import { pinging, quantile, residentMiB, rest, rounded, world } from './measure.ts';

const seconds = Math.max(2, Number(process.argv[2] ?? 10));
const perSecond = 50;
const bars = { others_p99_ms: 20, listeners: 500 };
const here = await world();
const env = { HOME: here.home, PRSIST_HOME: here.home };
try {
  const endpoint = readEndpoint(here.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  const wire = new Wire(endpoint, here);
  const reference = { echo_ms: rounded(await echoMs(), 3), what: 'E: a line over a local socket and back' };
  const alone = await measured(1, wire);
  const crowd = await measured(bars.listeners, wire);
  wire.close();
  const ok = crowd.others_p99_ms <= bars.others_p99_ms && alone.missed === 0 && crowd.missed === 0;
  const told = { bench: 'events', seconds, per_s: perSecond, reference, results: [alone, crowd], bars, ok };
  process.stdout.write(`${JSON.stringify(told)}\n`);
} finally {
  await here.stop();
}

/** Writes so many entries a second with so many listeners: how long until the last of them heard, and what others waited. */
async function measured(listeners: number, wire: Wire) {
  const called = new AbortController();
  const heardAt = new Map<string, number[]>();
  let current = 0;
  const all = Array.from({ length: listeners }, () =>
    followEvents({
      ...{ env, project: here.project, types: ['context.*'], signal: called.signal },
      onEvent: ({ ent }) => {
        const times = heardAt.get(ent) ?? [];
        times.push(performance.now());
        heardAt.set(ent, times);
      },
      onState: (state) => {
        if (state === 'current') current += 1;
      },
    }),
  );
  while (current < listeners) await rest(20);
  const others = pinging(here);
  const written = new Map<string, number>();
  const begun = performance.now();
  for (let n = 0; n < seconds * perSecond; n += 1) {
    await rest(Math.max(0, begun + (n * 1_000) / perSecond - performance.now()));
    const at = performance.now();
    const answer = JSON.parse((await wire.ask('context.store', { key: `k${listeners}-${n}`, value: `v ${n}` })).body);
    written.set(answer.entry_id ?? answer.entry?.entry_id ?? answer.id, at);
  }
  await rest(1_000);
  const times = await others.stop();
  called.abort();
  await Promise.all(all);
  const took = [...heardAt].flatMap(([ent, at]) => at.map((ms) => ms - (written.get(ent) ?? ms)));
  const heard = [...heardAt.values()].reduce((sum, at) => sum + at.length, 0);
  return {
    ...{ listeners, p50_ms: rounded(quantile(took, 0.5), 2), p95_ms: rounded(quantile(took, 0.95), 2) },
    ...{ others_p50_ms: rounded(quantile(times, 0.5), 2), others_p99_ms: rounded(quantile(times, 0.99), 2) },
    ...{ missed: written.size * listeners - heard, rss_mib: residentMiB(Number(here.daemon().pid)) },
  };
}

async function echoMs(): Promise<number> {
  const path = join(here.home, 'echo.sock');
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
