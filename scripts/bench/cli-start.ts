// How long a command answered by a warm daemon takes, against an empty Node start, in turns in one run. One JSON line.
// Needs `npm run build`. Bar: ratio ≤ 2.0.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const prsist = join(import.meta.dirname, '..', '..', 'bin', 'prsist');

type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds from spawn to exit. Rejects when the program fails. */
function timed(args: readonly string[], env: Environment): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(performance.now() - begun);
      else reject(new Error(`${args.join(' ')} exited with ${code}`));
    });
  });
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Number((sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(1));
}

async function measure(rounds: number, env: Environment) {
  const cases = {
    empty: ['-e', '0'],
    help: [prsist, '--help'],
    api: [prsist, 'api', 'system.health'],
    list: [prsist, 'project', 'list', '--json'],
  };
  const times = Object.fromEntries(Object.keys(cases).map((name) => [name, new Array<number>()]));
  for (let round = -2; round < rounds; round += 1) {
    for (const [name, args] of Object.entries(cases)) {
      const ms = await timed(args, env);
      if (round >= 0) times[name]?.push(ms);
    }
  }
  const emptyMs = quantile(times.empty ?? [], 0.5);
  return Object.entries(times).map(([name, values]) => {
    const p50 = quantile(values, 0.5);
    return { name, p50_ms: p50, p95_ms: quantile(values, 0.95), ratio: Number((p50 / emptyMs).toFixed(2)) };
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '40' }, home: { type: 'string' } } });
  const own = values.home === undefined ? fs.mkdtempSync(join(tmpdir(), 'prsist-bench-')) : undefined;
  const home = own ?? values.home ?? '';
  const env = { PATH: process.env.PATH, HOME: home, PRSIST_HOME: home };
  try {
    const results = await measure(Number(values.rounds), env);
    process.stdout.write(`${JSON.stringify({ bench: 'cli-start', rounds: Number(values.rounds), results })}\n`);
  } finally {
    if (own !== undefined) {
      await timed([prsist, 'daemon', 'stop', '--quiet'], env);
      fs.rmSync(own, { recursive: true, force: true });
    }
  }
}

if (import.meta.main) await main();
