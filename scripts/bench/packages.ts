// How fast a memory package is made and taken in, through the built daemon, with everything in it (tools and their output,
// too): megabytes of plain records and texts per second, and the most memory each daemon held. Beside it, in the same run,
// the same transcripts read, packed by zstd and sealed by age and nothing else. cpu: of the processor's time alone, which is
// what to go by where other work shares it. The first argument says how many copies of
// the transcripts are taken in before (2). One JSON line. Bars: export 20 MB/s, import 10 MB/s, 250 MiB; again adds nothing.
import fs from 'node:fs';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { ageFiles } from '../../src/features/sync/package/age-stream.ts';
import { writeStreamed } from '../../src/platform/package-files.ts';
import { layTranscripts, rounded, type World, world } from './measure.ts';

const copies = Number(process.argv[2] ?? 2);
const bars = { export_mb_per_s: 20, import_mb_per_s: 10, rss_mib: 250 };
const [from, to] = [await world(), await world()];
try {
  const transcripts = layTranscripts(join(from.home, 'transcripts'));
  for (let n = 1; n < copies; n += 1) copyAll(transcripts.directory, n);
  await from.prsist('import', '--path', transcripts.directory);
  const key = await generateX25519Identity();
  const recipient = await identityToRecipient(key);
  const keys = join(from.home, 'key.txt');
  fs.writeFileSync(keys, `${key}\n`);
  const file = join(from.home, 'all.prsist');
  await from.again('SIGTERM');
  const usedBefore = cpuSeconds(from);
  const made = await job(from, 'export', '--include-sensitive', '--yes', '--to', recipient, '--out', file);
  const [exportCpu, exportMiB] = [cpuSeconds(from) - usedBefore, mostMiB(from)];
  await to.again('SIGTERM');
  const freshBefore = cpuSeconds(to);
  const taken = await job(to, 'import', file, '--identity', keys);
  const [importCpu, importMiB] = [cpuSeconds(to) - freshBefore, mostMiB(to)];
  const again = await job(to, 'import', file, '--identity', keys);
  const bare = await reference(transcripts.directory, recipient, join(from.home, 'bare.age'));
  const mb = Number(made.plain_bytes) / 1e6;
  const [out, into] = [mb / (Number(made.total_ms) / 1e3), mb / (Number(taken.total_ms) / 1e3)];
  const line = {
    ...{ bench: 'packages', source: transcripts.source, copies, plain_mb: rounded(mb, 1) },
    ...{ package_mb: rounded(Number(made.bytes) / 1e6, 1), records: made.records },
    export: { ...timed(made, out), mb_per_cpu_s: rounded(mb / exportCpu, 1), rss_mib: exportMiB },
    import: { ...timed(taken, into), mb_per_cpu_s: rounded(mb / importCpu, 1), rss_mib: importMiB },
    again: { s: rounded(Number(again.total_ms) / 1e3, 2), records_added: again.records_added },
    reference: { what: 'read, zstd, age', mb_per_s: rounded(bare, 1) },
    ratio: { export: rounded(bare / out, 1), import: rounded(bare / into, 1) },
    bar: bars,
    ok:
      out >= bars.export_mb_per_s &&
      into >= bars.import_mb_per_s &&
      Math.max(exportMiB, importMiB) <= bars.rss_mib &&
      again.records_added === 0,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
} finally {
  await from.stop();
  await to.stop();
}

async function job({ prsist }: World, ...args: string[]): Promise<Record<string, unknown>> {
  // what a finished job of ours ends with
  return (await prsist(...args)).result as Record<string, unknown>;
}

/** Seconds of the processor that the daemon which serves now has used. */
function cpuSeconds({ daemon }: World): number {
  const fields = fs.readFileSync(`/proc/${daemon().pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function timed(ended: Record<string, unknown>, mbPerS: number) {
  return { s: rounded(Number(ended.total_ms) / 1e3, 2), mb_per_s: rounded(mbPerS, 1) };
}

/** The most memory the daemon that serves now has held since its start. */
function mostMiB({ daemon }: World): number {
  const status = fs.readFileSync(`/proc/${daemon().pid}/status`, 'utf8');
  return rounded(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024);
}

/** The same conversations once more, under other ids. */
function copyAll(directory: string, n: number): void {
  for (const path of fs.globSync(`${directory}/*`).filter((each) => !each.includes('copy-'))) {
    const text = fs
      .readFileSync(path, 'utf8')
      .replaceAll(/\b[0-9a-f]{8}(?=-[0-9a-f]{4}-)/g, (id) =>
        ((Number.parseInt(id, 16) + n * 7919) >>> 0).toString(16).padStart(8, '0'),
      )
      .replaceAll(/\b(toolu|call|msg|req)_\w+/g, `$&x${n}`);
    fs.writeFileSync(join(directory, `copy-${n}-${path.split('/').at(-1)}`), text);
  }
}

/** Megabytes per second of the transcripts, packed and sealed as they are. */
async function reference(directory: string, recipient: string, file: string): Promise<number> {
  const texts = fs.globSync(`${directory}/*`);
  const begun = performance.now();
  let bytes = 0;
  async function* packed(): AsyncGenerator<Uint8Array> {
    for (const path of texts) {
      const text = fs.readFileSync(path);
      for (let at = 0; at < text.length; at += 1 << 20) {
        const piece = text.subarray(at, at + (1 << 20));
        bytes += piece.length;
        yield zstdCompressSync(piece, { params: { [constants.ZSTD_c_compressionLevel]: 9 } });
      }
    }
  }
  await writeStreamed(file, await ageFiles.seal(packed(), { recipients: [recipient] }));
  return bytes / 1e3 / (performance.now() - begun);
}
