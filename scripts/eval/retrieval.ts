// How well the search finds what answers a question, beside SQLite's full text search and grep on the same texts. Needs
// `npm run build`. Exit 1 below the floors (retrieval/floors.json); 0 with a message where the data is not here.
import { parseArgs } from 'node:util';
import { embedderOf, embedderOptions } from './retrieval/embedding.ts';
import { below, floorsFor, storedFloors } from './retrieval/floors.ts';
import { missLines } from './retrieval/misses.ts';
import { isSet, meanLead, measure, type Outcome, ofRepositories } from './retrieval/run.ts';
import { table } from './retrieval/table.ts';
import { dataFolder, loadTools, type Tools } from './retrieval/tools.ts';
import { isDevSet, type Tuning, tuneOn } from './retrieval/tune-run.ts';

const usage = `usage: npm run eval:retrieval -- --set <set> [--set <set> …] [--merged] [--typos] [--explain-misses <n>] [--json]
       [--mode embedder --embedder-url <address> --embedder-model <model> [--embedder ollama|openai-compatible]
        [--embedder-key-file <file>] [--embedder-dimensions <n>] [--embedder-{query,document}-prefix <text>]]
       [--tune [--only <number> …] [--minutes <n>]]   proposes numbers for weights.ts, on dev sets alone; changes nothing
sets: locomo-dev, cosqa-dev, any other <name>.json.gz of the data folder, a file of that form,
      self (this project's own history), files:<directory of a git repository>`;

const options = {
  set: { type: 'string', multiple: true },
  merged: { type: 'boolean', default: false },
  typos: { type: 'boolean', default: false },
  mode: { type: 'string', default: 'offline' },
  'explain-misses': { type: 'string', default: '0' },
  json: { type: 'boolean', default: false },
  tune: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true, default: [] as string[] },
  minutes: { type: 'string', default: '60' },
  ...embedderOptions,
} as const;

const values = given();
process.exitCode = values ? await main(values.set?.flatMap((set) => set.split(',')) ?? [], values) : refuse(usage);

/** The options of the command line; undefined, and said why, when one is not known. */
function given() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

type Values = NonNullable<ReturnType<typeof given>>;

async function main(sets: readonly string[], { merged, typos, mode, json, ...more }: Values): Promise<number> {
  const misses = Number(more['explain-misses']);
  if (sets.length === 0 || !(misses >= 0)) return refuse(usage);
  if (mode !== 'offline' && mode !== 'embedder') return refuse(`--mode ${mode}: offline or embedder\n${usage}`);
  const embedder = mode === 'embedder' ? embedderOf(more) : undefined;
  if (mode === 'embedder' && !embedder) return refuse('--mode embedder needs --embedder-url and --embedder-model');
  const tools = await loadTools();
  if (!tools) {
    const skipped = `no evaluation data in ${dataFolder()}: set PRSIST_EVAL_DATA`;
    process.stdout.write(json ? `${JSON.stringify({ skipped })}\n` : `skipped: ${skipped}\n`);
    return 0;
  }
  const absent = sets.find((set) => !isSet(set, tools));
  if (absent !== undefined) return refuse(`no set ${absent}, neither a file nor one in ${tools.data}\n${usage}`);
  if (more.tune) return tuned(sets, { embedder, only: more.only, minutes: Number(more.minutes) }, tools);
  const outcomes: Outcome[] = [];
  for (const set of sets) {
    const outcome = await measure(set, { merged, typos, misses, embedder }, tools);
    outcomes.push(outcome);
    process.stdout.write(`${json ? JSON.stringify(outcome) : shown(outcome)}\n`);
  }
  const low = outcomes.flatMap((outcome) => outcome.below.map((line) => `${outcome.set}, ${outcome.way}: ${line}`));
  low.push(...leadBelow(outcomes, json));
  if (!json && low.length > 0) process.stdout.write(`below the floor:\n  ${low.join('\n  ')}\n`);
  return low.length > 0 ? 1 : 0;
}

async function tuned(sets: readonly string[], tuning: Tuning, tools: Tools): Promise<number> {
  const other = sets.find((set) => !isDevSet(set));
  if (other !== undefined) return refuse(`--tune: ${other} is no dev set`);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  process.stdout.write(`${await tuneOn(sets, tuning, { tools, say })}\n`);
  return 0;
}

/** The files a commit changed are found better than by FTS5, on the average of all repositories asked for. */
function leadBelow(outcomes: readonly Outcome[], json: boolean): readonly string[] {
  const lead = meanLead(outcomes, 'mrr');
  if (lead === undefined) return [];
  const line = { repositories: ofRepositories(outcomes).length, lead_mrr: lead };
  if (json) process.stdout.write(`${JSON.stringify(line)}\n`);
  else process.stdout.write(`MRR ahead of FTS5, mean of ${line.repositories} repositories: ${lead.toFixed(1)}\n`);
  return below(floorsFor(storedFloors(), 'files', 'lead'), (measure) => meanLead(outcomes, measure)).map(
    (each) => `lead over FTS5, mean of the repositories: ${each}`,
  );
}

/** One set as a person reads it. */
function shown({
  set,
  way,
  items,
  questions,
  taken_in_ms,
  across_projects,
  embedder,
  measured,
  floors,
  misses,
}: Outcome): string {
  const where = way.startsWith('merged') ? (across_projects ? ', across projects' : ', all in one project') : '';
  const head = `## ${set}, ${way}${where}: ${questions} questions, ${items} items, taken in in ${taken_in_ms} ms`;
  const how = embedder
    ? [`with ${embedder.model}: vectors in time for ${embedder.used} of ${questions} questions`]
    : [];
  return [head, ...how, table(measured, floors), ...(misses.length > 0 ? [missLines(misses)] : [])].join('\n');
}

function refuse(text: string): number {
  process.stderr.write(`${text}\n`);
  return 2;
}
