import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodedDirectory, encodedPath } from '../../src/platform/encoded-path.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

test('PL73: an encoded path leads back to a directory that is there, the longest names first, known ones before all', () => {
  const top = fs.realpathSync(temporaryDirectory());
  for (const name of ['my-app', 'my/app', 'my.site']) fs.mkdirSync(join(top, name), { recursive: true });
  const encoded = (name: string) => encodedPath(join(top, name));
  expect(decodedDirectory(encoded('my-app'), [])).toBe(join(top, 'my-app'));
  expect(decodedDirectory(encoded('my-app'), [join(top, 'my/app')])).toBe(join(top, 'my/app'));
  expect(decodedDirectory(encoded('my.site'), [])).toBe(join(top, 'my.site'));
  expect(decodedDirectory(encoded('gone'), [])).toBeUndefined();
  expect(decodedDirectory('---', [])).toBeUndefined();
});
