import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/core/redact.ts';
import { fill, random } from '../harness/secrets/random.ts';
import { shippedRules, testKey } from '../harness/secrets/rules.ts';

const redactor = createRedactor(shippedRules(), testKey);
const made = (template: string, seed = 3): string => fill(template, random(seed));
const github = made('ghp_{{alnum:36}}');
const mark = redactor.text(github).text;

describe('text', () => {
  it('puts kind and four hexadecimal digits where the secret was, and counts', () => {
    const { text, counts } = redactor.text(`token ${github} and ${github}, bye`);
    expect(mark).toMatch(/^⟨secret:github-classic#[0-9a-f]{4}⟩$/);
    expect(text).toBe(`token ${mark} and ${mark}, bye`);
    expect(counts).toEqual({ 'github-classic': 2 });
  });

  it('gives equal secrets equal marks only under the same key', () => {
    const other = createRedactor(shippedRules(), new Uint8Array(32).fill(8));
    expect(other.text(github).text).not.toBe(mark);
    expect(redactor.text(`GH_TOKEN=${github}`).text).toBe(`GH_TOKEN=${mark}`);
  });

  it('leaves a text without secrets as it is', () => {
    expect(redactor.text('the password is asked for at the prompt')).toEqual({
      text: 'the password is asked for at the prompt',
      counts: {},
    });
  });

  it('never touches a placeholder, even in a place that asks for a secret', () => {
    for (const text of [`password="${mark}"`, `API_KEY=${mark}`, `https://me:${mark}@example.com`, `Bearer ${mark}`]) {
      expect(redactor.text(text)).toEqual({ text, counts: {} });
    }
  });

  it('finds a token behind escapes and colour codes', () => {
    for (const before of ['\\n', '\\t', '\u001b[32m', '%20', '\\u0022']) {
      expect(redactor.text(`x${before}${github}`).text).toBe(`x${before}${mark}`);
    }
  });

  it('joins overlapping finds, so that no part stays', () => {
    const secret = made('{{alnum:20}}');
    const { text } = redactor.text(`password="${github}:${secret}"`);
    expect(text).not.toContain(secret);
    expect(text).toMatch(/^password="⟨secret:github-classic#....⟩"$/);
  });

  it('RD1: finds what is left of a key that was cut at its top', () => {
    const [first, last] = [made('{{b64:64}}', 1), made('{{b64:44}}', 2)];
    const end = made('-----END RSA {{is:PRIVATE}} KEY-----');
    for (const text of [
      `${first}\n${last}\n${end}`,
      `${first}\\n${last}\\n${end}`,
      `  11→${first}\n  12→${last}\n  13→${end}`,
      `+${first}\r\n+${last}\r\n+${end}`,
    ]) {
      const after = redactor.text(`what came before\n${text}\nwhat comes after`).text;
      for (const line of [first, last]) expect(after).not.toContain(line.slice(-16));
      expect(after).toMatch(/^what came before\n[\s\S]*\nwhat comes after$/);
    }
    const text = `${first}\n\n${end}`;
    expect(redactor.text(text)).toEqual({ text, counts: {} });
  });

  it('RD2: finds a token that a limit has cut, at the end of its text or where that is said', () => {
    const cut = github.slice(0, 30);
    for (const after of ['', '…', '...', ' [truncated 312 lines]']) {
      expect(redactor.text(`it is ${cut}${after}`).text).toMatch(/^it is ⟨secret:cut-token#.{4}⟩/);
    }
    expect(redactor.text(`it is ${cut} so far`).counts).toEqual({});
  });

  it('finds a key whose lines are numbered, prefixed, quoted or escaped', () => {
    const lines = Array.from({ length: 5 }, (_, index) => made('{{b64:64}}', index));
    const pem = [
      made('-----BEGIN RSA {{is:PRIVATE}} KEY-----'),
      ...lines,
      made('-----END RSA {{is:PRIVATE}} KEY-----'),
    ];
    for (const text of [
      pem.join('\n'),
      pem.join('\\n'),
      pem.map((line, index) => `    ${index + 1}→${line}`).join('\n'),
      pem.map((line) => `+${line}`).join('\n'),
      pem.map((line) => `-${line}`).join('\n'),
      pem.map((line) => `  "${line}\\n" +`).join('\n'),
      pem.slice(0, -1).join('\r\n'),
    ]) {
      const { text: after } = redactor.text(text);
      for (const line of lines) expect(after).not.toContain(line);
    }
  });
});

describe('private passages', () => {
  it('are dropped with their tags', () => {
    expect(redactor.text('a <private>my name</private> b')).toEqual({ text: 'a ⟨private⟩ b', counts: { private: 1 } });
  });

  it('may be nested, and reach to the end when they are not closed', () => {
    expect(redactor.text('a<private>b<private>c</private>d</private>e').text).toBe('a⟨private⟩e');
    expect(redactor.text('a<private>b</private>c<private>d').text).toBe('a⟨private⟩c⟨private⟩');
    expect(redactor.text('a<private>b<private>c</private>d').text).toBe('a⟨private⟩');
    expect(redactor.text('a</private>b').text).toBe('a</private>b');
  });

  it('RD3: are private in either case, with spaces in the tag, and with a tag that is escaped', () => {
    for (const [open, close] of [
      ['<PRIVATE>', '</Private>'],
      ['<private >', '</private >'],
      ['\\u003cprivate\\u003e', '\\u003c/private\\u003e'],
    ]) {
      expect(redactor.text(`a${open}b\nc${close}d`).text).toBe('a⟨private⟩d');
    }
  });

  it('RD3: do not end at a closing tag that is only spoken of', () => {
    expect(redactor.text("a <private>ends at '</private>', says b</private> c").text).toBe('a ⟨private⟩ c');
  });

  it('may be spoken of', () => {
    const text = 'text between `<private>` tags is dropped';
    expect(redactor.text(text)).toEqual({ text, counts: {} });
  });
});

describe('json', () => {
  it('redacts strings and keys at any depth and gives back the very same value otherwise', () => {
    expect(redactor.json({ a: [{ [github]: `x ${github}` }] })).toEqual({
      value: { a: [{ [mark]: `x ${mark}` }] },
      counts: { 'github-classic': 2 },
    });
    const value = { a: [1, null, 'text'], tokens: 3 };
    expect(redactor.json(value).value).toBe(value);
  });

  it('takes a member for the assignment it is', () => {
    const secret = made('{{alnum:24}}');
    for (const value of [
      { password: secret },
      { env: { SESSION_SECRET: secret } },
      { env: [{ name: 'API_KEY', value: secret }] },
      ['mysql', '--password', secret],
      { clientSecrets: [secret] },
      { password: `a"b'c\\${secret}` },
    ]) {
      expect(JSON.stringify(redactor.json(value).value)).not.toContain(secret);
    }
  });

  it('RD4: reads the strings of a list as lines of one text', () => {
    const body = [made('{{b64:64}}', 1), made('{{b64:64}}', 2)];
    const armour = (word: string) => `-----${word} ${made('{{is:PRIVATE}} KEY')}-----`;
    const lines = ['+x = 1', ...[armour('BEGIN'), ...body, armour('END')].map((line) => `+${line}`), '+y = 2'];
    const { value, counts } = redactor.json({ lines });
    for (const line of body) expect(JSON.stringify(value)).not.toContain(line.slice(0, 16));
    expect(value).toMatchObject({ lines: expect.arrayContaining(['+x = 1', '+y = 2']) });
    expect(counts).toEqual({ 'pem-key': 1 });
    expect(redactor.json(value).value).toBe(value);
  });

  it('RD4: follows a private passage from one line, or from one block of a message, to the next', () => {
    const lines = ['a', '<private>', 'walnut', '</private> b', 'c'];
    expect(redactor.json({ lines }).value).toEqual({ lines: ['a', '⟨private⟩', '⟨private⟩', '⟨private⟩ b', 'c'] });
    const block = (text: string) => ({ type: 'text', text });
    const content = [block('a <private>wal'), block('nut'), block('x</private> b')];
    expect(redactor.json({ content }).value).toEqual({
      content: [block('a ⟨private⟩'), block('⟨private⟩'), block('⟨private⟩ b')],
    });
    const open = [block('a <private>walnut'), block('b')];
    expect(redactor.json({ content: open }).value).toEqual({ content: [block('a ⟨private⟩'), block('b')] });
  });

  it('loses no value when two keys become equal', () => {
    const value = { [`a ${github}`]: 1, [`a ${mark}`]: 2, [`b ${github}`]: 3 };
    expect(redactor.json(value).value).toEqual({ [`a ${mark}~2`]: 1, [`a ${mark}`]: 2, [`b ${mark}`]: 3 });
  });

  it('drops what is nested too deep to be written again', () => {
    // JSON.parse gives a JsonValue
    const deep = JSON.parse(`${'['.repeat(5000)}"${github}"${']'.repeat(5000)}`) as never;
    const { value, counts } = redactor.json(deep);
    expect(JSON.stringify(value)).not.toContain(github);
    expect(counts).toEqual({ 'nested-too-deep': 1 });
  });

  it('keeps a member called __proto__', () => {
    const { line } = redactor.line(`{"__proto__":"${github}","b":1}`);
    expect(line).toBe(`{"__proto__":"${mark}","b":1}`);
  });
});

describe('line', () => {
  it('keeps the very bytes of a line without secrets', () => {
    const raw = '{ "a" : 1.0, "token": "\\u0061bc", "n": 12345678901234567890 }';
    expect(redactor.line(raw).line).toBe(raw);
  });

  it('redacts what is no JSON as text', () => {
    expect(redactor.line(`{"cut off ${github}`)).toEqual({
      value: undefined,
      line: `{"cut off ${mark}`,
      counts: { 'github-classic': 1 },
    });
  });

  it('sees through escapes', () => {
    const coded = [...github].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    expect(redactor.line(`{"a":"${coded}"}`).line).toBe(`{"a":"${mark}"}`);
    expect(redactor.line('{"a":"x\\u003cprivate>y"}').line).toBe('{"a":"x⟨private⟩"}');
  });

  it('keeps nothing of a member that is given twice', () => {
    expect(redactor.line(`{"a":"${github}","a":"x"}`)).toEqual({ value: { a: 'x' }, line: '{"a":"x"}', counts: {} });
  });
});
