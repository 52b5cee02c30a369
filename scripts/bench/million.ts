// A store of 1,000,000 entries of 200 bytes, or as many as the first argument says: disk per entry, resident memory under
// a mixed load, time from start to first answer after a clean end and after a kill, retrieval by key against that among 10,000. One JSON line.
// Bars for a million: 2.5 KiB per entry, 300 MiB, 1 s after a clean end, twice the p99. Takes minutes: npm run bench -- --long.
import fs from 'node:fs';
import { join } from 'node:path';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { Wire } from '../../test/harness/wire.ts';
import { fill, retrieving, textOf } from './entries.ts';
import { quantile, residentMiB, rounded, type World, world } from './measure.ts';

const entries = Math.max(1_000, Number(process.argv[2] ?? 1_000_000));
const bars = { bytes_per_entry: 2_560, rss_mib: 300, first_answer_ms: 1_000, growth: 2 };
const mixedSeconds = 20;
const [few, rounds] = [Math.min(10_000, entries), 5_000];
const here = await world();
try {
  const wire = open(here);
  const begun = bytes(here);
  await fill(wire, few, 0);
  const among10k = await retrieving(wire, few, rounds);
  const filled = await fill(wire, entries, few);
  const afterFill = residentMiB(here.daemon().pid ?? 0);
  const amongAll = await retrieving(wire, entries, rounds);
  const growth = rounded(amongAll.p99_ms / among10k.p99_ms, 2);
  const mixed = await mix(wire);
  wire.close();
  const clean = await here.again('SIGTERM');
  const perEntry = (bytes(here) - begun) / entries;
  const killed = await here.again('SIGKILL');
  const line = {
    ...{
      bench: 'million',
      entries,
      ...filled,
      bytes_per_entry: rounded(perEntry),
      ratio_bytes: rounded(perEntry / 200, 1),
    },
    ...{
      rss_after_fill_mib: afterFill,
      rss_mixed_mib: mixed.rss,
      mixed: mixed.counts,
      retrieve: { among10k, amongAll, growth },
    },
    first_answer_ms: { after_end: rounded(clean), after_kill: rounded(killed) },
    ...{
      bars,
      ok:
        perEntry <= bars.bytes_per_entry &&
        mixed.rss <= bars.rss_mib &&
        clean <= bars.first_answer_ms &&
        growth <= bars.growth,
    },
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
} finally {
  await here.stop();
}

function open({ paths, project }: World): Wire {
  const endpoint = readEndpoint(paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  return new Wire(endpoint, { project });
}

/** Bytes of all databases with their logs of changes. */
function bytes({ paths }: World): number {
  const files = fs.globSync(join(paths.projects, '*', 'memory.db*'));
  return [...files, paths.userDatabase].reduce((sum, file) => sum + fs.statSync(file).size, 0);
}

/** Reads, writes, lists, searches and messages, eight at a time; the most memory that was seen meanwhile. */
async function mix(wire: Wire) {
  await wire.ask('session.start', { session_id: 'mixed' });
  const counts = { asked: 0, errors: 0 };
  const slowest: number[] = [];
  const [end, pid] = [performance.now() + mixedSeconds * 1e3, here.daemon().pid ?? 0];
  let rss = 0;
  const asks = [
    () => wire.ask('context.retrieve', { key: `key-${Math.floor(Math.random() * entries)}` }),
    () => wire.ask('context.store', { key: `key-${Math.floor(Math.random() * entries)}`, value: textOf(Date.now()) }),
    () => wire.ask('session.message', { session_id: 'mixed', role: 'user', content: textOf(Date.now()) }),
    () => wire.ask('context.list', { limit: 50 }),
    () => wire.ask('search.query', { query: `parser ${Math.floor(Math.random() * entries)}` }),
  ];
  const one = async () => {
    for (let n = Math.floor(Math.random() * asks.length); performance.now() < end; n += 1) {
      const begun = performance.now();
      const told = await asks[n % asks.length]?.();
      slowest.push(performance.now() - begun);
      counts.asked += 1;
      if (told?.status !== 200) counts.errors += 1;
      if (n % 10 === 0) rss = Math.max(rss, residentMiB(pid));
    }
  };
  await Promise.all(Array.from({ length: 8 }, one));
  return {
    rss,
    counts: { ...counts, p50_ms: rounded(quantile(slowest, 0.5), 1), p99_ms: rounded(quantile(slowest, 0.99), 1) },
  };
}
