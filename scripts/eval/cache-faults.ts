// Faults put into made conversations, and how many of them the audit names: node scripts/eval/cache-faults.ts [--each 20]
// [--seed 1]. Exit 1 when fewer than 95 % are named, or one is seen where there is none.
import { parseArgs } from 'node:util';
import { rates } from './cache/faults.ts';

const { values } = parseArgs({
  options: {
    each: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const found = rates(Number(values.each), Number(values.seed));
const injected = found.filter(({ fault }) => fault !== 'none');
const sum = (of: 'made' | 'named') => injected.reduce((total, each) => total + each[of], 0);
const share = sum('named') / sum('made');
if (values.json) process.stdout.write(`${JSON.stringify({ rates: found, share })}\n`);
else {
  process.stdout.write(
    '| injected | conversations | named, segments known | from usage alone, as far as it goes |\n|---|---|---|---|\n',
  );
  for (const { fault, made, named, byUsage } of found) {
    process.stdout.write(`| ${fault} | ${made} | ${named} | ${byUsage} |\n`);
  }
  process.stdout.write(`\n${(100 * share).toFixed(1)} % named correctly\n`);
}
const isQuiet = found.every(({ fault, made, named }) => fault !== 'none' || named === made);
process.exitCode = share >= 0.95 && isQuiet ? 0 : 1;
