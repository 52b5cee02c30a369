import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exampleText } from '../../src/config/example.ts';
import { explain } from '../../src/config/explain.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { nearestKey } from '../../src/config/nearest.ts';
import { settings } from '../../src/config/schema.ts';

const text = 'sessions:\n  idle_minutes: 3\n';
const loaded = loadConfig({ files: [{ path: 'c.yaml', text }], env: { PRSIST_DEVICE__NAME: 'laptop' } });

describe('explain', () => {
  it('gives value, source, default, range, meaning and variable', () => {
    expect(explain('sessions.idle_minutes', loaded)).toEqual({
      key: 'sessions.idle_minutes',
      value: 3,
      source: 'c.yaml:2',
      initial: 30,
      range: '1–1440',
      meaning: 'Minutes of silence after which a session counts as idle.',
      variable: 'PRSIST_SESSIONS__IDLE_MINUTES',
      note: '',
      in_project: true,
    });
    expect(explain('device.name', loaded)).toMatchObject({ value: 'laptop', source: 'PRSIST_DEVICE__NAME' });
    expect(explain('user.name', loaded)).toMatchObject({ value: null, source: 'default', initial: null });
  });

  it.each([...settings.keys()])('has words for %s', (key) => {
    const { meaning, range, source } = explain(key, loaded);
    expect(meaning).toMatch(/^[A-Z].{10,140}\.$/);
    expect(range).toMatch(/^\S.*\S$/);
    expect(range).not.toContain('undefined');
    expect(source).not.toBe('');
  });

  it('CF3: says of a setting when it takes effect, where that is not at once', () => {
    const later = { value: true, source: 'default', note: 'accepted, takes effect with analytics' };
    expect(explain('analytics.predictive_analytics', loaded)).toMatchObject(later);
    expect(explain('device.name', loaded)).toMatchObject({ note: 'takes effect when the daemon starts' });
  });

  it.each([
    ['sessions', 'sessions holds several settings: sessions.idle_minutes, ', 'prsist config explain sessions'],
    ['idle_minutes', 'there is no setting "idle_minutes"', 'prsist config explain sessions.idle_minutes'],
    ['zzzzzzzz', 'there is no setting "zzzzzzzz"', 'prsist config explain lists them all'],
    ['__proto__', 'there is no setting "__proto__"', 'prsist config explain lists them all'],
    ['', 'there is no setting ""', 'prsist config explain lists them all'],
  ])('%j is no setting', (key, message, hint) => {
    expect(() => explain(key, loaded)).toThrow(
      expect.objectContaining({ code: 'input/invalid', field: 'key', hint, message: expect.stringContaining(message) }),
    );
  });
});

describe('nearestKey', () => {
  it.each([
    ['sessions.idle', 'sessions.idle_minutes'],
    ['session', 'sessions'],
    ['daemon.idle_exit', 'daemon.idle_exit_minutes'],
    ['Sessions.Idle_Minutes', 'sessions.idle_minutes'],
    ['privacy.redaction', 'privacy.redact'],
    ['max_tokens', 'brief.max_tokens'],
    ['kv_cache', 'optimization.kv_cache'],
    ['x'.repeat(100_000), undefined],
  ])('%.30s → %s', (unknown, near) => {
    expect(nearestKey(unknown)).toBe(near);
  });
});

describe('the example file', () => {
  const path = join(import.meta.dirname, '../../optimization-config.example.yaml');
  const example = fs.readFileSync(path, 'utf8');
  const load = (file: string) => loadConfig({ files: [{ path, text: file }], env: {} });
  const plain = loadConfig({ files: [], env: {} });

  it('CF4: is what the settings say (node scripts/config-example.ts writes it)', () => {
    expect(example).toBe(exampleText());
  });

  it('CF4: is accepted and changes nothing', () => {
    expect(load(example).config).toEqual(plain.config);
    expect(load(example).notes.every((note) => note.includes(': accepted, takes effect with '))).toBe(true);
  });

  it('CF4: shows every key, those without a default as a comment', () => {
    const whole = example.replace(
      /^( *)# (name|agents|(?:embedder|reranker|server)_\w+|server|dir|rclone_path): /gm,
      '$1$2: ',
    );
    const { sources } = load(whole);
    for (const key of settings.keys()) expect(sources[key], key).toMatch(/:\d+$/);
  });

  it('shows a rule that works', () => {
    const rule = /^ {2}# {3}(- id: .+(?:\n {2}# {5}.+)+)/m.exec(example)?.[1] ?? '';
    const rules = parse(rule.replace(/^ {2}# {3}/gm, ''));
    const own = load(JSON.stringify({ privacy: { rules } })).config.privacy.rules;
    expect(own.map(({ id }) => id)).toEqual(['our-badge']);
    expect(new RegExp(own[0]?.pattern ?? '$.').test('badge-123456')).toBe(true);
  });
});

it('CF5: the format is a JSON Schema of draft 2020-12 that knows every key and no other', () => {
  const schema = configJsonSchema();
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  interface Part {
    readonly properties?: Readonly<Record<string, Part>>;
    readonly additionalProperties?: boolean;
    readonly description?: string;
    readonly required?: readonly string[];
  }
  const keys = (part: Part, above: string): string[] =>
    Object.entries(part.properties ?? {}).flatMap(([name, inner]) => {
      if (inner.properties === undefined) {
        expect(inner.description, above + name).toMatch(/^[A-Z].+\.$/);
        return [above + name];
      }
      expect([inner.additionalProperties, inner.required], above + name).toEqual([false, undefined]);
      return keys(inner, `${above}${name}.`);
    });
  expect(keys(schema, '')).toEqual([...settings.keys()]);
});
