// Hook events through the spool of a running daemon: how many a second, and how long from the file's appearance to its
// deletion, which comes after the commit. Beside it a bare write, fsync and rename of the same files. One JSON line.
import fs from 'node:fs';
import { join } from 'node:path';
import { quantile, rest, rounded, world } from './measure.ts';

const events = Math.max(100, Number(process.argv[2] ?? 1_000));
const single = 100;
const here = await world();
try {
  const elsewhere = join(here.home, 'elsewhere');
  fs.mkdirSync(elsewhere);
  const reference = Array.from({ length: single }, (_, n) => {
    const begun = performance.now();
    lay(elsewhere, n);
    return performance.now() - begun;
  });
  const latencies: number[] = [];
  for (let n = 0; n < single; n += 1) latencies.push(await taken([lay(here.paths.spool, n)]));
  const burst = Array.from({ length: events }, (_, n) => lay(here.paths.spool, single + n, 'quick'));
  const ms = await taken(burst);
  const p50 = quantile(latencies, 0.5);
  const line = {
    ...{ bench: 'ingest', events, events_per_s: rounded((events / ms) * 1e3) },
    latency_ms: { p50: rounded(p50, 1), p95: rounded(quantile(latencies, 0.95), 1) },
    reference: {
      ...{ p50_ms: rounded(quantile(reference, 0.5), 2), p95_ms: rounded(quantile(reference, 0.95), 2) },
      what: 'write + fsync + rename',
    },
    ratio: rounded(p50 / quantile(reference, 0.5), 1),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
} finally {
  await here.stop();
}

/** Lays one event as a hook does, but on the disk for sure unless it is to be quick; gives the path of its file. */
function lay(directory: string, n: number, how: 'durable' | 'quick' = 'durable'): string {
  const [event, field] = n % 2 === 0 ? ['UserPromptSubmit', 'prompt'] : ['Stop', 'last_assistant_message'];
  const body = {
    ...{ session_id: `bench-${n % 10}`, cwd: here.project, hook_event_name: event },
    [String(field)]: `number ${n}: ${'what agents and people say to one another, '.repeat(10)}`,
  };
  const header = `prsist-event 1\nagent codex\nevent ${event}\npwd ${here.project}\n\n`;
  const path = join(directory, `bench${n}-0.evt`);
  const handle = fs.openSync(`${path}.tmp`, 'w', 0o600);
  fs.writeFileSync(handle, header + JSON.stringify(body));
  if (how === 'durable') fs.fsyncSync(handle);
  fs.closeSync(handle);
  fs.renameSync(`${path}.tmp`, path);
  return path;
}

/** Milliseconds until all of these files are gone. */
async function taken(paths: readonly string[]): Promise<number> {
  const begun = performance.now();
  for (const path of paths) {
    while (fs.existsSync(path)) await rest(1);
  }
  return performance.now() - begun;
}
