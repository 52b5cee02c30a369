import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { envelope } from '../../../src/features/brief/envelope.ts';
import { laidOut, noteWritten } from '../../../src/features/brief/laid-out.ts';
import { temporaryDirectory } from '../../store/temporary-store.ts';

test('BR64: what is laid out is what was rendered, in the form of its agent and within its cap, or it is told', () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'codex.start');
  const look = (most = 100) => laidOut(directory, 'codex', most);
  expect(look()).toEqual({ fault: undefined, told: 'nothing' });
  fs.writeFileSync(file, envelope('codex', 'SessionStart', 'We deploy on Fridays'));
  expect(look().fault).toMatch(/is not what was rendered/);
  noteWritten(directory);
  expect(look()).toEqual({ fault: undefined, told: 'something' });
  expect(look(4).fault).toMatch(/has about 5 tokens, more than 4/);
  fs.writeFileSync(file, envelope('codex', 'SessionStart', 'We deploy on Mondays'));
  expect(look().fault).toMatch(/is not what was rendered/);
  fs.writeFileSync(file, 'We deploy on Fridays');
  expect(look().fault).toMatch(/the form codex takes/);
  fs.rmSync(file);
  expect(look().fault).toMatch(/is missing/);
  expect(laidOut(join(directory, 'none'), 'codex', 100).fault).toMatch(/no brief is laid out/);
});
