// Plays schedules of the simulator: npm run sim -- [--seed N] [--count N] [--trace] [--shrink] [--quiet] [--erase SHARE]
import { parseArgs } from 'node:util';
import { scheduleOf } from '../test/sim/schedule.ts';
import { shrunk } from '../test/sim/shrink.ts';
import { simulate } from '../test/sim/simulate.ts';

const { seed, count, trace, shrink, quiet, erase } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
    erase: { type: 'string', default: '0' },
  },
}).values;
const say = (text: string) => process.stdout.write(`${text}\n`);

for (let i = 0; i < Number(count); i += 1) {
  const schedule = scheduleOf(Number(seed) + i, { erase: Number(erase) });
  let outcome = await simulate(schedule);
  if (outcome.failures.length > 0 && shrink) {
    const less = await shrunk(schedule, async (one) => (await simulate(one)).failures.length > 0);
    say(`seed ${schedule.seed}: ${schedule.steps.length} steps, ${less.steps.length} of them are enough`);
    outcome = await simulate(less);
  }
  if (trace) for (const line of outcome.trace) say(line);
  for (const failure of outcome.failures) say(`seed ${schedule.seed}: ${failure}`);
  if (outcome.failures.length > 0) process.exitCode = 1;
  else if (!quiet)
    say(`seed ${schedule.seed}: ${schedule.devices} devices, ${schedule.steps.length} steps, as the oracle says`);
}
