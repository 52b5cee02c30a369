import { expect, test } from 'vitest';
import { recentWork } from '../../../src/features/sessions/summarise-recent.ts';
import { command } from './summarise-given.ts';

const call = (words: string, ...files: string[]) => ({ words, files });

test('SE66: what was in hand last: paths and commands newest first, names by how often and how lately they came up', () => {
  const calls = [
    call('old_string: parseConfig(oldName)\nnew_string: parseConfig(oldName, readFile)', '/w/src/config.ts'),
    call('rg -n retryCount internal/net/client.go | head'),
    call('old_string: sendBatch\nnew_string: sendBatch(retryCount)', 'src/send.ts'),
  ];
  const commands = [command(1, 'cd /w && npm test 2>&1 | tail'), command(2, 'ls'), command(3, 'go vet ./...')];
  expect(recentWork({ calls, commands })).toEqual({
    files: ['src/send.ts', 'internal/net/client.go', '/w/src/config.ts'],
    commands: ['go vet ./...', 'npm test'],
    names: ['retryCount', 'sendBatch', 'oldName', 'parseConfig', 'readFile'],
  });
});

test('SE66: names of directories and words of a plan are no names of the work', () => {
  const calls = [
    call('cd /tmp/tmpDir_wqKOxj/home && goTest readFile'),
    call('status: in_progress\ncontent: call sendBatch'),
  ];
  expect(recentWork({ calls, commands: [] }).names).toEqual(['sendBatch', 'goTest', 'readFile']);
});

test('SE66: bounded however much was done', () => {
  const calls = Array.from({ length: 60 }, (_, n) =>
    call(Array.from({ length: 50 }, (_, k) => `some_name${n}_${k}`).join(' '), ...[0, 1].map((k) => `f${n}-${k}.ts`)),
  );
  const commands = Array.from({ length: 100 }, (_, n) => command(n, `make target${n} ${'x'.repeat(500)}`));
  const { files, names, commands: ran } = recentWork({ calls, commands });
  expect([files.length, names.length, ran.length]).toEqual([20, 120, 10]);
  expect(Math.max(...[...ran, ...names].map((each) => each.length))).toBeLessThanOrEqual(81);
  expect(recentWork({ calls: [], commands: [] })).toEqual({ files: [], commands: [], names: [] });
});
