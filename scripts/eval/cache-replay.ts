// What memory in the prompt does to the provider's cache, by recorded conversations: npm run eval:replay [-- <file or
// directory> …] [--json]. Exit 1 below the bars; 0 with a message where there is nothing to replay.
import fs from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { belowBars, perToken, type Replayed, replayFiles } from './cache/replay.ts';

const root = resolve(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const usual = join(process.env.PRSIST_EVAL_DATA ?? join(root, '../shared/data'), 'transcripts/claude-code');
const paths = positionals.length > 0 ? positionals.map((path) => resolve(path)) : [usual];
if (paths.every((path) => fs.existsSync(path))) process.exitCode = show(await replayFiles(paths, root));
else process.stdout.write('skipped: no transcripts here: set PRSIST_EVAL_DATA, or name some\n');

function show(replayed: Replayed): number {
  const { sessions, requests, tokens, recorded, rows, errors } = replayed;
  const low = belowBars(replayed);
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ ...replayed, rows: Object.fromEntries(rows), below: low })}\n`);
    return low.length > 0 ? 1 : 0;
  }
  const [alone] = rows.values();
  const lines = [...rows].map(([name, outcome]) => {
    const changes =
      outcome === alone || !alone
        ? ['', '']
        : [perToken(outcome) / perToken(alone), outcome.units / alone.units].map((ratio) => signed(100 * (ratio - 1)));
    const cells = [name, `${(100 * outcome.share).toFixed(2)} %`, perToken(outcome).toFixed(4), ...changes];
    return `| ${cells.join(' | ')} |`;
  });
  const mean = errors.reduce((sum, each) => sum + each, 0) / Math.max(1, errors.length);
  process.stdout.write(
    `${[
      '| | cached share | cost of an input token | against the agent alone |',
      '|---|---|---|---|',
      ...lines,
      '',
      `${sessions} sessions, ${requests} requests, ${(tokens / 1e6).toFixed(1)} M input tokens; recorded ${(100 * recorded.share).toFixed(2)} %; simulator off by ${mean.toFixed(2)} points in the mean, ${Math.max(0, ...errors).toFixed(2)} at worst`,
      ...low.map((line) => `below the bar: ${line}`),
    ].join('\n')}\n`,
  );
  return low.length > 0 ? 1 : 0;
}

function signed(percent: number): string {
  const digits = Math.abs(percent) < 10 ? 2 : 0;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(digits)} %`;
}
