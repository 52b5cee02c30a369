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
