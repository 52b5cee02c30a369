import fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { edited } from '../../src/config/edit.ts';
import { setSetting } from '../../src/config/set.ts';
import { PrsistError } from '../../src/core/errors.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

function refused(act: () => unknown): PrsistError {
  try {
    act();
  } catch (error) {
    if (error instanceof PrsistError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

const file = `# mine
user:
    name:   Ada   # me

sessions: {idle_minutes: 3,   end_after_hours: 4}
brief:
  # how much
  max_tokens: 300 # a little
  enabled: true
`;

describe('edited', () => {
  it('CF10: a value that is replaced changes no other byte', () => {
    expect(edited(file, 'brief.max_tokens', { value: 400 })).toBe(file.replace('300', '400'));
    expect(edited(file, 'sessions.idle_minutes', { value: 5 })).toBe(file.replace('minutes: 3', 'minutes: 5'));
    expect(edited(file, 'user.name', { value: 'a: b' })).toBe(file.replace('Ada', '"a: b"'));
    const list = 'capture:\n  ignore:\n    - a\n    - b\n';
    expect(parse(edited(list, 'capture.ignore', { value: ['c'] }))).toEqual({ capture: { ignore: ['c'] } });
  });

  it('CF11: a new key finds its section, comments and order stay', () => {
    const after = edited(file, 'brief.enabled', 'unset');
    expect(after).toContain('# how much\n');
    expect(after).toContain('# a little');
    expect(parse(after).brief).toEqual({ max_tokens: 300 });
    const more = edited(file, 'daemon.log_level', { value: 'debug' });
    expect(more).toContain('# mine');
    expect(Object.keys(parse(more))).toEqual(['user', 'sessions', 'brief', 'daemon']);
    expect(edited('# nothing yet', 'daemon.log_level', { value: 'debug' })).toBe(
      '# nothing yet\ndaemon:\n  log_level: debug\n',
    );
    expect(parse(edited('daemon: # soon\nuser:\n', 'daemon.log_level', { value: 'debug' }))).toEqual({
      ...{ daemon: { log_level: 'debug' }, user: null },
    });
  });

  it('CF12: a key that is taken out takes its empty sections along', () => {
    const deep = edited('', 'optimization.kv_cache.enabled', { value: false });
    expect(parse(deep)).toEqual({ optimization: { kv_cache: { enabled: false } } });
    expect(edited(deep, 'optimization.kv_cache.enabled', 'unset').trim()).toBe('');
    expect(edited(file, 'daemon.log_level', 'unset')).toBe(file);
  });

  it('CF13: whatever the values, setting says what is meant and unsetting takes it back', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 }));
    fc.assert(
      fc.property(value, fc.constantFrom(file, '', 'brief:\n', 'daemon: {a: 1}\n'), (given, text) => {
        const after = edited(text, 'daemon.log_level', { value: given });
        const before = parse(text) ?? {};
        expect(parse(after)).toEqual({ ...before, daemon: { ...before.daemon, log_level: given } });
        const again = parse(edited(after, 'daemon.log_level', { value: 'x' }));
        expect(again).toEqual({ ...before, daemon: { ...before.daemon, log_level: 'x' } });
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

function place() {
  const config = temporaryDirectory();
  const path = join(config, 'config.yaml');
  const accept = () => undefined;
  const set = (
    key: string,
    value: unknown,
    more: { root?: string; dry_run?: boolean; env?: Record<string, string> } = {},
  ) =>
    setSetting(
      { paths: { config }, env: more.env ?? {}, accept },
      { key, value, root: more.root, dry_run: more.dry_run ?? false },
    );
  return { config, path, set, text: () => fs.readFileSync(path, 'utf8') };
}

describe('setSetting', () => {
  it('CF14: writes the file for nobody else, and says what is in force now', () => {
    const { path, set, text } = place();
    const first = set('sessions.idle_minutes', '45');
    expect(first).toMatchObject({ path, before: 30, value: 45, changed: true, source: `${path}:2` });
    expect(first.diff).toContain('+  idle_minutes: 45');
    expect(fs.statSync(path).mode & 0o777).toBe(0o600);
    expect(set('sessions.idle_minutes', 45)).toMatchObject({ changed: false, diff: '' });
    expect(set('sessions.idle_minutes', 50, { dry_run: true })).toMatchObject({ changed: true, value: 50 });
    expect(text()).toContain('idle_minutes: 45');
    expect(set('sessions.idle_minutes', undefined)).toMatchObject({ before: 45, value: 30, source: 'default' });
    expect(set('user.name', '007')).toMatchObject({ value: '007' });
  });

  it('CF15: a value that is wrong, and a file that would be, leave everything as it is', () => {
    const { path, set, text } = place();
    expect(refused(() => set('sessions.idle_minutes', '0')).message).toContain('expected a whole number, 1–1440');
    expect(refused(() => set('sessions.idle', '3'))).toMatchObject({
      ...{ code: 'input/invalid', hint: 'prsist config explain sessions.idle_minutes' },
    });
    expect(fs.existsSync(path)).toBe(false);
    fs.writeFileSync(path, 'brief:\n  max_tokenz: 3\n');
    expect(refused(() => set('daemon.log_level', 'debug')).message).toContain('did you mean brief.max_tokens?');
    fs.writeFileSync(path, 'brief: [\n');
    expect(refused(() => set('daemon.log_level', 'debug')).code).toBe('config/invalid');
    expect(text()).toBe('brief: [\n');
    fs.writeFileSync(path, 'daemon:\n  log_level: loud\n');
    expect(set('daemon.log_level', 'warn')).toMatchObject({ value: 'warn', before: null });
  });

  it('CF16: says when a variable wins over the file', () => {
    const { set } = place();
    const env = { PRSIST_DAEMON__LOG_LEVEL: 'error' };
    expect(set('daemon.log_level', 'debug', { env })).toMatchObject({
      ...{ changed: true, value: 'error', source: 'PRSIST_DAEMON__LOG_LEVEL' },
    });
  });

  it("CF17: a project's file takes what a project may set, for everybody", () => {
    const { set } = place();
    const root = temporaryDirectory();
    const own = join(root, '.prsist/config.yaml');
    expect(set('brief.max_tokens', '500', { root })).toMatchObject({ path: own, value: 500, source: `${own}:2` });
    expect(fs.statSync(own).mode & 0o777).toBe(0o644);
    expect(refused(() => set('daemon.log_level', 'debug', { root }))).toMatchObject({
      message: "daemon.log_level: is the user's alone and cannot be set by a project",
      hint: 'prsist config explain daemon.log_level',
    });
  });
});
