// How many secrets redaction finds, and how often it finds one where there is none: one line of JSON.
// `redaction.ts --corpus` prints the labelled corpus instead, a sample per line. Both take --seed and --per-kind.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { createRedactor, type Redactor } from '../../src/core/redact.ts';
import { unseen } from '../../test/harness/secrets/carriers.ts';
import { corpus } from '../../test/harness/secrets/corpus.ts';
import { fields, isGone } from '../../test/harness/secrets/fields.ts';
import { negatives } from '../../test/harness/secrets/negatives.ts';
import { shippedRules, testKey } from '../../test/harness/secrets/rules.ts';

const { values } = parseArgs({
  options: {
    corpus: { type: 'boolean', default: false },
    seed: { type: 'string', default: '77' },
    'per-kind': { type: 'string', default: '150' },
  },
});
const seed = Number(values.seed);
const samples = corpus(seed, unseen, Number(values['per-kind']));
const harmless = negatives(seed, 20_000);
const data = process.env['PRSIST_EVAL_DATA'] ?? join(import.meta.dirname, '../../../shared/data');

if (values.corpus) {
  for (const { kind, carrier, text, secrets } of samples) {
    for (const { id } of fields)
      console.log(JSON.stringify({ label: 'secret', kind, carrier, field: id, text, secrets }));
  }
  for (const text of harmless) console.log(JSON.stringify({ label: 'none', text }));
} else {
  console.log(JSON.stringify(measure(createRedactor(shippedRules(), testKey))));
}

function measure(redactor: Redactor): object {
  const tried = samples.flatMap((sample) =>
    fields.map((field) => ({ sample, field: field.id, gone: isGone(sample, field, redactor) })),
  );
  const recall = shares(tried.map(({ sample, gone }) => [sample.kind, gone]));
  const kinds = Object.entries(recall);
  const named = samples.filter(({ kind, text }) => (redactor.text(text).counts[kind] ?? 0) > 0);
  return {
    ...{ name: 'redaction', seed, samples: samples.length, tries: tried.length },
    recall: rounded(tried.filter(({ gone }) => gone).length / tried.length),
    ...{ kinds: kinds.length, kinds_at_95: kinds.filter(([, share]) => share >= 0.95).length },
    lowest: kinds.toSorted(([, a], [, b]) => a - b)[0],
    by_field: shares(tried.map(({ field, gone }) => [field, gone])),
    by_kind: recall,
    right_kind: rounded(named.length / samples.length),
    harmless: { lines: harmless.length, ...hits(harmless, (line) => redactor.text(line).counts) },
    transcripts: realLines(redactor),
  };
}

/** How many of each name were so. */
function shares(all: readonly (readonly [string, boolean])[]): Record<string, number> {
  const counts = new Map<string, { so: number; of: number }>();
  for (const [name, so] of all) {
    const before = counts.get(name) ?? { so: 0, of: 0 };
    counts.set(name, { so: before.so + Number(so), of: before.of + 1 });
  }
  return Object.fromEntries([...counts].map(([name, { so, of }]) => [name, rounded(so / of)]));
}

type Counts = ReturnType<Redactor['text']>['counts'];

/** Lines in which something was replaced, by kind, each kind with one of them. */
function hits(all: Iterable<string>, counted: (line: string) => Counts) {
  let lines = 0;
  let wrong = 0;
  const seen: Record<string, { count: number; first: string }> = {};
  for (const line of all) {
    lines += 1;
    const counts = Object.entries(counted(line));
    wrong += Number(counts.length > 0);
    for (const [kind, count] of counts) {
      seen[kind] = { first: line.slice(0, 300), ...seen[kind], count: (seen[kind]?.count ?? 0) + count };
    }
  }
  return { false_positives: wrong, rate: rounded(wrong / Math.max(1, lines)), classes: seen };
}

function realLines(redactor: Redactor): object {
  const folder = join(data, 'transcripts');
  if (!existsSync(folder)) return { skipped: `no transcripts in ${data}` };
  const agents = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const all = agents.flatMap(({ name }) =>
    readdirSync(join(folder, name)).flatMap((file) => {
      const bytes = readFileSync(join(folder, name, file));
      const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      return text.split('\n').filter((line) => line !== '');
    }),
  );
  return { lines: all.length, ...hits(all, (line) => redactor.line(line).counts) };
}

function rounded(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}
