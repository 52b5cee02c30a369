// The simulator: it repeats itself, it notices, and it says where. Its schedules are played by test/e2e/simulator.test.ts.
import { expect, test } from 'vitest';
import { scheduleOf } from '../../sim/schedule.ts';
import { shrunk } from '../../sim/shrink.ts';
import { simulate } from '../../sim/simulate.ts';

test('SI5: a seed is one world, every time, to the last line of its trace', async () => {
  const schedule = scheduleOf(7);
  expect(scheduleOf(7)).toEqual(schedule);
  expect(scheduleOf(8)).not.toEqual(schedule);
  const [once, again] = [await simulate(schedule), await simulate(schedule)];
  expect(once.failures).toEqual([]);
  expect(again.trace).toEqual(once.trace);
});

test('SI6: rows that one device has otherwise, a record that is nowhere and a value nobody said are noticed', async () => {
  const schedule = { ...scheduleOf(7), steps: scheduleOf(7).steps.slice(0, 40) };
  const spoilt = async (sql: string) => {
    const { failures } = await simulate(schedule, ([device]) => void device?.store.db.exec(sql));
    return failures.join('\n');
  };
  expect(await spoilt("update memory_context_registry set category = 'spoilt'")).toContain('"spoilt"');
  expect(await spoilt('update memory_context_registry set updated_at = 1')).toContain('differs from');
  expect(await spoilt('delete from heads')).toContain('goes on from others');
  expect(await spoilt("delete from records where n = (select max(n) from records where type = 'context')")).toMatch(
    /stands there 0 times|records .* are missing|differs/,
  );
});

test('SI7: a schedule that fails is cut down to the steps it takes', async () => {
  const schedule = scheduleOf(3);
  const wanted = [schedule.steps[5], schedule.steps[41]];
  const fails = async ({ steps }: typeof schedule) => wanted.every((step) => step && steps.includes(step));
  expect((await shrunk(schedule, fails)).steps).toEqual(wanted);
});
