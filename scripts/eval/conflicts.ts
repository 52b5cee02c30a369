// How often two who worked apart are left with a conflict: npm run eval:conflicts [-- --only W1 --least 1000 --seed 1]
import { parseArgs } from 'node:util';
import { worked, workloads } from '../../test/sim/workload.ts';
import { added, type Measured, measure, nothing } from './conflicts/measure.ts';

const { only, least, seed } = parseArgs({
  options: {
    only: { type: 'string' },
    least: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
}).values;

/** Of those that two changed apart; what is published has no bar. */
const bars: Readonly<Record<string, number>> = { W1: 0.05, W2: 0.05, W3: 0.05 };
const share = (part: number, whole: number) => Math.round((part / Math.max(1, whole)) * 100_000) / 100_000;

/** One line of figures; the seeds go on until so many entities were changed apart. */
async function run(workload: (typeof workloads)[number]): Promise<boolean> {
  let sum: Measured = nothing;
  let seeds = 0;
  for (; sum.concurrent < Number(least); seeds += 1)
    sum = added(sum, await worked(workload, Number(seed) + seeds, measure));
  const rate = share(sum.open, sum.concurrent);
  const perChange = share(sum.open, sum.changes);
  const bar = bars[workload.name];
  const passed = sum.wrong === 0 && sum.overwritten === 0 && (bar === undefined || (rate < bar && perChange < 0.005));
  const shares = {
    rate,
    settled: share(sum.settled, sum.concurrent),
    manual: share(sum.manual, sum.concurrent),
    perChange,
  };
  process.stdout.write(
    `${JSON.stringify({ workload: workload.name, passed, ...shares, seeds, ...{ counts: sum } })}\n`,
  );
  return passed;
}

for (const workload of workloads.filter(({ name }) => only === undefined || name === only)) {
  if (!(await run(workload))) process.exitCode = 1;
}
