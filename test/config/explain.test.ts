import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { explain } from '../../src/config/explain.ts';
import { loadConfig } from '../../src/config/load.ts';
import { nearestKey, settings } from '../../src/config/schema.ts';

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

  it('knows what nothing reads yet', () => {
    expect(explain('optimization.kv_cache.enabled', loaded)).toMatchObject({ value: null, source: 'not read' });
  });

  it.each([
    [
      'sessions',
      'sessions holds several settings: sessions.idle_minutes, ',
      'prsist config explain sessions.idle_minutes',
    ],
    ['idle_minutes', 'there is no setting "idle_minutes"', 'prsist config explain sessions.idle_minutes'],
    ['zzzzzzzz', 'there is no setting "zzzzzzzz"', 'optimization-config.example.yaml lists them all'],
    ['__proto__', 'there is no setting "__proto__"', 'optimization-config.example.yaml lists them all'],
    ['', 'there is no setting ""', 'optimization-config.example.yaml lists them all'],
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

  it('is accepted without a note and changes nothing', () => {
    expect(load(example).config).toEqual(plain.config);
    expect(load(example).notes).toEqual([]);
  });

  it('shows every key, with its meaning, default and range above it', () => {
    const whole = example.replace(/^( {2})# (name: .+)$/gm, '$1$2');
    const { sources } = load(whole);
    const lines = whole.split('\n');
    for (const key of settings.keys()) {
      const at = Number(/:(\d+)$/.exec(sources[key] ?? '')?.[1]);
      expect(at, key).toBeGreaterThan(0);
      const first = lines.slice(0, at - 1).findLastIndex((line) => !line.startsWith('  #')) + 1;
      const comment = lines
        .slice(first, at - 1)
        .map((line) => line.replace(/^ +# ?/, ''))
        .join(' ');
      const { range, initial } = explain(key, plain);
      expect(comment, key).toContain(`range ${range}`.replace('range 1–128 bytes', 'Range 1–128 bytes'));
      if (initial !== null)
        expect(comment, key).toContain(`Default ${JSON.stringify(initial).replace('"info"', 'info')}`);
    }
  });

  it('shows a rule that works', () => {
    const rule = /^ {2}# {3}(- id: .+(?:\n {2}# {5}.+)+)/m.exec(example)?.[1] ?? '';
    const rules = parse(rule.replace(/^ {2}# {3}/gm, ''));
    const own = load(JSON.stringify({ privacy: { rules } })).config.privacy.rules;
    expect(own.map(({ id }) => id)).toEqual(['our-badge']);
    expect(new RegExp(own[0]?.pattern ?? '$.').test('badge-123456')).toBe(true);
  });
});
