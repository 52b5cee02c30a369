import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { choice } from '../../src/cli/choice.ts';
import type { Cli } from '../../src/cli/cli.ts';

async function said(text: string | undefined): Promise<[string, string[]]> {
  const asked: string[] = [];
  const stdin = Readable.from(text === undefined ? [] : [text]);
  // of a command only what asking needs
  const cli = { stdin: () => stdin, print: { warn: (line: string) => void asked.push(line) } } as unknown as Cli;
  return [await choice(cli, 'which?', ['yes', 'no', 'never'], 'no'), asked];
}

test.each([
  ['yes\n', 'yes'],
  ['Y\n', 'yes'],
  ['ne\n', 'never'],
  ['n\n', 'no'],
  ['\n', 'no'],
  ['maybe\n', 'no'],
  [undefined, 'no'],
])('IN65: a person answers %j', async (text, word) => {
  expect(await said(text)).toEqual([word, ['which?']]);
});
