// How long one entry by its key takes over the socket, one client on one connection, among 10,000 entries. Beside it, in
// turns, a route that does nothing. One JSON line. Bar: p99 at most 1 ms. (Among a million: million.ts.)
import { readEndpoint } from '../../src/client/endpoint.ts';
import { Wire } from '../../test/harness/wire.ts';
import { fill, layers, retrieving } from './entries.ts';
import { world } from './measure.ts';

const rounds = Math.max(1_000, Number(process.argv[2] ?? 10_000));
const entries = 10_000;
const bar = { p99_ms: 1 };
const here = await world();
try {
  const endpoint = readEndpoint(here.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  const wire = new Wire(endpoint, here);
  const filled = await fill(wire, entries, 0);
  const times = await retrieving(wire, entries, rounds);
  const others = await layers(wire, rounds / 10);
  wire.close();
  const reference = 'a route that is not there, on the same connection, in turns';
  const line = { bench: 'retrieve', entries, rounds, ...filled, reference, ...times, ...others };
  process.stdout.write(`${JSON.stringify({ ...line, bar, ok: times.p99_ms <= bar.p99_ms })}\n`);
} finally {
  await here.stop();
}
