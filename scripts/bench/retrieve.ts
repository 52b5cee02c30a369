// How long one entry by its key takes over the socket, one client on one connection, among 10,000 entries; with --million
// also among 1,000,000. Beside it, in turns, a route that does nothing. One JSON line. Bars: p99 at most 1 ms among 10,000,
// at most twice that p99 among 1,000,000.
import { parseArgs } from 'node:util';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { Wire } from '../../test/harness/wire.ts';
import { fill, layers, retrieving } from './entries.ts';
import { rounded, world } from './measure.ts';

const { values } = parseArgs({ options: { million: { type: 'boolean', default: false }, rounds: { type: 'string' } } });
const rounds = Math.max(1_000, Number(values.rounds ?? 10_000));
const bars = { p99_ms: 1, million_to_10k: 2 };
const here = await world();
try {
  const results = [];
  results.push(await among(10_000, 0));
  if (values.million) results.push(await among(1_000_000, 10_000));
  const [small, large] = results;
  const growth = small && large ? rounded(large.p99_ms / small.p99_ms, 2) : undefined;
  const ok = (small?.p99_ms ?? Number.NaN) <= bars.p99_ms && (growth ?? 0) <= bars.million_to_10k;
  const reference = 'a route that is not there, on the same connection, in turns';
  const told = { bench: 'retrieve', rounds, reference, results, ...(growth === undefined ? {} : { growth }), bars, ok };
  process.stdout.write(`${JSON.stringify(told)}\n`);
} finally {
  await here.stop();
}

async function among(entries: number, standing: number) {
  const endpoint = readEndpoint(here.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  const wire = new Wire(endpoint, here);
  const filled = await fill(wire, entries, standing);
  const told = {
    entries,
    ...filled,
    ...(await retrieving(wire, entries, rounds)),
    ...(await layers(wire, rounds / 10)),
  };
  wire.close();
  return told;
}
