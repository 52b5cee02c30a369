// How much of recorded requests the eviction policies of the prefix cache answer, beside the best that is possible. Exit 1
// below the floors (prefix/floors.json); 0 with a message where the data is not here.
import fs from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Column, measure } from './prefix/columns.ts';
import { below, meanClosed, pressed, storedFloors } from './prefix/floors.ts';
import { table } from './prefix/table.ts';
import { loadTrace, type Trace, usual } from './prefix/trace.ts';

const usage = `usage: npm run eval:prefix -- [--trace <file> …] [--caps 300,1000] [--open 4] [--seed 7] [--take <n>] [--json]
  <file>  .jsonl or .jsonl.gz, or the name of one in PRSIST_EVAL_DATA; without --trace: all columns that are tuned on
  --caps  sizes of the cache in blocks
  --open  sessions open at a time, where the trace does not say when they began: 4 is one developer, 40 a team`;

const options = {
  trace: { type: 'string', multiple: true },
  caps: { type: 'string' },
  open: { type: 'string', default: '4' },
  seed: { type: 'string', default: '7' },
  take: { type: 'string', default: 'Infinity' },
  json: { type: 'boolean', default: false },
} as const;

/** The columns that are tuned on. */
const dev = [
  { trace: 'claude_code_dev.jsonl.gz', open: 4, caps: [100, 300, 1_000, 3_000, 10_000] },
  { trace: 'claude_code_dev.jsonl.gz', open: 40, caps: [300, 1_000, 3_000, 10_000, 30_000] },
  { trace: 'mooncake_conversation_trace.jsonl.gz', open: 4, caps: [300, 1_000, 3_000, 10_000, 30_000, 100_000] },
  { trace: 'lmcache_agents_blocks.jsonl.gz', open: 4, caps: [30, 100, 300, 1_000] },
];
const usualCaps = [100, 300, 1_000, 3_000, 10_000, 30_000];

interface Task {
  readonly trace: string;
  readonly open: number;
  readonly caps: readonly number[];
}

process.exitCode = main();

function main(): number {
  const values = given();
  if (!values) return refuse(usage);
  const { trace, open, caps, seed, take, json } = values;
  const sizes = caps?.split(',').map(Number) ?? usualCaps;
  const numbers = [Number(open), Number(seed), Number(take), ...sizes];
  if (!numbers.every((number) => number > 0)) return refuse(usage);
  const tasks = trace?.map((name) => ({ trace: name, open: Number(open), caps: sizes })) ?? dev;
  const absent = tasks.map((task) => found(task.trace)).find((file) => !fs.existsSync(file));
  if (absent !== undefined && trace) return refuse(`no trace ${absent}\n${usage}`);
  if (absent !== undefined) {
    const skipped = `no evaluation data in ${data()}: set PRSIST_EVAL_DATA`;
    process.stdout.write(json ? `${JSON.stringify({ skipped })}\n` : `skipped: ${skipped}\n`);
    return 0;
  }
  return judged(
    tasks.flatMap((task) => measured(task, { seed: Number(seed), take: Number(take), json })),
    !trace,
    json,
  );
}

/** The options of the command line; undefined, and said why, when one is not known. */
function given() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

function measured({ trace: name, open, caps }: Task, how: { seed: number; take: number; json: boolean }): Column[] {
  const trace = loadTrace(found(name), { ...usual, open, seed: how.seed, take: how.take });
  const columns = caps.filter((capacity) => capacity < trace.unique * 0.9).map((capacity) => measure(trace, capacity));
  if (how.json) for (const column of columns) process.stdout.write(`${JSON.stringify(column)}\n`);
  else process.stdout.write(`## ${titled(trace)}\n${table(columns)}\n\n`);
  return columns;
}

function titled({ name, from, references, unique, ceiling }: Trace): string {
  const counted = `${from.length - 1} requests, ${references.length} block references, ${unique} blocks`;
  return `${name}: ${counted}, ceiling ${(100 * ceiling).toFixed(2)} % (in brackets % of Belady · of the ceiling)`;
}

/** `whole`: these are all columns that are tuned on, and are held to the floor of all together. */
function judged(columns: readonly Column[], whole: boolean, json: boolean): number {
  const floors = storedFloors();
  const low = below(columns, floors, whole);
  const share = meanClosed(columns, floors);
  const count = pressed(columns, floors).length;
  if (json) process.stdout.write(`${JSON.stringify({ pressed: count, mean_closed: share, below: low })}\n`);
  else {
    if (share !== undefined)
      process.stdout.write(
        `auto closes ${share.toFixed(1)} % of the way from lru to Belady, mean of ${count} columns\n`,
      );
    if (low.length > 0) process.stdout.write(`below the floor:\n  ${low.join('\n  ')}\n`);
  }
  return low.length > 0 ? 1 : 0;
}

function data(): string {
  return resolve(process.env['PRSIST_EVAL_DATA'] ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'data'));
}

/** A file, or the name of one in the data. */
function found(name: string): string {
  return fs.existsSync(name) ? name : join(data(), name);
}

function refuse(text: string): number {
  process.stderr.write(`${text}\n`);
  return 2;
}
