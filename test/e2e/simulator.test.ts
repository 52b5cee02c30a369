// Clocks, long absence and strange records in the worlds of the simulator; its schedules: schedules-*.test.ts.
import { describe, expect, test } from 'vitest';
import { seeded } from '../harness/seed.ts';
import { played } from '../sim/played.ts';
import { poisoned } from '../sim/poison.ts';
import { weeksApart } from '../sim/weeks-apart.ts';

describe('the simulator', () => {
  test('T25: clocks ten years off, backwards and stuck stop nothing', async () => {
    expect(await played(1, 10, { clock: 40 })).toEqual([]);
  });

  test('T30: what is erased is nowhere once everybody has synchronised, whatever remotes and disks did meanwhile', async () => {
    expect(await played(1, 12, { erase: 12 })).toEqual([]);
  });

  test('CP9: packs that are joined now and then, with erases between, lose nothing and bring nothing back', async () => {
    expect(await played(1, 10, { repack: 24, erase: 6 })).toEqual([]);
  });

  test('CP16: devices that begin with snapshots come to what all others hold', async () => {
    expect(await played(1, 10, { snapshot: 60, sync: 10, erase: 6 })).toEqual([]);
  });

  test('T26: weeks apart with a thousand edits each, nothing is overwritten without a word', async () => {
    const { failures, edits, overlapping, open } = await weeksApart(seeded('T26').seed, 1_000);
    process.stdout.write(`T26: ${edits} edits, ${overlapping} entities changed by both, ${open} left for a person\n`);
    expect(failures).toEqual([]);
    expect(edits).toBeGreaterThan(1_500);
    expect(overlapping).toBeGreaterThan(10);
  });

  test('T26: a record that no table takes is kept and told, and stops nothing', async () => {
    const { notes, states, shown } = await poisoned();
    expect(notes).toContain('poison');
    expect(states).toEqual({ l1: 0, l2: 3, l3: 0 });
    expect(shown).toEqual(['l1', 'l3']);
  });
});
