// Resident memory of the built daemon: idle 10 s after its start, and 30 s after an import. Beside it an empty Node.
// One JSON line, MiB. Bar: 90 when idle. Linux only: elsewhere it says so.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { layTranscripts, residentMiB, rest, rounded, world } from './measure.ts';

const bar = 90;
if (fs.existsSync('/proc/self/status')) await main();
else process.stdout.write(`${JSON.stringify({ bench: 'idle-rss', skipped: 'no /proc here' })}\n`);

async function main(): Promise<void> {
  const empty = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e6)'], { stdio: 'ignore' });
  const here = await world();
  try {
    await rest(10_000);
    const [idle, reference] = [residentMiB(Number(here.daemon().pid)), residentMiB(Number(empty.pid))];
    const transcripts = layTranscripts(join(here.home, 'transcripts'));
    await here.prsist('import', '--path', transcripts.directory);
    const after = residentMiB(Number(here.daemon().pid));
    await rest(30_000);
    const later = residentMiB(Number(here.daemon().pid));
    const line = {
      ...{ bench: 'idle-rss', source: transcripts.source, idle_mib: idle },
      ...{ after_import_mib: after, after_import_30s_mib: later, reference: { empty_node_mib: reference } },
      ratio: { idle: rounded(idle / reference, 2), after_import_30s: rounded(later / reference, 2) },
      ...{ bar: { idle_mib: bar }, ok: idle <= bar },
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  } finally {
    empty.kill();
    await here.stop();
  }
}
