// Entries for the measurements: 200 bytes each, and what there is beside the layers that last.
import type { Told, Wire } from '../../test/harness/wire.ts';
import { quantile, rounded } from './measure.ts';

const atOnce = 256;
const filler = 'a decision about the parser that somebody will want to know again, with the reason why it was taken, ';

/** A value of 200 bytes, another for each number. */
export function textOf(n: number): string {
  return `${String(n * 7919).padStart(12, '0')} ${filler.repeat(2)}`.slice(0, 200);
}

/** Stores entries from number `from` until there are so many. */
export async function fill(wire: Wire, count: number, from: number) {
  const begun = performance.now();
  for (let done = from; done < count; done += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - done) }, (_, n) => done + n);
    const told = await Promise.all(
      some.map((n) => wire.ask('context.store', { key: `key-${n}`, value: textOf(n) }, `fill-${n}`)),
    );
    const refused = told.find((one) => one.status !== 200);
    if (refused) throw new Error(`${refused.status} ${refused.body}`);
  }
  return { stored_per_s: rounded(((count - from) / (performance.now() - begun)) * 1e3) };
}

/** Times of entries by key, one after the other, in turns with a route that does nothing. */
export async function retrieving(wire: Wire, entries: number, rounds: number) {
  const [empty, found]: [number[], number[]] = [[], []];
  for (let n = -500; n < rounds; n += 1) {
    const key = `key-${Math.floor(Math.random() * entries)}`;
    const nothing = await timed(() => wire.post('/memory/nothing', '{}'), 404);
    const one = await timed(() => wire.ask('context.retrieve', { key }), 200);
    if (n < 0) continue; // the first few fill caches
    empty.push(nothing);
    found.push(one);
  }
  const p = (times: readonly number[], share: number) => rounded(quantile(times, share), 3);
  return {
    ...{ p50_ms: p(found, 0.5), p99_ms: p(found, 0.99), empty_p50_ms: p(empty, 0.5), empty_p99_ms: p(empty, 0.99) },
    ...{ ratio_p50: rounded(p(found, 0.5) / p(empty, 0.5), 2), ratio_p99: rounded(p(found, 0.99) / p(empty, 0.99), 2) },
  };
}

async function timed(ask: () => Promise<Told>, wanted: number): Promise<number> {
  const begun = performance.now();
  const { status, body } = await ask();
  const ms = performance.now() - begun;
  if (status !== wanted) throw new Error(`${status} ${body}`);
  return ms;
}

/** Layer ephemeral: over the socket, and inside the daemon where it says how long it took itself; nothing before it exists. */
export async function layers(wire: Wire, rounds: number) {
  const stored = await wire.ask('context.store', {
    key: 'passing',
    value: textOf(1),
    layer: 'ephemeral',
    scope: 'session',
    session_id: 'bench',
  });
  if (stored.status !== 200) return {};
  const times: number[] = [];
  const inside: number[] = [];
  for (let n = 0; n < rounds; n += 1) {
    const begun = performance.now();
    const told = await wire.ask('context.retrieve', { key: 'passing', scope: 'session', session_id: 'bench' });
    times.push(performance.now() - begun);
    const ms = Number(/"(?:took|retrieval|response)_?(?:time)?_ms":([\d.]+)/.exec(told.body)?.[1] ?? Number.NaN);
    if (told.status === 200 && !Number.isNaN(ms)) inside.push(ms);
  }
  const ephemeral = { p50_ms: rounded(quantile(times, 0.5), 3), p99_ms: rounded(quantile(times, 0.99), 3) };
  return {
    ephemeral: inside.length > 0 ? { ...ephemeral, inside_p99_ms: rounded(quantile(inside, 0.99), 4) } : ephemeral,
  };
}
