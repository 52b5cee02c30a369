import { describe, expect, test } from 'vitest';
import { insertJson, jsonShape, removeJson } from '../../src/core/json-edit.ts';

const x = { command: 'x' };

describe('an element goes in the way the list is written', () => {
  test.each([
    [
      'list on lines',
      '{\n  "a": [\n    1\n  ]\n}\n',
      '{\n  "a": [\n    1,\n    {\n      "command": "x"\n    }\n  ]\n}\n',
    ],
    [
      'tabs and CRLF',
      '{\r\n\t"a": [\r\n\t\t1\r\n\t]\r\n}',
      '{\r\n\t"a": [\r\n\t\t1,\r\n\t\t{\r\n\t\t\t"command": "x"\r\n\t\t}\r\n\t]\r\n}',
    ],
    [
      'trailing comma',
      '{\n  "a": [\n    1,\n  ],\n}',
      '{\n  "a": [\n    1,\n    {\n      "command": "x"\n    },\n  ],\n}',
    ],
    [
      'comment after the last',
      '{\n  "a": [\n    1 // one\n  ]\n}',
      '{\n  "a": [\n    1, // one\n    {\n      "command": "x"\n    }\n  ]\n}',
    ],
    ['one line, spaced', '{ "a": [1, 2] }', '{ "a": [1, 2, { "command": "x" }] }'],
    ['one line, tight', '{"a":[1,2]}', '{"a":[1,2,{"command":"x"}]}'],
    [
      'hugging brackets',
      '{\n  "a": [{\n    "b": 1\n  }]\n}',
      '{\n  "a": [{\n    "b": 1\n  }, {\n    "command": "x"\n  }]\n}',
    ],
    ['empty list', '{\n    "a": []\n}', '{\n    "a": [\n        {\n            "command": "x"\n        }\n    ]\n}'],
    ['empty list, tight document', '{"a":[]}', '{"a":[{"command":"x"}]}'],
    ['byte order mark', '\uFEFF{"a":[]}', '\uFEFF{"a":[{"command":"x"}]}'],
    [
      'only a comment in it',
      '{\n  "a": [\n    // none yet\n  ]\n}',
      '{\n  "a": [\n    // none yet\n    {\n      "command": "x"\n    }\n  ]\n}',
    ],
  ])('%s', (_, before, after) => {
    expect(insertJson(before, { path: ['a'], value: x })).toBe(after);
    expect(removeJson(after, ['a', jsonLength(before) ?? 0])).toBe(before);
  });

  function jsonLength(text: string): number | undefined {
    const shape = jsonShape(text);
    const list = shape?.kind === 'object' ? shape.members[0]?.[1] : undefined;
    return list?.kind === 'array' ? list.items.length : undefined;
  }
});

test('a member goes into an empty document on lines of its own', () => {
  expect(insertJson('{}\n', { path: [], key: 'a', value: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}\n');
});

describe('what cannot be done says so', () => {
  test.each([
    ['not JSON', '{"a": [}', ['a']],
    ['two documents', '{"a":[]} {}', ['a']],
    ['comment alone', '// nothing', []],
    ['a string at the path', '{"a":"b"}', ['a']],
    ['nothing at the path', '{}', ['a']],
    ['brackets without end', '['.repeat(100_000), [0]],
  ])('%s', (_, text, path) => {
    expect(insertJson(text, { path, value: 1 })).toBeUndefined();
  });

  test('a key that is there already', () => {
    expect(insertJson('{"a":1}', { path: [], key: 'a', value: 1 })).toBeUndefined();
  });

  test('removing what is not there, or the document', () => {
    expect(removeJson('{"a":[1]}', ['a', 1])).toBeUndefined();
    expect(removeJson('{"a":[1]}', [])).toBeUndefined();
  });
});

describe('removing takes one comma and leaves comments', () => {
  test.each([
    ['first of two', '[1, 2]', [0], '[2]'],
    ['last of two', '[1, 2]', [1], '[1]'],
    ['last with trailing comma', '[1, 2,]', [1], '[1,]'],
    ['middle, on lines', '[\n  1,\n  2,\n  3\n]', [1], '[\n  1,\n  3\n]'],
    ['comment behind it', '[\n  1,\n  2, // two\n  3\n]', [1], '[\n  1,\n  // two\n  3\n]'],
    ['comment before its comma', '[\n  1 /* a */,\n  2\n]', [0], '[\n  /* a */\n  2\n]'],
    ['comment before the comma that goes', '[1 /* one */, 2]', [1], '[1 /* one */]'],
    ['only one', '[ 1 ]', [0], '[]'],
    ['a comment stays in an emptied list', '[\n  // keep\n  1\n]', [0], '[\n  // keep\n]'],
  ])('%s', (_, before, path, after) => {
    expect(removeJson(before, path)).toBe(after);
  });
});

test('the shape forgets layout and keeps spelling, order and twins', () => {
  expect(jsonShape('{"a":1e3,"b":[true,],}')).toEqual(jsonShape('{ "a": 1e3, // c\n "b": [ true ] }'));
  expect(jsonShape('{"a":1e3}')).not.toEqual(jsonShape('{"a":1000}'));
  expect(jsonShape('{"a":1,"b":2}')).not.toEqual(jsonShape('{"b":2,"a":1}'));
  expect(jsonShape('{"a":1,"a":2}')).not.toEqual(jsonShape('{"a":2}'));
});
