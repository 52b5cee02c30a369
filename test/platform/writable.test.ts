import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { requireWritable } from '../../src/platform/writable.ts';

const place = fs.mkdtempSync(join(tmpdir(), 'prsist-writable-'));
afterAll(() => fs.rmSync(place, { recursive: true }));

test('what is missing is made, for nobody else', () => {
  const path = join(place, 'a', 'b', 'c');
  requireWritable(path);
  requireWritable(path);
  expect(['a', 'a/b', 'a/b/c'].map((name) => fs.statSync(join(place, name)).mode & 0o777)).toEqual([
    0o700, 0o700, 0o700,
  ]);
});

test.each(['/proc/nowhere/a/b', join(place, 'file', 'x', 'y')])(
  '%s can be made by nobody, and that is said',
  (path) => {
    fs.writeFileSync(join(place, 'file'), '');
    expect(() => requireWritable(path)).toThrowError(expect.objectContaining({ code: 'disk/read-only' }));
  },
);
