import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
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

describe("a project's file", () => {
  const user = (text: string) => ({ path: 'u.yaml', text });
  const project = (text: string) => ({ path: 'p.yaml', text, of: 'project' as const });
  const both = (mine: string, theirs: string, env: Environment = {}) =>
    loadConfig({ files: [user(mine), project(theirs)], env });

  it('CF6: wins over the user and loses to the environment', () => {
    const text = 'brief: {max_tokens: 400, enabled: false}';
    const { config, sources } = both('brief: {max_tokens: 300}', text, { PRSIST_BRIEF__ENABLED: 'true' });
    expect(config.brief).toMatchObject({ max_tokens: 400, enabled: true });
    expect(sources['brief.max_tokens']).toBe('p.yaml:1');
  });

  it("CF6: cannot set what is the user's alone", () => {
    const error = refused(() => both('', 'daemon:\n  log_level: debug\n'));
    expect(error.message).toBe("p.yaml:2: daemon.log_level: is the user's alone and cannot be set by a project");
    // one daemon watches for all projects
    expect(refused(() => both('', 'capture:\n  watch_files: false\n')).message).toBe(
      "p.yaml:2: capture.watch_files: is the user's alone and cannot be set by a project",
    );
  });

  it('CF7: is only ever stricter in what is kept secret', () => {
    const rule = (id: string) => `privacy: {rules: [{id: ${id}, kind: own, pattern: "${id}-[0-9]{6}"}]}`;
    const ids = (text: string, env: Environment = {}) =>
      both(rule('mine'), text, env).config.privacy.rules.map(({ id }) => id);
    expect(ids(rule('theirs'))).toEqual(['mine', 'theirs']);
    expect(ids(rule('theirs'), { PRSIST_PRIVACY__RULES: '[]' })).toEqual(['theirs']);
    expect(refused(() => ids(rule('mine'))).message).toContain('used twice');
    expect(refused(() => both('', 'privacy: {redact: false}')).message).toContain('cannot be switched off');
    const open = refused(() => both('', 'privacy: {encrypt_export: false}'));
    expect(open.message).toBe('p.yaml:1: privacy.encrypt_export: a project can only be stricter than the user');
  });
});

describe('the published file', () => {
  const published = `
memory_system:
  version: "4.0"
optimization:
  kv_cache:
    enabled: true
    max_cache_size_mb: 500
    prefix_detection: true
    cache_strategy: "lru"
    compression: true
    auto_cleanup: true
    budget_allocation:
      system_content: 0.4
      templates: 0.3
      documentation: 0.2
      dynamic_content: 0.1
  ai_filtering:
    enabled: true
    model: "microsoft/deberta-v3-base"
    relevance_threshold: 0.6
    attention_pruning: true
portable_sync:
  enabled: true
  sync_strategy: "incremental"
  auto_sync_interval_minutes: 30
  offline_support: true
  conflict_resolution: "intelligent"
  team_sharing: true
analytics: {advanced_engine: true, predictive_analytics: true, team_analytics: true, real_time_insights: true, ml_models: true}
enterprise:
  multi_project: true
  role_based_access: true
  audit_logging: true
  external_integrations: true
  compliance_reporting: true
`;
  it('CF1: is read as it is', () => {
    const { config } = load(published);
    expect(config.optimization.ai_filtering.model).toBe('microsoft/deberta-v3-base');
    expect(config.optimization.kv_cache.budget_allocation.system_content).toBe(0.4);
  });

  it('CF2: is checked too: ranges, words, floors that are more than the whole', () => {
    const changed = (a: string, b: string) => problems(published.replace(a, b));
    expect(changed('max_cache_size_mb: 500', 'max_cache_size_mb: 5')).toEqual([
      'c.yaml:7: optimization.kv_cache.max_cache_size_mb: expected a whole number, 16–65536, found 5',
    ]);
    expect(changed('"lru"', '"fifo"')).toEqual([
      'c.yaml:9: optimization.kv_cache.cache_strategy: expected lru or value or auto, found "fifo"',
    ]);
    expect(changed('relevance_threshold: 0.6', 'relevance_threshold: 1.2')).toEqual([
      'c.yaml:20: optimization.ai_filtering.relevance_threshold: expected a number, 0–1, found 1.2',
    ]);
    expect(changed('dynamic_content: 0.1', 'dynamic_content: 0.2')).toEqual([
      'c.yaml:16: optimization.kv_cache.budget_allocation: its parts add up to 1.1, at most 1 fits',
    ]);
  });
});
