// Loss of power, simulated: the database as it was last folded together, and a log of changes cut anywhere after the last
// acknowledged write, with what a disk may leave behind it.
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeAtomic } from '../../src/platform/files.ts';
import { powerLoss } from '../harness/power-loss.ts';
import { seeded } from '../harness/seed.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

test('T3: 200 images after a loss of power: each opens, is sound and holds every acknowledged write, none half', async () => {
  const images = Number(process.env.PRSIST_IMAGES ?? 200);
  const result = await powerLoss({ directory: temporaryDirectory(), random: seeded('T3'), images });
  process.stdout.write(`T3: ${JSON.stringify(result)}\n`);
  expect(result).toMatchObject({ images, bad: [] });
});

describe('T3: files outside the databases', () => {
  test('T3: a file that is replaced is the old one or the new one, wherever the writer stops', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'endpoint.json');
    const texts = ['a'.repeat(100), 'b'.repeat(70_000), 'c'];
    const steps = ['openSync', 'writeFileSync', 'fsyncSync', 'closeSync', 'renameSync'] as const;
    writeAtomic(path, texts[0] ?? '');
    for (const [n, step] of steps.entries()) {
      const original = fs[step];
      const before = fs.readFileSync(path, 'utf8');
      const stop = () => {
        throw new Error(`stopped at ${step}`);
      };
      // the process ends here: the system's own call is what fails, no module of ours is replaced
      Object.assign(fs, { [step]: stop });
      try {
        expect(() => writeAtomic(path, texts[n % 3] ?? '')).toThrow(`stopped at ${step}`);
      } finally {
        Object.assign(fs, { [step]: original });
      }
      expect(fs.readFileSync(path, 'utf8')).toBe(before);
      expect(fs.readdirSync(directory)).toEqual(['endpoint.json']);
    }
    writeAtomic(path, texts[2] ?? '');
    expect(fs.readFileSync(path, 'utf8')).toBe('c');
  });

  test('T3: what is renamed has been flushed', () => {
    const order: string[] = [];
    const { fsyncSync, renameSync } = fs;
    Object.assign(fs, {
      fsyncSync: (handle: number) => void (order.push('flush'), fsyncSync(handle)),
      renameSync: (from: string, to: string) => void (order.push('rename'), renameSync(from, to)),
    });
    try {
      writeAtomic(join(temporaryDirectory(), 'x'), 'x');
    } finally {
      Object.assign(fs, { fsyncSync, renameSync });
    }
    expect(order).toEqual(['flush', 'rename']);
  });
});
