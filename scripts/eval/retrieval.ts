// How well the search finds what answers a question, beside SQLite's full text search and grep on the same texts. Needs
// `npm run build`. Exit 1 below the floors (retrieval/floors.json); 0 with a message where the data is not here.
import { parseArgs } from 'node:util';
import { below, floorsFor, storedFloors } from './retrieval/floors.ts';
import { missLines } from './retrieval/misses.ts';
import { type Asked, meanLead, measure, type Outcome } from './retrieval/run.ts';
import { table } from './retrieval/table.ts';
import { dataFolder, loadTools } from './retrieval/tools.ts';

const usage = `usage: npm run eval:retrieval -- --set <set> [--set <set> …] [--merged] [--typos] [--explain-misses <n>] [--json]
sets: locomo-dev, cosqa-dev, any other <name>.json.gz of the data folder, a file of that form,
      self (this project's own history), files:<directory of a git repository>`;

const { values } = parseArgs({
  options: {
    set: { type: 'string', multiple: true },
    merged: { type: 'boolean', default: false },
    typos: { type: 'boolean', default: false },
    mode: { type: 'string', default: 'offline' },
    'explain-misses': { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});

process.exitCode = await main(values.set?.flatMap((set) => set.split(',')) ?? []);

async function main(sets: readonly string[]): Promise<number> {
  if (sets.length === 0) return refuse(usage);
  if (values.mode !== 'offline') return refuse(`--mode ${values.mode}: this build searches offline only`);
  const tools = await loadTools();
  if (!tools) {
    print({ skipped: `no evaluation data in ${dataFolder()}: set PRSIST_EVAL_DATA` });
    return 0;
  }
  const misses = Number(values['explain-misses']);
  const asked: Asked = { merged: values.merged, typos: values.typos, misses: Number.isNaN(misses) ? 20 : misses };
  const outcomes: Outcome[] = [];
  for (const set of sets) {
    const outcome = await measure(set, asked, tools);
    outcomes.push(outcome);
    print(outcome);
  }
  const low = outcomes.flatMap((outcome) => outcome.below.map((line) => `${outcome.set}, ${outcome.way}: ${line}`));
  low.push(...leadBelow(outcomes));
  if (!values.json) process.stdout.write(low.length > 0 ? `below the floor:\n  ${low.join('\n  ')}\n` : '');
  return low.length > 0 ? 1 : 0;
}

/** The files a commit changed are found better than by FTS5, on the average of all repositories asked for. */
function leadBelow(outcomes: readonly Outcome[]): readonly string[] {
  const lead = meanLead(outcomes, 'mrr');
  if (lead === undefined) return [];
  const line = { repositories: outcomes.filter(({ ofRepository }) => ofRepository).length, lead_mrr: lead };
  if (values.json) process.stdout.write(`${JSON.stringify(line)}\n`);
  else process.stdout.write(`MRR ahead of FTS5, mean of ${line.repositories} repositories: ${lead.toFixed(1)}\n`);
  return below(floorsFor(storedFloors(), 'files', 'lead'), (measure) => meanLead(outcomes, measure)).map(
    (each) => `lead over FTS5, mean of the repositories: ${each}`,
  );
}

function print(what: Outcome | { readonly skipped: string }): void {
  if (values.json) {
    process.stdout.write(`${JSON.stringify(what)}\n`);
    return;
  }
  if ('skipped' in what) {
    process.stdout.write(`skipped: ${what.skipped}\n`);
    return;
  }
  const { set, way, items, questions, taken_in_ms, across_projects, measured, floors, misses } = what;
  const where = way.startsWith('merged') ? (across_projects ? ', across projects' : ', all in one project') : '';
  process.stdout.write(
    `## ${set}, ${way}${where}: ${questions} questions, ${items} items, taken in in ${taken_in_ms} ms\n`,
  );
  process.stdout.write(`${table(measured, floors)}\n`);
  if (misses.length > 0) process.stdout.write(`${missLines(misses)}\n`);
}

function refuse(text: string): number {
  process.stderr.write(`${text}\n`);
  return 2;
}
