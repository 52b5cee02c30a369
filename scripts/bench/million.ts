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
const mixedSeconds = 15;
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
  wire.close();
  const mixed = await mix();
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

/**
 * Reads, writes, lists, searches and messages of eight programs, each on its own connection, first without the searches;
 * the most memory that was seen meanwhile.
 */
async function mix() {
  const any = () => Math.floor(Math.random() * entries);
  const others: readonly Ask[] = [
    ['context.retrieve', () => ({ key: `key-${any()}` })],
    ['context.store', () => ({ key: `key-${any()}`, value: textOf(Date.now()) })],
    ['session.message', () => ({ session_id: 'mixed', role: 'user', content: textOf(Date.now()) })],
    ['context.list', () => ({ limit: 50 })],
  ];
  const withoutSearch = await asked(others);
  const all = await asked([...others, ['search.query', () => ({ query: `parser ${any()}` })]]);
  const rss = Math.max(withoutSearch.rss, all.rss);
  return { rss, counts: { all: all.counts, without_search: withoutSearch.counts } };
}

type Ask = readonly [operation: string, input: () => Readonly<Record<string, unknown>>];

async function asked(asks: readonly Ask[]) {
  const [end, pid] = [performance.now() + mixedSeconds * 1e3, here.daemon().pid ?? 0];
  const times = new Map(asks.map(([operation]) => [operation, [] as number[]]));
  let [errors, rss] = [0, 0];
  const one = async () => {
    const wire = open(here);
    await wire.ask('session.start', { session_id: 'mixed' });
    for (let n = Math.floor(Math.random() * asks.length); performance.now() < end; n += 1) {
      const [operation, input] = asks[n % asks.length] as Ask;
      const begun = performance.now();
      const told = await wire.ask(operation, input());
      times.get(operation)?.push(performance.now() - begun);
      if (told.status !== 200) errors += 1;
      if (n % 10 === 0) rss = Math.max(rss, residentMiB(pid));
    }
    wire.close();
  };
  await Promise.all(Array.from({ length: 8 }, one));
  const of = (values: readonly number[]) => ({
    ...{ p50_ms: rounded(quantile(values, 0.5), 1), p99_ms: rounded(quantile(values, 0.99), 1) },
  });
  const every = [...times.values()].flat();
  const each = Object.fromEntries([...times].map(([operation, values]) => [operation, of(values)]));
  return { rss, counts: { asked: every.length, errors, ...of(every), ...each } };
}
