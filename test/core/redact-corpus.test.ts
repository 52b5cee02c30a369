import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/core/redact.ts';
import { known, unseen } from '../harness/secrets/carriers.ts';
import { corpus, type Sample } from '../harness/secrets/corpus.ts';
import { fields, isGone } from '../harness/secrets/fields.ts';
import { secretKinds } from '../harness/secrets/kinds.ts';
import { negatives } from '../harness/secrets/negatives.ts';
import { shippedRules, testKey } from '../harness/secrets/rules.ts';

const redactor = createRedactor(shippedRules(), testKey);
const perKind = 150;
const data = process.env['PRSIST_EVAL_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
const transcripts = join(data, 'transcripts');

interface Row {
  readonly kind: string;
  readonly samples: number;
  readonly found: number;
  readonly named: number;
  readonly missedIn: string;
}

/** As a hook or a transcript hands it over: a string somewhere in a line of JSON. */
function isFound(sample: Sample): boolean {
  return fields.slice(0, 1).every((field) => isGone(sample, field, redactor));
}

function table(samples: readonly Sample[]): readonly Row[] {
  return secretKinds.map(({ kind }) => {
    const own = samples.filter((sample) => sample.kind === kind);
    const missed = own.filter((sample) => !isFound(sample));
    const named = own.filter(({ text }) => (redactor.text(text).counts[kind] ?? 0) > 0);
    const missedIn = [...new Set(missed.map(({ carrier }) => carrier))].join(' ');
    return { kind, samples: own.length, found: own.length - missed.length, named: named.length, missedIn };
  });
}

function share(rows: readonly Row[]): number {
  const sum = (pick: (row: Row) => number): number => rows.reduce((total, row) => total + pick(row), 0);
  return sum(({ found }) => found) / sum(({ samples }) => samples);
}

function printed(title: string, rows: readonly Row[]): string {
  const lines = rows.map(
    ({ kind, samples, found, named, missedIn }) =>
      `${kind.padEnd(22)}${((found / samples) * 100).toFixed(1).padStart(6)} %   as its kind ${((named / samples) * 100).toFixed(0).padStart(3)} %   ${missedIn}`,
  );
  return `${title}: ${(share(rows) * 100).toFixed(2)} % of ${rows.length} kinds × ${perKind}\n${lines.join('\n')}`;
}

describe('secret corpus', () => {
  it.each([
    ['carriers the rules were written with', 1, known],
    ['other seed, other carriers', 20, unseen],
  ])('is found: %s', (title, seed, carriers) => {
    const rows = table(corpus(seed, carriers, perKind));
    console.log(printed(title, rows));
    expect(share(rows)).toBeGreaterThanOrEqual(0.95);
    for (const { kind, found, samples } of rows) expect(found / samples, kind).toBeGreaterThanOrEqual(0.8);
  });

  it('RD7: is found in every field a text can come in by', () => {
    const samples = corpus(77, unseen, 14);
    const shares = fields.map((field) => {
      const found = samples.filter((sample) => isGone(sample, field, redactor)).length;
      return [field.id, found / samples.length] as const;
    });
    expect(shares.filter(([, found]) => found < 0.95)).toEqual([]);
  });

  it('is not found where there is none', () => {
    const lines = negatives(21, 20_000);
    const wrong = lines.filter((line) => redactor.text(line).text !== line);
    expect(wrong.length / lines.length, wrong[0]).toBeLessThanOrEqual(0.01);
  });

  it.skipIf(!existsSync(transcripts))(
    'is not found in real transcripts, whose lines stay as they are (needs the data folder)',
    () => {
      for (const line of realLines()) expect(redactor.line(line).line === line, line.slice(0, 200)).toBe(true);
    },
  );
});

function* realLines(): Generator<string> {
  for (const agent of readdirSync(transcripts, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    for (const file of readdirSync(join(transcripts, agent.name))) {
      const bytes = readFileSync(join(transcripts, agent.name, file));
      const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      yield* text.split('\n').filter((line) => line !== '');
    }
  }
}
