import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lint } from '../../../src/features/cache/lint.ts';
import { canonicalText, render } from '../../../src/features/cache/render.ts';
import { split } from '../../../src/features/cache/split.ts';
import { segmentNamed } from './world.ts';

test('PC400: text is NFC with LF, without control characters or blanks at the ends of lines, and ends in one line break', () => {
  expect(canonicalText('e\u0301  \r\nb\rc\u0007\u009b\t\n\n\n')).toBe('é\nb\nc\n');
  expect(canonicalText('')).toBe('');
  expect(canonicalText(' \n\t\n')).toBe('');
  expect(canonicalText('\ttab stays\nin\tside')).toBe('\ttab stays\nin\tside\n');
  expect(canonicalText(`a${' '.repeat(200_000)}b`)).toHaveLength(200_003);
});

test('PC400: rendering twice changes nothing more', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 });
  const messy = fc.array(fc.oneof(text, fc.constantFrom('\r\n', '\r', ' ', '\t', '\u0301', '\u00a0', '\ud800', '\n')));
  fc.assert(
    fc.property(messy, (parts) => {
      const once = canonicalText(parts.join(''));
      expect(canonicalText(once)).toBe(once);
      expect(once === '' || /[^\n]\n$/.test(once)).toBe(true);
      expect(once.isWellFormed()).toBe(true);
    }),
  );
});

test('PC401: tools are the same bytes in whatever order they and their members come', () => {
  const tool = (name: string) => ({
    name,
    input_schema: { type: 'object', properties: { b: {}, a: { enum: [2, 1] } } },
  });
  const other = (name: string) => ({
    input_schema: { properties: { a: { enum: [2, 1] }, b: {} }, type: 'object' },
    name,
  });
  const wrapped = (name: string) => ({ type: 'function', function: { name } });
  expect(render({ as: 'tools', tools: [tool('b'), tool('a')] })).toBe(
    render({ as: 'tools', tools: [other('a'), other('b')] }),
  );
  expect(render({ as: 'tools', tools: [wrapped('Z'), wrapped('a')] })).toMatch(/"Z".*"a"/s);
  expect(render({ as: 'json', value: { b: 1, a: [1.0, 'x'] } })).toBe('{"a":[1,"x"],"b":1}\n');
});

test('PC402: two machines in other zones and locales render the same bytes', () => {
  const program = `
    import { render } from ${JSON.stringify(join(import.meta.dirname, '../../../src/features/cache/render.ts'))};
    import { createHash } from 'node:crypto';
    const tools = ['ä', 'z', 'I', 'i', 'ı', 'Å', 'a'].map((name) => ({ name, n: 1e21, at: 0.1 }));
    const text = render({ as: 'tools', tools }) + render({ as: 'json', value: { İ: 1, i: 2, ä: 3 } })
      + render({ as: 'text', text: 'e\\u0301 \\r\\n2026-03-04 it was decided\\r' });
    console.log(createHash('sha256').update(text).digest('hex'));`;
  const places = [
    { TZ: 'UTC', LANG: 'C' },
    { TZ: 'Pacific/Auckland', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
    { TZ: 'America/St_Johns', LANG: 'sv_SE.UTF-8', LC_ALL: 'sv_SE.UTF-8' },
  ];
  const said = places.map((env) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { env, encoding: 'utf8' }),
  );
  expect(new Set(said).size).toBe(1);
  expect(said[0]).toMatch(/^[0-9a-f]{64}\n$/);
});

test('PC403: what will differ the next time is found: clocks, ages, counters, processes, scores, home directories', () => {
  const text = [
    'now 2026-03-04T10:11:12Z',
    'last seen 5 minutes ago',
    'took 12 ms',
    'turn 3 of 40',
    'pid 4711',
    'score: 0.83',
    'id 0b7c1f9e-8a51-4c8f-9d5e-1234567890ab',
    'in /home/ana/shop',
    'C:\\Users\\ana',
    'at epoch 1772618400000',
  ].join('\n');
  expect(lint(text).map(({ what, line }) => `${line} ${what}`)).toEqual([
    ...[
      '1 clock',
      '2 age',
      '3 duration',
      '4 counter',
      '5 process',
      '6 score',
      '7 random',
      '8 home path',
      '9 home path',
    ],
    '10 clock',
  ]);
  expect(lint('[2026-03-04] Maria (7c1e): the limit is 4096 tokens\nsee /usr/lib and version 1.2.3\n')).toEqual([]);
});

test('PC404: a text over 64 KiB is cut where lines end, inside no character, and its parts are all of it', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'é', '€', '😀', '\n', 'word '), { maxLength: 200 }), (parts) => {
      const segment = segmentNamed('x', { text: parts.join('') });
      const cut = split(segment, 16);
      expect(cut.map(({ text }) => text).join('')).toBe(segment.text);
      expect(cut.every(({ text }) => Buffer.byteLength(text) <= 16)).toBe(true);
      expect(new Set(cut.map(({ slot }) => slot)).size).toBe(cut.length);
    }),
  );
  const lines = split(segmentNamed('x', { text: 'one\ntwo\nthree\n' }), 8);
  expect(lines.map(({ text }) => text)).toEqual(['one\ntwo\n', 'three\n']);
});
