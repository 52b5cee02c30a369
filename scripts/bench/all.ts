// Every measurement, one after the other, since two at once would disturb each other. Prints their JSON lines.
// --long: also those that take minutes.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ordinary = [
  'hook',
  'cli-start',
  'redact',
  'store',
  'search',
  'indexing',
  'import',
  'ingest',
  'rebuild',
  'cache-plan',
  'cache-load',
  'remotes',
  'dashboard',
  'idle-rss',
];
const benches = [
  ...ordinary,
  'cache-policies',
  'retrieve',
  'ephemeral',
  'connections',
  'events',
  'executable',
  'packages',
  ...(process.argv.includes('--long') ? ['million', 'reanchor', 'cache-lookup', 'cache-memory', 'year'] : []),
];

for (const name of benches) {
  const { status, signal } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], {
    stdio: 'inherit',
  });
  // a bar that is missed is a line that says so; a measurement that breaks is no reason to leave out the others
  if (status !== 0) {
    process.stdout.write(`${JSON.stringify({ bench: name, exit: status ?? signal })}\n`);
    process.exitCode = 1;
  }
}
