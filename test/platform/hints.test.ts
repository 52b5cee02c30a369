import fs from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Hints } from '../../src/platform/hints.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

test('PL70: changes in watched directories are told together a little later; in one that is no longer watched, or gone, not at all', async () => {
  const top = temporaryDirectory();
  const [a, b] = [join(top, 'a'), join(top, 'b')];
  for (const directory of [a, b]) fs.mkdirSync(directory);
  const heard = vi.fn();
  const hints = new Hints(20, heard);
  onTestFinished(() => hints.stop());
  hints.watch([a, b, join(top, 'nowhere')]);
  for (let n = 0; n < 5; n += 1) fs.writeFileSync(join(a, `${n}`), '');
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1), 2_000);
  hints.watch([b]);
  fs.writeFileSync(join(a, 'late'), '');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(heard).toHaveBeenCalledTimes(1);
  fs.rmSync(b, { recursive: true });
  fs.mkdirSync(b);
  hints.watch([]);
  hints.watch([b]);
  heard.mockClear();
  fs.writeFileSync(join(b, 'again'), '');
  await vi.waitFor(() => expect(heard).toHaveBeenCalled(), 2_000);
});
