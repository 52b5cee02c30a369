import { expect, test } from 'vitest';
import { tomlPaths } from '../../src/core/toml-scan.ts';

test.each([
  ['', []],
  ['a=1', [['a']]],
  ['a=[1,\n2 # ]\n]\n[b.c]\nd="#" # x\n', [['a'], ['b', 'c'], ['b', 'c', 'd']]],
  [
    "[[x.y]]\r\nk='''a\n[z]\n'''\r\n",
    [
      ['x', 'y'],
      ['x', 'y', 'k'],
    ],
  ],
  ['a = """x\\"""y"""\n', [['a']]],
  ['x."y z".w=1 # c', [['x', 'y z', 'w']]],
  ['a=""\nb=\'\'\nc = { d = "}" }', [['a'], ['b'], ['c']]],
])('IN1: of %j the keys and tables are known', (text, paths) => {
  expect(tomlPaths(text)).toEqual(paths);
});

test.each([
  'a = "x\n',
  'a = """x\n',
  'a = """x"\n',
  "x = 'it''\n",
  'a=[1',
  'a = 1]',
  '[b',
  'a',
  '[a] junk',
  'a =\n',
  '{"json": 1}',
])('IN2: %j is not taken for TOML', (text) => {
  expect(tomlPaths(text)).toBeUndefined();
});
