// What the prefix cache takes in memory at 500 MB: a process that opens the databases, looks beginnings up, counts, learns what
// is kept and evicts a twentieth of what is left, against one that does the same on empty ones, in the same run. Two shapes: texts of 2.5 KiB,
// for each strategy, and turns, which cost a row each, in two projects of a million. Prints one JSON line.
// node scripts/bench/cache-memory.ts [part of the 500 MB, 1] [shape]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strategies } from '../../src/features/cache/policies/strategy.ts';
import { type Work, work } from './cache-memory-work.ts';
import { fillCache, type Shape } from './filled-cache.ts';
import { rounded } from './measure.ts';

const bars = { more_mib: 40, slice_ms: 5 };
const part = Math.min(1, Number(process.argv[2] ?? 1));
const shapes: readonly (Shape & { readonly name: string; readonly strategies: readonly string[] })[] = [
  { name: 'texts', projects: 1, blocks: Math.round(190_000 * part), chain: 100, bytes: 2_500, strategies },
  // too many for a policy: lru evicts whatever is set
  { name: 'turns', projects: 2, blocks: Math.round(1_000_000 * part), chain: 1_000, bytes: 0, strategies: ['auto'] },
];

const [, , first, asked] = process.argv;
const wanted = shapes.filter(({ name }) => asked === undefined || asked === name);
if (first === '--work') process.stdout.write(JSON.stringify(await work(JSON.parse(asked ?? '{}') as Work)));
else main();

function main(): void {
  const lines = wanted.flatMap((shape) => {
    const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-bench-'));
    try {
      const files = fillCache(directory, shape);
      const empty = fillCache(join(directory, 'empty'), { ...shape, blocks: 0 });
      const bytes = files.reduce((sum, file) => sum + fs.statSync(file).size, 0);
      return shape.strategies.map((strategy) => {
        const asked = 3 * shape.blocks;
        const full = measured({ files, strategy, asked });
        const reference = measured({ files: empty, strategy: 'lru', asked });
        const more = (of: 'rss' | 'heap' | 'buffers') => rounded(full[of] - reference[of], 1);
        return {
          ...{ shape: shape.name, strategy, blocks: shape.blocks * shape.projects, file_mib: rounded(bytes / 2 ** 20) },
          ...{ more_mib: more('rss'), more_heap_mib: more('heap'), more_buffers_mib: more('buffers') },
          ...{ rss_mib: full.rss, reference_mib: reference.rss, policy_mib: full.policy, told_ms: full.told_ms },
          ...{ evicted: full.evicted, slice_ms: full.slice_ms },
        };
      });
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  });
  const ok = lines.every(({ more_mib, slice_ms }) => more_mib <= bars.more_mib && slice_ms.p99 <= bars.slice_ms);
  process.stdout.write(`${JSON.stringify({ bench: 'cache-memory', part, lines, bars, ok })}\n`);
}

function measured(asked: Work): Awaited<ReturnType<typeof work>> {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', import.meta.filename, '--work', JSON.stringify(asked)],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Awaited<ReturnType<typeof work>>;
}
