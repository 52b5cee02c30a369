// Worlds of three to five devices, with everything that goes wrong between them: 07 §17. A failure names its seed:
// npm run sim -- --seed N --trace
import { describe, expect, test } from 'vitest';
import { seeded } from '../harness/seed.ts';
import { poisoned } from '../sim/poison.ts';
import { type Shares, scheduleOf } from '../sim/schedule.ts';
import { simulate } from '../sim/simulate.ts';
import { weeksApart } from '../sim/weeks-apart.ts';

/** What failed, with the seed it can be had again by. */
async function played(seeds: readonly number[], wanted: Partial<Shares> = {}): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const seed of seeds) {
    const outcome = await simulate(scheduleOf(seed, wanted));
    failures.push(...outcome.failures.slice(0, 3).map((failure) => `seed ${seed}: ${failure}`));
  }
  return failures;
}

const from = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

describe('the simulator', () => {
  test('T24: whatever is lost, doubled, turned, late, cut or changed on the way, and wherever a process dies: all have the same, and every edit', async () => {
    expect(await played(from(1, 300))).toEqual([]);
  });

  test('T25: clocks ten years off, backwards and stuck stop nothing', async () => {
    expect(await played(from(1, 20), { clock: 40 })).toEqual([]);
  });

  test('T26: weeks apart with a thousand edits each, nothing is overwritten without a word', async () => {
    const { failures, edits, overlapping, open } = await weeksApart(seeded('T26').seed, 1_000);
    process.stdout.write(`T26: ${edits} edits, ${overlapping} entities changed by both, ${open} left for a person\n`);
    expect(failures).toEqual([]);
    expect(edits).toBeGreaterThan(1_500);
    expect(overlapping).toBeGreaterThan(20);
  });

  test('T26: a record that no table takes is kept and told, and stops nothing', async () => {
    const { notes, states, shown } = await poisoned();
    expect(notes).toContain('poison');
    expect(states).toEqual({ l1: 0, l2: 3, l3: 0 });
    expect(shown).toEqual(['l1', 'l3']);
  });
});
