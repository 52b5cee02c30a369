import { expect, test } from 'vitest';
import { prsist } from './world.ts';

const refused = async (...argv: string[]) => {
  const { exit, stderr } = await prsist(['cache', 'warm', ...argv]);
  return `${exit} ${stderr.split('\n').slice(0, 2).join(' · ')}`;
};

test('PC745: what is for a local engine needs --local, and --local is no plan', async () => {
  expect(await refused('--slot', '1')).toBe('2 error: --slot is for a local engine · try: add --local');
  expect(await refused('--kv-type', 'q8_0/q8_0')).toBe('2 error: --kv-type is for a local engine · try: add --local');
  expect(await refused('--doc', 'a.md')).toBe('2 error: --doc is for a local engine · try: add --local');
  expect(await refused('--local', '--plan')).toContain('--plan only looks at files, --local computes');
  expect(await refused('--local', '--slot', '1024')).toContain('"1024" is not a whole number from 0 to 1023');
});
