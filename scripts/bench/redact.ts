// Prints one line of JSON: what redaction costs per MiB of real transcripts, beside a bare JSON.parse of the same
// lines, and the slowest 64 KiB found among texts made to be slow.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createRedactor, type Redactor } from '../../src/core/redact.ts';
import type { RedactionRules } from '../../src/core/redact-rules.ts';
import { hostileTexts } from '../../test/harness/secrets/hostile.ts';
import { shippedRules, testKey } from '../../test/harness/secrets/rules.ts';

const rounds = 5;
const data = process.env['PRSIST_EVAL_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
const transcripts = join(data, 'transcripts');

if (existsSync(transcripts)) {
  const rules = shippedRules();
  console.log(JSON.stringify(measure(readLines(transcripts), rules)));
} else {
  console.log(JSON.stringify({ name: 'redact', skipped: `no transcripts in ${data}` }));
}

function measure(lines: readonly string[], rules: RedactionRules): object {
  const redactor = createRedactor(rules, testKey);
  const mib = lines.reduce((bytes, line) => bytes + Buffer.byteLength(line) + 1, 0) / 2 ** 20;
  const reference = fastest(() => lines.forEach(parsed)) / mib;
  const whole = fastest(() => lines.forEach((line) => void redactor.line(line))) / mib;
  return {
    name: 'redact',
    ms_per_mib: rounded(whole - reference),
    reference_ms_per_mib: rounded(reference),
    ratio: rounded(whole / reference),
    line_ms_per_mib: rounded(whole),
    mib: rounded(mib),
    lines: lines.length,
    replaced: lines.reduce((sum, line) => sum + total(redactor.line(line).counts), 0),
    event_2kib_p95_ms: rounded(eventP95(lines, redactor)),
    worst_64kib: worst(rules, redactor),
  };
}

function parsed(line: string): void {
  try {
    JSON.parse(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}

function fastest(run: () => void): number {
  return Math.min(...Array.from({ length: rounds }, () => timed(run)));
}

/** Milliseconds of this thread on its core: the machine may be busy with other things. */
function timed(run: () => void): number {
  const start = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}

function eventP95(lines: readonly string[], redactor: Redactor): number {
  const events = lines.filter((line) => line.length > 1500 && line.length < 2600).slice(0, 2000);
  const times = events.map((line) => elapsed(() => void redactor.line(line))).toSorted((a, b) => a - b);
  return times[Math.floor(times.length * 0.95)] ?? 0;
}

/** By the clock: the count of a thread's time is too coarse for one event. */
function elapsed(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function worst(rules: RedactionRules, redactor: Redactor): object {
  let slowest = { rule: '', ms: 0, text: '' };
  for (const rule of rules.rules) {
    for (const text of hostileTexts(rule, 64 * 1024)) {
      const once = timed(() => void redactor.text(text));
      const ms =
        once > slowest.ms
          ? Math.min(
              once,
              fastest(() => void redactor.text(text)),
            )
          : once;
      if (ms > slowest.ms) slowest = { rule: rule.id, ms: rounded(ms), text: text.slice(0, 60) };
    }
  }
  return slowest;
}

function readLines(folder: string): readonly string[] {
  const agents = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return agents.flatMap((agent) =>
    readdirSync(join(folder, agent.name)).flatMap((file) => {
      const bytes = readFileSync(join(folder, agent.name, file));
      const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      return text.split('\n').filter((line) => line !== '');
    }),
  );
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
