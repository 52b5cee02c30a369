import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoadedConfig, loadConfig, readConfig } from '../../src/config/load.ts';
import { settings } from '../../src/config/schema.ts';
import { PrsistError } from '../../src/core/errors.ts';

type Environment = Readonly<Record<string, string>>;

const load = (text: string, env: Environment = {}) => loadConfig({ files: [{ path: 'c.yaml', text }], env });

function refused(act: () => unknown): PrsistError {
  try {
    act();
  } catch (error) {
    if (error instanceof PrsistError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

const problems = (text: string, env: Environment = {}) => refused(() => load(text, env)).message.split('\n');
const setElsewhere = ({ sources }: LoadedConfig) =>
  Object.fromEntries(Object.entries(sources).filter(([, source]) => source !== 'default'));

describe('order', () => {
  it('is all defaults without a file, with an empty one and with empty sections', () => {
    const none = loadConfig({ files: [], env: {} });
    expect(none.config).toMatchObject({
      memory_system: { version: '4.0' },
      optimization: { kv_cache: { max_cache_size_mb: 500, budget_allocation: { templates: 0.3 } } },
      user: {},
      device: {},
      memory: { default_layer: 'long_term', default_scope: 'project', short_term_days: 30 },
      sessions: { idle_minutes: 30, end_after_hours: 24, archive_after_days: 30, handoff_days: 7 },
      brief: { enabled: true, max_tokens: 2000, include_git: true, redact_paths: false },
      capture: { thinking: false, keep_transcripts: true, tool_output: true, ignore: [] },
      retention: { messages_days: 'off', access_log_days: 30 },
      store: { group_commit_max: 256, backup_keep: 7 },
      daemon: { idle_exit_minutes: 30, max_queue: 1000, log_level: 'info' },
      privacy: { redact: true, rules: [] },
    });
    expect(setElsewhere(none)).toEqual({});
    expect(Object.keys(none.sources)).toEqual([...settings.keys()]);
    for (const text of ['', '# nothing\n', 'user:\n  # name: Ada\nsessions:\n', '\ufeff---\n{}\n']) {
      expect(load(text)).toEqual(none);
    }
  });

  it('puts the file above the defaults and the environment above the file', () => {
    const loaded = load('sessions:\n  idle_minutes: 3\n  end_after_hours: 4\n', { PRSIST_SESSIONS__IDLE_MINUTES: '5' });
    expect(loaded.config.sessions).toEqual({
      ...{ idle_minutes: 5, end_after_hours: 4, archive_after_days: 30, handoff_days: 7 },
    });
    expect(setElsewhere(loaded)).toEqual({
      'sessions.idle_minutes': 'PRSIST_SESSIONS__IDLE_MINUTES',
      'sessions.end_after_hours': 'c.yaml:3',
    });
  });

  it('puts a later file above an earlier one, key by key', () => {
    const first = { path: 'a.yaml', text: 'brief: {enabled: false, max_tokens: 300}' };
    const second = { path: 'b.yaml', text: 'brief: {max_tokens: 400}' };
    const { brief } = loadConfig({ files: [first, second], env: {} }).config;
    expect(brief).toMatchObject({ enabled: false, max_tokens: 400 });
  });

  it('takes a text without quotes as it is written', () => {
    const { config } = load('memory_system:\n  version: 4.10\nuser:\n  name: 007\n', { PRSIST_DEVICE__NAME: '0x10' });
    expect([config.memory_system.version, config.user.name, config.device.name]).toEqual(['4.10', '007', '0x10']);
  });
});

describe('environment', () => {
  it('leaves alone what is no configuration', () => {
    const env = { PRSIST_HOME: '/x', PRSIST_FAILPOINT: 'a', PRSIST_SKIP_HOOKS: '1', PRSIST_IN_HOOK: '1' };
    const more = { PRSIST_HOOK_DEBUG: '1', PRSIST_EVAL_DATA: '/y', HOME: '/z', OTHER__KEY: '1' };
    expect(load('', { ...env, ...more })).toEqual(load(''));
  });

  it('counts an empty variable as not set', () => {
    expect(load('', { PRSIST_BRIEF__ENABLED: '' })).toEqual(load(''));
  });

  it('reads numbers, switches and rules', () => {
    const { config } = load('', {
      PRSIST_DAEMON__IDLE_EXIT_MINUTES: '0',
      PRSIST_CAPTURE__THINKING: 'true',
      PRSIST_PRIVACY__RULES: '[{id: own, kind: own, pattern: "own-[0-9]{6}"}]',
    });
    expect(config.daemon.idle_exit_minutes).toBe(0);
    expect(config.capture.thinking).toBe(true);
    expect(config.privacy.rules.map(({ id }) => id)).toEqual(['own']);
  });

  it('names the variable when its value is refused, and the nearest one when it is not known', () => {
    const env = {
      PRSIST_SESSIONS__IDLE_MINUTES: '[1',
      PRSIST_BRIEF__MAX_TOKEN: '300',
      PRSIST_BRIEF__ENABLED: 'yes',
    };
    expect(problems('', env)).toEqual([
      'PRSIST_BRIEF__ENABLED: brief.enabled: expected true or false, found "yes"',
      'PRSIST_BRIEF__MAX_TOKEN: sets no known key, did you mean PRSIST_BRIEF__MAX_TOKENS?',
      expect.stringMatching(/^PRSIST_SESSIONS__IDLE_MINUTES:1: /),
    ]);
  });

  it('notes a variable whose underscores are one short', () => {
    const { config, notes } = load('', { PRSIST_BRIEF_MAX_TOKENS: '300' });
    expect(config.brief.max_tokens).toBe(2000);
    expect(notes).toEqual(['PRSIST_BRIEF_MAX_TOKENS: is not read; the variable is PRSIST_BRIEF__MAX_TOKENS']);
  });
});

describe('names', () => {
  it.each([
    [
      'sessions:\n  idle_minute: 4',
      'c.yaml:2: sessions.idle_minute: no such name, did you mean sessions.idle_minutes?',
    ],
    ['\nsession:\n  idle_minutes: 4', 'c.yaml:2: session: no such name, did you mean sessions?'],
    ['log_level: debug', 'c.yaml:1: log_level: no such name, did you mean daemon.log_level?'],
    [
      'optimization: {kv_cash: {enabled: true}}',
      'c.yaml:1: optimization.kv_cash: no such name, did you mean optimization.kv_cache?',
    ],
    [
      'brief.enabled: true',
      'c.yaml:1: brief.enabled: no such name: write its parts one below the other, each indented further',
    ],
    [
      'optimization.kv_cache: {enabled: true}',
      'c.yaml:1: optimization.kv_cache: no such name: write its parts one below the other, each indented further',
    ],
    ['xylophone: 1', 'c.yaml:1: xylophone: no such name'],
    ['__proto__: {a: 1}', 'c.yaml:1: __proto__: no such name'],
    ['user: {constructor: a}', 'c.yaml:1: user.constructor: no such name'],
    ['analytics: true', 'c.yaml:1: analytics: expected names indented below it'],
    ['- a', 'c.yaml:1: expected sections such as "sessions:"'],
  ])('%j is refused', (text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  it('CF3: accepts every published key that has no effect yet, and says with what it will have one', () => {
    const { notes } = load('llm:\n  providers: [{a: {b: 1}}]\n', {
      PRSIST_ANALYTICS__TEAM_ANALYTICS: 'false',
    });
    expect(notes).toEqual([
      'c.yaml:2: llm.providers: accepted, takes effect with providers',
      'PRSIST_ANALYTICS__TEAM_ANALYTICS: analytics.team_analytics: accepted, takes effect with analytics',
    ]);
  });
});

describe('values', () => {
  const whole = [
    ['sessions.idle_minutes', 1, 1440],
    ['sessions.end_after_hours', 1, 8760],
    ['sessions.archive_after_days', 1, 3650],
    ['sessions.handoff_days', 1, 90],
    ['brief.max_tokens', 200, 8000],
    ['store.group_commit_max', 1, 1000],
    ['daemon.max_queue', 10, 100_000],
    ['daemon.idle_exit_minutes', 0, 10080],
  ] as const;

  it.each(whole)('%s goes from %d to %d', (key, min, max) => {
    const [section, name] = key.split('.');
    const text = (value: unknown) => `${section}:\n  ${name}: ${value}`;
    for (const value of [min, max]) expect(setElsewhere(load(text(value)))).toEqual({ [key]: 'c.yaml:2' });
    for (const value of [min - 1, max + 1, 1.5, 'soon', '"30"', '', 'true', '.nan', '[1]', '{a: 1}']) {
      expect(problems(text(value))).toEqual([
        expect.stringMatching(`^c.yaml:2: ${key}: expected a whole number, ${min}–${max}, found .+$`),
      ]);
    }
  });

  it.each([
    ['memory_system: {version: "5.0"}', 'memory_system.version: expected 4.x, found "5.0"'],
    ['memory_system: {version: "4.0.1"}', 'memory_system.version: expected 4.x, found "4.0.1"'],
    ['brief: {enabled: on}', 'brief.enabled: expected true or false, found "on"'],
    [
      'daemon: {log_level: loud}',
      'daemon.log_level: expected trace or debug or info or warn or error or fatal, found "loud"',
    ],
    ['device: {name: [a]}', 'device.name: expected 1–128 bytes, one line, found a list'],
    ['user: {name: }', 'user.name: expected 1–128 bytes, one line, found nothing'],
  ])('%j is refused', (text, problem) => {
    expect(problems(text)).toEqual([`c.yaml:1: ${problem}`]);
  });

  it.each(['', 'a\\nb', '\\e[31mred', '\\u202eabc', '\\ud800', 'é'.repeat(65)])('the name %j is refused', (name) => {
    expect(problems(`user: {name: "${name}"}`)).toEqual([
      'c.yaml:1: user.name: expected one line of text, 1 to 128 bytes',
    ]);
  });

  it('keeps redaction on, and says why', () => {
    const error = refused(() => load('privacy:\n  redact: false'));
    expect(error.message).toMatch(/^c\.yaml:2: privacy\.redact: cannot be switched off: what is stored once is copied/);
    expect(error.hint).toBe('prsist config edit (line 2 of c.yaml): privacy.redact may be true');
    expect(load('privacy: {redact: true}').config.privacy.redact).toBe(true);
    expect(problems('', { PRSIST_PRIVACY__REDACT: 'false' })[0]).toMatch(/cannot be switched off/);
  });

  it('reports all problems at once, up to ten', () => {
    const text = Array.from({ length: 12 }, (_, i) => `nothing_like_it_${i}: 1`).join('\n');
    expect(problems(text)).toHaveLength(11);
    expect(problems(text).at(-1)).toBe('and 2 more');
  });
});

describe('redaction rules', () => {
  it('are checked and completed', () => {
    const rule = '- {id: own, kind: own, keywords: ["o[wv]n_"], pattern: "o[wv]n_[a-z]{8}"}';
    expect(load(`privacy:\n  rules:\n    ${rule}\n`).config.privacy.rules).toEqual([
      {
        ...{ id: 'own', kind: 'own', keywords: ['own_', 'ovn_'], pattern: 'o[wv]n_[a-z]{8}' },
        ...{ group: 0, before: 0, boundary: 'word', ignore_case: false, allow: [] },
      },
    ]);
  });

  const good = '    - {id: own, kind: own, pattern: "own_[a-z]{8}"}';
  it.each([
    ['    - id: two\n      kind: own\n      pattern: "x+"', 4, 'redaction rule two: pattern x+: unbounded'],
    [good, 4, 'redaction rule own: this id is used twice'],
    ['    - hello\n    - {id: two, kind: own, pattern: "x+"}', 4, 'redaction rule 1: '],
    ['    - {id: two, kind: own, pattern: "x{2}"}\n    - {id: three}', 5, 'redaction rule three: kind'],
    ['    - {id: two, kind: own, pattern: "x+"}\n    - hello', 4, 'redaction rule two: pattern x+'],
    ['    - {id: two, kind: own, pattern: "(x"}', 4, 'redaction rule two: pattern (x: '],
  ])('%j is refused with its line', (more, line, problem) => {
    const [first, ...rest] = problems(`privacy:\n  rules:\n${good}\n${more}\n`);
    expect(first?.startsWith(`c.yaml:${line}: privacy.rules: ${problem}`), first).toBe(true);
    expect(rest).toEqual([]);
  });
});

describe('text that is no configuration', () => {
  it.each([
    ['a: 1\nuser:\n  name: x\n  name: y', 4, 'Map keys must be unique'],
    ['user: {name: &x a}\ndevice: {name: *x}', 2, 'references (*name) are not read here: write the value out'],
    ['user: {}\n? [a, b]\n: 1', 2, 'a name is one word, not a list or a group'],
    ['privacy: {rules: [? {a: 1} : 2]}', 1, 'a name is one word, not a list or a group'],
    ['user: {name: !!js/function x}', 1, 'Unresolved tag'],
    ['user:\n\tname: x', 2, 'Tabs are not allowed'],
    ['user: {}\n---\nuser: {}', 2, 'only one document is read: take this line out'],
  ])('%j is refused with its line', (text, line, message) => {
    expect(problems(text)[0]).toContain(`c.yaml:${line}: ${message}`);
  });

  it('may hold what the library itself cannot write out again', () => {
    expect(problems('', { PRSIST_PRIVACY__RULES: '? ? &a\0' })[0]).toContain('a name is one word');
  });

  it('is never more than config/invalid', () => {
    const bits = fc.constantFrom(
      ...[
        'sessions',
        'idle_minutes',
        'privacy',
        'rules',
        'user',
        'name',
        ': ',
        '\n',
        '  ',
        '- ',
        '{',
        '}',
        '[',
        ']',
        '"',
      ],
      ...['&a', '*a', '!!x', '? ', '|', '<<', '4', '~', '#', "'", '\t', '%', '\0', '__proto__', '---\n'],
    );
    const text = fc.array(bits, { maxLength: 24 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (file, value) => {
        try {
          load(file, { PRSIST_PRIVACY__RULES: value });
        } catch (error) {
          expect(error).toBeInstanceOf(PrsistError);
          expect(error).toHaveProperty('code', 'config/invalid');
        }
      }),
      { numRuns: 400, seed: 11 },
    );
  });
});

describe('readConfig', () => {
  let config = '';
  beforeEach(() => {
    config = fs.mkdtempSync(join(tmpdir(), 'prsist-config-'));
  });
  afterEach(() => fs.rmSync(config, { recursive: true }));

  it('is all defaults without a file or a folder', () => {
    expect(readConfig({ config }, {})).toEqual(load(''));
    expect(readConfig({ config: join(config, 'none') }, {})).toEqual(load(''));
  });

  it.each(['config.yaml', 'optimization-config.yaml'])('reads %s', (name) => {
    fs.writeFileSync(join(config, name), 'brief: {max_tokens: 300}');
    const loaded = readConfig({ config }, { PRSIST_BRIEF__ENABLED: 'false' });
    expect(loaded.config.brief).toMatchObject({ enabled: false, max_tokens: 300 });
    expect(loaded.sources['brief.max_tokens']).toBe(`${join(config, name)}:1`);
  });

  it('refuses both names side by side', () => {
    for (const name of ['config.yaml', 'optimization-config.yaml']) fs.writeFileSync(join(config, name), '');
    const error = refused(() => readConfig({ config }, {}));
    expect([error.code, error.hint]).toEqual(['config/invalid', 'keep one of them']);
  });

  it('says which file cannot be read', () => {
    fs.mkdirSync(join(config, 'config.yaml'));
    const error = refused(() => readConfig({ config }, {}));
    expect([error.code, error.message]).toEqual([
      ...['file/unreadable', `${join(config, 'config.yaml')} cannot be read: EISDIR`],
    ]);
  });
});
