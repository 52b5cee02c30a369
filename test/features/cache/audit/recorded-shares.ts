// Cached shares straight from the usage fields of Claude Code transcripts; shares no code with the product.
//   node recorded-shares.ts <transcript.jsonl[.gz]>...
import fs from 'node:fs';
import zlib from 'node:zlib';

export interface Recorded {
  readonly requests: number;
  readonly read: number;
  readonly written: number;
  readonly uncached: number;
  readonly share: number;
}

/** Sums of one file, each request counted once, sub-agents left out. */
export function recordedShare(file: string): Recorded {
  const bytes = fs.readFileSync(file);
  const text = (file.endsWith('.gz') ? zlib.gunzipSync(bytes) : bytes).toString();
  const requests = new Map<string, readonly number[]>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const { message, requestId, isSidechain } = JSON.parse(line);
    if (!message?.usage || isSidechain) continue;
    const { cache_read_input_tokens, cache_creation_input_tokens, input_tokens } = message.usage;
    const counts = [cache_read_input_tokens, cache_creation_input_tokens, input_tokens].map((count) => count ?? 0);
    if (counts.some((count) => count > 0)) requests.set(`${message.id} ${requestId}`, counts);
  }
  const sum = (n: number) => [...requests.values()].reduce((total, counts) => total + (counts[n] ?? 0), 0);
  const [read, written, uncached] = [sum(0), sum(1), sum(2)];
  return { requests: requests.size, read, written, uncached, share: read / (read + written + uncached) };
}

if (import.meta.main) {
  for (const file of process.argv.slice(2)) process.stdout.write(`${file} ${JSON.stringify(recordedShare(file))}\n`);
}
