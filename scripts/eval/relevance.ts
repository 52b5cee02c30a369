// How probable it is that a result answers the question: fits the weights on the dev conversations, and checks them on
// each conversation with the weights of the others. Needs `npm run build`; 0 with a message where the data is not here.
import fs from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { relevanceOf } from '../../src/features/search/relevance.ts';
import { relevanceFit } from '../../src/features/search/relevance-fit.ts';
import { cutAt, cutLines } from './relevance/cut.ts';
import { type Fitted, fitted } from './relevance/regression.ts';
import { binLines, reliability } from './relevance/reliability.ts';
import { start } from './retrieval/product.ts';
import { questionsOf, readRaw, storesOf } from './retrieval/sets.ts';
import { dataFolder } from './retrieval/tools.ts';

const usage = 'usage: node scripts/eval/relevance.ts [--sample <file>]: some of the judged results are written there';
/** Of each question so many results are looked at: more than any budget for an agent holds. */
const depth = 60;
const budget = 2000;
const thresholds = [0, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 0.6];
/** Of results that hardly answer there are very many: fewer of them are in a sample. */
const oneOf = { improbable: 200, probable: 6 };
const improbable = 0.1;

interface Result {
  readonly signs: Readonly<Record<string, number>>;
  readonly answers: boolean;
  readonly line: string;
}

interface Asked {
  readonly store: string;
  readonly gold: number;
  readonly results: readonly Result[];
}

process.exitCode = await main();

async function main(): Promise<number> {
  const sample = sampleFile();
  if (sample === null) return 2;
  const file = join(dataFolder(), 'locomo-dev.json.gz');
  if (!fs.existsSync(file)) {
    process.stdout.write(`skipped: no evaluation data in ${dataFolder()}: set PRSIST_EVAL_DATA\n`);
    return 0;
  }
  const asked = await answers(file);
  const names = Object.keys(relevanceFit.weights);
  const rows = asked.flatMap(({ results }) => results);
  const others = new Map(
    [...new Set(asked.map(({ store }) => store))].map((store) => [
      store,
      fitted(
        asked.filter((each) => each.store !== store).flatMap(({ results }) => results),
        names,
      ),
    ]),
  );
  const judged = asked.map((each) => judgedBy(others.get(each.store), each));
  const bins = reliability(judged.flatMap(({ results }) => results));
  const lines = [
    `${asked.length} questions, ${rows.length} results, each judged by the weights of the other conversations`,
    ...binLines(bins),
    '',
    `what stays within ${budget} tokens, by threshold`,
    ...cutLines(thresholds.map((threshold) => cutAt(threshold, budget, judged))),
    '',
    'weights of all conversations, for src/features/search/relevance-fit.ts',
    JSON.stringify(rounded(fitted(rows, names))),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (sample !== undefined) writeSample(sample, rows, names);
  return 0;
}

/** The file a sample is wanted in; null, and said why, when the command line is not understood. */
function sampleFile(): string | undefined | null {
  try {
    return parseArgs({ options: { sample: { type: 'string' } } }).values.sample;
  } catch {
    process.stderr.write(`${usage}\n`);
    return null;
  }
}

async function answers(file: string): Promise<readonly Asked[]> {
  const raw = readRaw(file);
  const stores = storesOf(raw);
  const texts = new Map(stores.flatMap(({ items }) => items.map(({ id, text }) => [id, text] as const)));
  const running = await start(stores, false);
  try {
    const asked: Asked[] = [];
    for (const question of questionsOf(raw)) {
      const results = await running.results(question, { limit: depth, explain: true });
      asked.push({
        ...{ store: question.store, gold: question.gold.length },
        results: results.map(({ item, explain, at, author }) => ({
          ...{ signs: explain?.signs ?? {}, answers: question.gold.includes(item) },
          line: `[${at}] ${author ?? ''}: ${texts.get(item)}`,
        })),
      });
    }
    return asked;
  } finally {
    await running.stop();
  }
}

function judgedBy(fit: Fitted | undefined, { gold, results }: Asked) {
  return {
    gold,
    results: results.map((each) => ({ ...each, probability: fit ? relevanceOf(each.signs, fit) : 0 })),
  };
}

function rounded({ bias, weights }: Fitted): Fitted {
  const short = (value: number) => Number(value.toFixed(3));
  return {
    bias: short(bias),
    weights: Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, short(weight)])),
  };
}

/** Numbers alone: the conversations themselves are not ours to ship. */
function writeSample(file: string, rows: readonly Result[], names: readonly string[]): void {
  const groups = Object.groupBy(rows, ({ signs }) => (relevanceOf(signs) < improbable ? 'improbable' : 'probable'));
  const chosen = (['improbable', 'probable'] as const).flatMap((group) =>
    (groups[group] ?? []).filter((_, place) => place % oneOf[group] === 0),
  );
  const lines = chosen.map(({ signs, answers: came }) =>
    JSON.stringify([came ? 1 : 0, ...names.map((name) => signs[name])]),
  );
  fs.writeFileSync(file, `{"names":${JSON.stringify(names)},"rows":[\n${lines.join(',\n')}\n]}\n`);
}
